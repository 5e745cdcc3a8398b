package dev.backfill.testkit.pubsub;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Where the jar of Google's Pub/Sub emulator lies. Immutable and thread-safe. */
final class EmulatorJar {
    static final String VARIABLE = "PUBSUB_EMULATOR_JAR";

    private static final String FOLDER = "platform/pubsub-emulator/lib";
    private static final String JARS = "cloud-pubsub-emulator-*-all.jar";
    private static final List<String> SDK_FOLDERS = List.of(
            "/usr/lib/google-cloud-sdk",
            "/usr/lib64/google-cloud-sdk",
            "/usr/share/google-cloud-sdk",
            "/usr/local/google-cloud-sdk",
            "/usr/local/share/google-cloud-sdk",
            "/opt/google-cloud-sdk",
            "/opt/homebrew/share/google-cloud-sdk",
            "/opt/homebrew/Caskroom/google-cloud-sdk/latest/google-cloud-sdk",
            "/snap/google-cloud-sdk/current",
            "/snap/google-cloud-cli/current",
            "/google-cloud-sdk");

    private EmulatorJar() {}

    static Optional<Path> find() {
        List<Path> folders = new ArrayList<>();
        folders.add(Path.of(System.getProperty("user.home"), "google-cloud-sdk"));
        SDK_FOLDERS.forEach(folder -> folders.add(Path.of(folder)));
        return find(EmulatorJar::named, folders);
    }

    private static @Nullable String named(String variable) {
        String property = System.getProperty(variable);
        return property == null ? System.getenv(variable) : property;
    }

    /** What is named wins, and must be there: a wrong name shall not be covered up by another jar. */
    static Optional<Path> find(Function<String, @Nullable String> names, List<Path> sdkFolders) {
        String named = names.apply(VARIABLE);
        if (named != null && !named.isBlank()) {
            Path jar = Path.of(named);
            if (!Files.isRegularFile(jar)) {
                throw new IllegalStateException(VARIABLE + " names " + jar + ", which is not a file");
            }
            return Optional.of(jar);
        }
        return sdkFolders.stream()
                .map(folder -> newestIn(folder.resolve(FOLDER)))
                .flatMap(Optional::stream)
                .findFirst();
    }

    static String notFound() {
        return "Google's Pub/Sub emulator was not found: set " + VARIABLE
                + " to its jar, or install the Cloud SDK with its component pubsub-emulator in one of "
                + SDK_FOLDERS + " or ~/google-cloud-sdk";
    }

    private static Optional<Path> newestIn(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(folder, JARS)) {
            Path newest = null;
            for (Path jar : jars) {
                newest = newest == null || jar.compareTo(newest) > 0 ? jar : newest;
            }
            return Optional.ofNullable(newest);
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }
}
