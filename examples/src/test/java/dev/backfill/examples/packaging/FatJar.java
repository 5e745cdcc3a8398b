package dev.backfill.examples.packaging;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Packs a class path into one jar, as the builds of hosts do; the files in META-INF/services apart, by a rule. */
final class FatJar {
    private static final String SERVICES = "META-INF/services/";
    private static final String SIGNATURES = "META-INF/[^/]*\\.(SF|DSA|RSA|EC)";

    private final Map<String, String> services = new LinkedHashMap<>();
    private final Set<String> packed = new HashSet<>();
    private final BinaryOperator<String> rule;

    private FatJar(BinaryOperator<String> rule) {
        this.rule = rule;
    }

    /**
     * Packs everything but the services.
     *
     * @param jar the file to write; of two entries with one name the first is taken
     */
    static void pack(List<Path> classPath, Path jar) throws IOException {
        new FatJar((first, last) -> first).write(classPath, jar, false);
    }

    /**
     * Packs the services alone.
     *
     * @param jar the file to write
     * @param rule what becomes of two files with one name, of which the second lies later on the class path
     */
    static void packServices(List<Path> classPath, Path jar, BinaryOperator<String> rule) throws IOException {
        new FatJar(rule).write(classPath, jar, true);
    }

    private void write(List<Path> classPath, Path jar, boolean servicesOnly) throws IOException {
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
            out.setLevel(Deflater.NO_COMPRESSION);
            for (Path entry : classPath) {
                if (Files.isDirectory(entry)) {
                    addFolder(entry, servicesOnly, out);
                } else if (Files.exists(entry)) {
                    addJar(entry, servicesOnly, out);
                }
            }
            for (Map.Entry<String, String> service : services.entrySet()) {
                out.putNextEntry(new ZipEntry(service.getKey()));
                out.write(service.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private void addFolder(Path folder, boolean servicesOnly, ZipOutputStream out) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            try (InputStream in = Files.newInputStream(file)) {
                add(folder.relativize(file).toString().replace('\\', '/'), in, servicesOnly, out);
            }
        }
    }

    private void addJar(Path jar, boolean servicesOnly, ZipOutputStream out) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (Enumeration<? extends ZipEntry> entries = zip.entries(); entries.hasMoreElements(); ) {
                ZipEntry entry = entries.nextElement();
                try (InputStream in = zip.getInputStream(entry)) {
                    add(entry.getName(), in, servicesOnly, out);
                }
            }
        }
    }

    private void add(String name, InputStream in, boolean servicesOnly, ZipOutputStream out) throws IOException {
        boolean service = name.startsWith(SERVICES) && !name.endsWith("/");
        if (service && servicesOnly) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            services.merge(name, text.endsWith("\n") ? text : text + "\n", rule);
        } else if (!service && !servicesOnly && !name.matches(SIGNATURES) && packed.add(name)) {
            out.putNextEntry(new ZipEntry(name));
            in.transferTo(out);
        }
    }
}
