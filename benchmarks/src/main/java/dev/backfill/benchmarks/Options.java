package dev.backfill.benchmarks;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command line. Immutable.
 *
 * @param bench which bench
 * @param size how much to do
 * @param json where the rows go as JSON; null for nowhere
 */
record Options(String bench, Size size, @Nullable Path json) {
    /** Reads the arguments; the message of what it throws is for people. */
    static Options parse(List<String> arguments, Iterable<String> benches) {
        String usage = "usage: " + String.join("|", benches) + " [--quick] [--size FACTOR] [--json FILE]";
        Deque<String> left = new ArrayDeque<>(arguments);
        String bench = null;
        boolean quick = false;
        double factor = 1;
        Path json = null;
        while (!left.isEmpty()) {
            String argument = left.removeFirst();
            if (argument.equals("--quick")) {
                quick = true;
            } else if (argument.equals("--json")) {
                json = Path.of(value(left, "--json needs the name of a file; " + usage));
            } else if (argument.equals("--size")) {
                factor = number(value(left, "--size needs a number; " + usage), usage);
            } else if (bench == null && !argument.startsWith("-")) {
                bench = argument;
            } else {
                throw new IllegalArgumentException("unknown argument " + argument + "; " + usage);
            }
        }
        if (bench == null) {
            throw new IllegalArgumentException(usage);
        }
        return new Options(bench, new Size(quick, factor), json);
    }

    private static String value(Deque<String> left, String otherwise) {
        if (left.isEmpty()) {
            throw new IllegalArgumentException(otherwise);
        }
        return left.removeFirst();
    }

    private static double number(String text, String usage) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException notOne) {
            throw new IllegalArgumentException("--size needs a number, not " + text + "; " + usage);
        }
    }
}
