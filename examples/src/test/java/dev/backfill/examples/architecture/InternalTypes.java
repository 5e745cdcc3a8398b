package dev.backfill.examples.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds public types in {@code internal} packages whose Javadoc does not warn users off; class files hold no comments. */
final class InternalTypes {

    /** What the Javadoc of such a type begins with. */
    static final String DISCLAIMER = "Internal: not part of the API, and may change or go at any time.";

    private static final Pattern PUBLIC_TYPE =
            Pattern.compile("(?m)^public (?:[a-z-]+ )*(?:class|interface|record|enum|@interface) ");

    private InternalTypes() {}

    static List<Path> withoutDisclaimer(Path sources) throws IOException {
        try (Stream<Path> files = Files.walk(sources)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> isInternal(sources.relativize(file)))
                    .filter(file -> lacksDisclaimer(read(file)))
                    .toList();
        }
    }

    private static boolean isInternal(Path relative) {
        for (Path folder : relative) {
            if (folder.toString().equals("internal")) {
                return true;
            }
        }
        return false;
    }

    private static boolean lacksDisclaimer(String source) {
        String flat = source.replaceAll("\\R \\* ?", " ").replaceAll(" +", " ");
        return PUBLIC_TYPE.matcher(source).find() && !flat.contains("/** " + DISCLAIMER);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
