package dev.backfill.benchmarks;

import dev.backfill.benchmarks.report.Report;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Runs one bench by name and prints what it found. See {@code docs/performance.md}. */
public final class Benchmarks {
    private static final Map<String, Bench> BENCHES = new TreeMap<>();

    static {
        BENCHES.put("engine", new EngineBench());
        BENCHES.put("fakes", new FakesBench());
        BENCHES.put("graph", new GraphBench());
        BENCHES.put("path", new PathBench());
        BENCHES.put("memory", new MemoryBench());
        BENCHES.put("gmail", new GmailBench());
        BENCHES.put("provider", new ProviderBench());
        BENCHES.put("publish", new PublishBench());
        BENCHES.put("quota", new QuotaBench());
        BENCHES.put("scale", new ScaleBench());
    }

    private Benchmarks() {}

    /**
     * Runs a bench; the exit code is 0 if it could, 1 if it failed, 2 if the arguments make no sense.
     *
     * @param arguments the bench's name, then {@code --quick} for a short look, {@code --size FACTOR} for so many
     *     times the messages, {@code --json FILE} for its rows as JSON
     */
    public static void main(String[] arguments) {
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error");
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        // The vendors' libraries leave threads behind; nothing is to be waited for any more.
        System.exit(run(List.of(arguments), out));
    }

    static int run(List<String> arguments, PrintStream out) {
        try {
            Options options = Options.parse(arguments, BENCHES.keySet());
            Bench bench = BENCHES.get(options.bench());
            if (bench == null) {
                throw new IllegalArgumentException(
                        "unknown bench " + options.bench() + "; there are " + String.join(", ", BENCHES.keySet()));
            }
            Report report = new Report(out);
            report.say(options.bench() + " on JDK " + Runtime.version().feature() + ", "
                    + Runtime.getRuntime().availableProcessors() + " cores, heap of "
                    + (Runtime.getRuntime().maxMemory() >> 20) + " MB"
                    + (options.size().quick() ? "; quick: figures of no worth" : ""));
            try {
                bench.run(report, options.size());
            } finally {
                // What was found before it failed, too: lost mail is a row.
                if (options.json() != null) {
                    Files.writeString(options.json(), report.json());
                }
            }
            return 0;
        } catch (IllegalArgumentException mistake) {
            System.err.println("benchmarks: " + mistake.getMessage());
            return 2;
        } catch (Exception | Error failed) {
            // An error too: main ends the process, which the vendors' threads would keep alive.
            failed.printStackTrace();
            return 1;
        }
    }
}
