package dev.backfill.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/** One run of the quickstart in this process: its exit code and what it said. Immutable. */
record Session(int exitCode, String out, String err) {
    static Session run(Object... arguments) {
        return run(Map.of(), arguments);
    }

    static Session run(Map<String, String> environment, Object... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<String> words = List.of(arguments).stream().map(String::valueOf).toList();
        int exitCode = Quickstart.run(
                words, environment, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), false);
        return new Session(exitCode, out.toString(UTF_8), err.toString(UTF_8));
    }

    /** Everything, for the message of a failed test. */
    String all() {
        return "exit " + exitCode + "\n" + out + err;
    }
}
