package dev.backfill.examples.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the Javadoc of public types says of threads. Class files have no Javadoc, and doclint does not know that it matters, so
 * that the sources are read. Enums, annotations and exceptions need not say it. Stateless.
 *
 * @param name the type
 * @param javadoc its Javadoc; empty for none
 */
record PublicTypes(String name, String javadoc) {
    private static final Pattern TYPE = Pattern.compile(
            "(?m)^public (?:(?:abstract|final|sealed|non-sealed|strictfp) )*(?:class|interface|record) (\\w+)");
    private static final Pattern LAST_JAVADOC = Pattern.compile("(?s)/\\*\\*(?:(?!\\*/).)*\\*/");
    private static final Pattern THREADS =
            Pattern.compile("(?i)thread-safe|immutable|stateless|confined to|one thread|any thread|several threads");

    /** Gives the public types of a source folder. */
    static List<PublicTypes> of(Path sources) throws IOException {
        try (Stream<Path> files = Files.walk(sources)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .map(PublicTypes::read)
                    .flatMap(source -> of(source).stream())
                    .toList();
        }
    }

    /** Gives the public type of a source file; none for an enum, an annotation, an exception or a file without one. */
    static Optional<PublicTypes> of(String source) {
        Matcher type = TYPE.matcher(source);
        if (!type.find() || type.group(1).endsWith("Exception")) {
            return Optional.empty();
        }
        String javadoc = "";
        for (Matcher before = LAST_JAVADOC.matcher(source.substring(0, type.start())); before.find(); ) {
            javadoc = before.group();
        }
        return Optional.of(new PublicTypes(type.group(1), javadoc));
    }

    boolean saysWhoMayCallIt() {
        return THREADS.matcher(javadoc).find();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
