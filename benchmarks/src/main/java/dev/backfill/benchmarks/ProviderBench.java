package dev.backfill.benchmarks;

import dev.backfill.benchmarks.reading.PlainGmail;
import dev.backfill.benchmarks.reading.PlainGraph;
import dev.backfill.benchmarks.reading.ProviderReading;
import dev.backfill.benchmarks.reading.Reading;
import dev.backfill.benchmarks.reading.VendorGmail;
import dev.backfill.benchmarks.reading.VendorGraph;
import dev.backfill.benchmarks.report.Medians;
import dev.backfill.benchmarks.report.Report;
import dev.backfill.benchmarks.report.Rounds;
import dev.backfill.benchmarks.report.Row;
import dev.backfill.provider.gmail.GoogleEmailSource;
import dev.backfill.provider.microsoft.MicrosoftEmailSource;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a message costs a provider of ours, beside the JDK's HTTP client with Jackson's parser and beside the vendor's own client,
 * on the same bytes and one request after another. The server is in another JVM, so that the processor time of this one is the
 * client's alone: its own threads, those of its HTTP client, and the garbage collection for them. Allocation is that of all
 * threads.
 */
final class ProviderBench implements Bench {
    private static final String OURS = "ours";
    private static final String PLAIN = "plain HttpClient and Jackson";
    private static final String VENDOR = "the vendor's client";
    private static final String CPU = "CPU";
    private static final String ALLOCATED = "allocated";
    /** Rounds that are not counted: three of Gmail's are nine thousand requests, of which the compiler is not done. */
    private static final int WARM_UP = 10;

    private static final int SMALL = 2_000;
    private static final int LARGE = 75_000;
    private static final List<String> SERVER_JVM = List.of("-Xmx512m");

    /** A provider's three readings of one mailbox. */
    private enum Provider {
        GRAPH("graph", "Graph", 20_000, 1_500) {
            @Override
            Map<String, Reading> readings(String url) {
                Map<String, Reading> readings = new LinkedHashMap<>();
                readings.put(PLAIN, new PlainGraph(url));
                readings.put(OURS, new ProviderReading(new MicrosoftEmailSource(), Map.of("base-url", url)));
                readings.put(VENDOR, new VendorGraph(url));
                return readings;
            }
        },
        GMAIL("gmail", "Gmail", 3_000, 1_000) {
            @Override
            Map<String, Reading> readings(String url) {
                Map<String, Reading> readings = new LinkedHashMap<>();
                readings.put(PLAIN, new PlainGmail(url));
                readings.put(OURS, new ProviderReading(new GoogleEmailSource(), Map.of("root-url", url)));
                readings.put(VENDOR, new VendorGmail(url));
                return readings;
            }
        };

        private final String server;
        private final String title;
        private final int small;
        private final int large;

        Provider(String server, String title, int small, int large) {
            this.server = server;
            this.title = title;
            this.small = small;
            this.large = large;
        }

        abstract Map<String, Reading> readings(String url);
    }

    @Override
    public void run(Report report, Size size) throws Exception {
        for (Provider provider : Provider.values()) {
            measure(report, provider, provider.small, SMALL, size);
            measure(report, provider, provider.large, LARGE, size);
        }
    }

    private static void measure(Report report, Provider provider, int all, int bytes, Size size) throws Exception {
        int messages = size.of(size.quick() ? all / 10 : all);
        try (ChildJvm server = ChildJvm.start(
                ProviderServer.class,
                SERVER_JVM,
                List.of(provider.server, Integer.toString(messages), Integer.toString(bytes)))) {
            String url = server.nextLine();
            if (url == null) {
                throw new IOException("the server did not start");
            }
            Rounds rounds = new Rounds(size.quick() ? 1 : WARM_UP, size.quick() ? 1 : 7);
            Reading.Total expected = new Reading.Total(messages, (long) messages * bytes);
            provider.readings(url).forEach((name, reading) -> rounds.measureAll(name, () -> cost(reading, expected)));
            tell(report, provider.title + ", " + bytes / 1_000 + " KB, ", rounds.run());
        }
    }

    private static Map<String, Double> cost(Reading reading, Reading.Total expected) throws Exception {
        // What the one before left behind is not for this one to clear away
        System.gc();
        Duration cpu = Machine.cpu();
        long allocated = Machine.allocated();
        Reading.Total total = reading.read();
        double bytes = Machine.allocated() - allocated;
        double nanos = Machine.cpu().minus(cpu).toNanos();
        if (!total.equals(expected)) {
            throw new IllegalStateException("read " + total + " of " + expected);
        }
        return Map.of(CPU, nanos / 1e6 / expected.messages(), ALLOCATED, bytes / 1e3 / expected.messages());
    }

    private static void tell(Report report, String where, Medians medians) {
        for (String figure : List.of(CPU, ALLOCATED)) {
            double plain = medians.of(PLAIN + ", " + figure);
            for (String reading : List.of(PLAIN, OURS, VENDOR)) {
                Row row = Row.of(
                        where + reading + ", " + figure,
                        medians.of(reading + ", " + figure),
                        figure.equals(CPU) ? "ms a message" : "KB a message");
                report.add(reading.equals(PLAIN) ? row : row.to(plain, PLAIN));
            }
        }
    }
}
