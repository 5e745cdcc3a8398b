import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.net.URLConnection;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Fetches a Maven distribution, checks it and unpacks it: what curl, sha512sum and unzip would do, on a machine that has
 * only a JDK. Arguments: URL of the zip, its SHA-512 (may be empty), folder that becomes Maven's home.
 */
final class FetchMaven {

    private static final int TIMEOUT_MILLIS = 60_000;

    public static void main(String[] args) {
        String url = args[0];
        try {
            fetch(url, args[1], Path.of(args[2]));
        } catch (IOException | GeneralSecurityException | IllegalArgumentException failure) {
            String reason = failure.getClass().getSimpleName() + ": " + failure.getMessage();
            System.err.println("mvnw: cannot fetch Maven from " + url + " (" + reason
                    + "); install Maven 3.8.7 or a newer 3.x, or set MVNW_REPOURL to a repository that has it");
            System.exit(1);
        }
    }

    private static void fetch(String url, String sha512, Path home) throws IOException, GeneralSecurityException {
        Files.createDirectories(home.getParent());
        Path work = Files.createTempDirectory(home.getParent(), "fetching");
        try {
            Path zip = work.resolve("maven.zip");
            String actual = download(url, zip);
            if (!sha512.isEmpty() && !sha512.equalsIgnoreCase(actual)) {
                throw new IOException("SHA-512 is " + actual + ", expected " + sha512);
            }
            Path unpacked = work.resolve("home");
            unzip(zip, unpacked);
            unpacked.resolve("bin/mvn").toFile().setExecutable(true, false);
            publish(unpacked, home);
        } finally {
            delete(work);
        }
    }

    private static String download(String url, Path zip) throws IOException, GeneralSecurityException {
        URI uri = URI.create(url);
        Proxy proxy = proxyOfEnvironment(uri);
        URLConnection connection = proxy == null ? uri.toURL().openConnection() : uri.toURL().openConnection(proxy);
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        MessageDigest digest = MessageDigest.getInstance("SHA-512");
        try (InputStream in = new DigestInputStream(connection.getInputStream(), digest)) {
            Files.copy(in, zip);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** What curl would heed; null leaves the choice to the JVM's own properties. */
    private static Proxy proxyOfEnvironment(URI target) {
        if (System.getProperty(target.getScheme() + ".proxyHost") != null || bypassed(target.getHost())) {
            return null;
        }
        String value = environment(target.getScheme() + "_proxy");
        if (value.isEmpty()) {
            return null;
        }
        URI proxy = URI.create(value.contains("://") ? value : "http://" + value);
        int port = proxy.getPort() < 0 ? 80 : proxy.getPort();
        return new Proxy(Proxy.Type.HTTP, new InetSocketAddress(proxy.getHost(), port));
    }

    private static boolean bypassed(String host) {
        return host != null
                && Stream.of(environment("no_proxy").split(","))
                        .map(String::strip)
                        .map(suffix -> suffix.startsWith("*") ? suffix.substring(1) : suffix)
                        .anyMatch(suffix -> !suffix.isEmpty() && host.endsWith(suffix));
    }

    private static String environment(String name) {
        String lower = System.getenv(name);
        String upper = System.getenv(name.toUpperCase(Locale.ROOT));
        return lower != null ? lower : upper != null ? upper : "";
    }

    /** Drops the archive's one top folder. */
    private static void unzip(Path zip, Path into) throws IOException {
        try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                String inside = entry.getName().substring(entry.getName().indexOf('/') + 1);
                Path target = into.resolve(inside).normalize();
                if (!target.startsWith(into)) {
                    throw new IOException("entry leaves its folder: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else {
                    Files.createDirectories(target.getParent());
                    try (OutputStream out = Files.newOutputStream(target)) {
                        in.transferTo(out);
                    }
                }
            }
        }
    }

    /** One move, so that a second mvnw at the same time sees all of Maven or nothing. */
    private static void publish(Path unpacked, Path home) throws IOException {
        try {
            Files.move(unpacked, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException alreadyThere) {
            return;
        } catch (IOException failure) {
            if (!Files.isDirectory(home)) {
                throw failure;
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
