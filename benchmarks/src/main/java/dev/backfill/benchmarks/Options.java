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
 * @param quick true for a short look
 * @param json where the rows go as JSON; null for nowhere
 */
record Options(String bench, boolean quick, @Nullable Path json) {
    /** Reads the arguments; the message of what it throws is for people. */
    static Options parse(List<String> arguments, Iterable<String> benches) {
        String usage = "usage: " + String.join("|", benches) + " [--quick] [--json FILE]";
        Deque<String> left = new ArrayDeque<>(arguments);
        String bench = null;
        boolean quick = false;
        Path json = null;
        while (!left.isEmpty()) {
            String argument = left.removeFirst();
            if (argument.equals("--quick")) {
                quick = true;
            } else if (argument.equals("--json")) {
                if (left.isEmpty()) {
                    throw new IllegalArgumentException("--json needs the name of a file; " + usage);
                }
                json = Path.of(left.removeFirst());
            } else if (bench == null && !argument.startsWith("-")) {
                bench = argument;
            } else {
                throw new IllegalArgumentException("unknown argument " + argument + "; " + usage);
            }
        }
        if (bench == null) {
            throw new IllegalArgumentException(usage);
        }
        return new Options(bench, quick, json);
    }
}
