package dev.backfill.examples.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds log statements that are given an error, or its message: the text of foreign code's errors may hold mail, an address or a
 * token. Class files do not tell an error from any other argument of a log statement, so that the sources are read. Stateless.
 */
final class LogStatements {
    private static final Pattern STATEMENT = Pattern.compile("\\bLOG\\s*\\.\\s*(?:trace|debug|info|warn|error)\\s*\\(");
    /** Comments and literals, each recognised before the other could be taken for one in it. */
    private static final Pattern NO_CODE = Pattern.compile("/\\*(?s:.*?)\\*/|//[^\\n]*"
            + "|\"[^\"\\\\\\n]*+(?:\\\\.[^\"\\\\\\n]*+)*+\"|'[^'\\\\\\n]*+(?:\\\\.[^'\\\\\\n]*+)*+'");

    /** A caught, declared or matched error, or the second parameter of a handler of uncaught ones. */
    private static final Pattern ERROR_NAME = Pattern.compile(
            "\\b(?:Throwable|\\w*Exception|\\w*Error)\\s+(?!instanceof\\b)(\\w+)\\b|\\(\\s*\\w+\\s*,\\s*(\\w+)\\s*\\)\\s*->\\s*LOG\\b");

    private static final Pattern SAFE =
            Pattern.compile("\\b(?:ErrorText\\.(?:withStack|brief)|ErrorNames\\.of|\\w+\\.code)\\(\\s*\\w+\\s*\\)");
    private static final Pattern MESSAGE =
            Pattern.compile("\\b(?:getMessage|getLocalizedMessage|getCause|cause)\\(\\)");

    private LogStatements() {}

    /** Gives each statement that shows an error, after its file's name. */
    static List<String> thatShowErrors(Path sources) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(sources)) {
            files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .forEach(file -> thatShowErrors(read(file))
                            .forEach(statement -> found.add(file.getFileName() + ": " + statement)));
        }
        return found;
    }

    static List<String> thatShowErrors(String source) {
        String code = NO_CODE.matcher(source).replaceAll(" ");
        Set<String> errors = new LinkedHashSet<>();
        for (Matcher names = ERROR_NAME.matcher(code); names.find(); ) {
            errors.add(names.group(1) == null ? names.group(2) : names.group(1));
        }
        List<String> found = new ArrayList<>();
        for (Matcher statements = STATEMENT.matcher(code); statements.find(); ) {
            String arguments = arguments(code, statements.end());
            String doubtful = SAFE.matcher(arguments).replaceAll("safe");
            if (MESSAGE.matcher(doubtful).find() || errors.stream().anyMatch(name -> shows(doubtful, name))) {
                found.add("LOG(" + arguments.replaceAll("\\s+", " ") + ")");
            }
        }
        return found;
    }

    /** True if the arguments hold the error itself, and not just its code or class. */
    private static boolean shows(String arguments, String name) {
        return Pattern.compile("\\b" + Pattern.quote(name) + "\\b(?!\\s*\\.\\s*(?:code|getClass|kind|activeJob)\\()")
                .matcher(arguments)
                .find();
    }

    private static String arguments(String code, int begin) {
        int open = 1;
        int end = begin;
        while (open > 0 && end < code.length()) {
            char c = code.charAt(end++);
            open += c == '(' ? 1 : c == ')' ? -1 : 0;
        }
        return code.substring(begin, end - 1);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
