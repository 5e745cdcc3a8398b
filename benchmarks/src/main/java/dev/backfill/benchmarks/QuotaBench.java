package dev.backfill.benchmarks;

import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.benchmarks.fake.FastGraph;
import dev.backfill.benchmarks.report.Report;
import dev.backfill.benchmarks.report.Row;
import dev.backfill.core.EngineConfig;
import dev.backfill.model.FolderRole;
import dev.backfill.provider.gmail.GoogleEmailSource;
import dev.backfill.provider.microsoft.MicrosoftEmailSource;
import dev.backfill.spi.EmailSource;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.http.QuotaMeter;
import dev.backfill.testkit.mail.GeneratorOptions;
import dev.backfill.testkit.mail.MailGenerator;
import dev.backfill.testkit.mail.StoredMail;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is reached of a provider's quota once the first burst is over, against fakes that enforce the quota, on a clock that runs
 * faster. Where requests take so long that those at once bound the crawl, it is a share of what they allow.
 */
final class QuotaBench implements Bench {
    private static final double[] SHARES = {0.95, 1.0};
    private static final int[] LATENCIES_MS = {30, 100, 500};
    /**
     * How much slower the clock runs where the requests at once are the bound, or nearly: what this machine takes for a request
     * of its own counts on a fast clock as the provider's.
     */
    private static final int SLOWER = 5;

    private static final double NEARLY = 1.1;

    private static final Set<FolderRole> UNREAD = Set.of(FolderRole.JUNK, FolderRole.DELETED);
    private static final String BOX = "box@example.com";

    /** A provider's limits, and how they are looked at. */
    private enum Regime {
        GRAPH("Graph", 10_000, 1, Duration.ofMinutes(10), 4, 20, 20, 20, 3.3),
        GMAIL_2026_05("Gmail 2026-05", 6_000, 20, Duration.ofMinutes(1), FakeGmail.CONCURRENT, 1, 100, 10, 6.4),
        GMAIL_LEGACY("Gmail legacy", 15_000, 5, Duration.ofMinutes(1), FakeGmail.CONCURRENT, 1, 100, 10, 4.4);

        private final String title;
        private final long units;
        private final int callUnits;
        private final Duration window;
        private final int concurrent;
        private final int messagesACall;
        private final int page;
        private final int scale;
        private final double windows;

        /**
         * Makes a regime.
         *
         * @param units what a window allows
         * @param callUnits what the crawl's requests cost
         * @param messagesACall how many messages each brings
         * @param page messages a page
         * @param scale how many times faster the clock runs
         * @param windows how many windows a run takes, about
         */
        Regime(
                String title,
                long units,
                int callUnits,
                Duration window,
                int concurrent,
                int messagesACall,
                int page,
                int scale,
                double windows) {
            this.title = title;
            this.units = units;
            this.callUnits = callUnits;
            this.window = window;
            this.concurrent = concurrent;
            this.messagesACall = messagesACall;
            this.page = page;
            this.scale = scale;
            this.windows = windows;
        }

        double unitsASecond() {
            return units / (double) window.toSeconds();
        }

        double messagesAUnit() {
            return messagesACall / (double) callUnits;
        }
    }

    /** A provider's fake, while it runs. */
    private interface Fake extends AutoCloseable {
        EmailSource source();

        Map<String, String> settings();

        @Override
        void close();
    }

    @Override
    public void run(Report report, Size size) throws Exception {
        for (Regime regime : Regime.values()) {
            for (double share : size.quick() ? new double[] {SHARES[0]} : SHARES) {
                for (int latency : size.quick() ? new int[] {LATENCIES_MS[1]} : LATENCIES_MS) {
                    measure(report, regime, share, Duration.ofMillis(latency), size);
                }
            }
        }
    }

    private static void measure(Report report, Regime regime, double share, Duration latency, Size size)
            throws IOException {
        double slots = regime.callUnits * regime.concurrent / (latency.toMillis() / 1e3);
        double planned = share * regime.unitsASecond();
        double allowed = Math.min(planned, slots);
        boolean slotsCount = slots < NEARLY * planned;
        double windows = size.windows(size.quick() || slotsCount ? 1.5 : regime.windows);
        int messages = (int) (allowed * regime.window.toSeconds() * windows * regime.messagesAUnit());
        String name = regime.title + ", " + latency.toMillis() + " ms, share " + share;
        try (ScaledTime time = new ScaledTime(slotsCount ? regime.scale / SLOWER : regime.scale)) {
            QuotaMeter meter = new QuotaMeter(regime.units, regime.window, regime.concurrent, time);
            Samples samples = new Samples(time, () -> meter.spent(BOX));
            long arrived;
            try (Fake fake = regime == Regime.GRAPH
                    ? graph(meter, messages, time.real(latency))
                    : gmail(regime, meter, messages, time.real(latency))) {
                arrived = crawl(fake, time, share, regime.page, samples);
            }
            report.add(Row.of(name, samples.rate(regime.window) * regime.messagesAUnit(), "messages/s")
                    .to(
                            allowed * regime.messagesAUnit(),
                            slots < planned ? regime.concurrent + " requests at once" : "share x quota"));
            report.add(Row.of(name + ", throttled", (double) meter.refusals(BOX), "calls")
                    .to(meter.spent(BOX) / (double) regime.callUnits + meter.refusals(BOX), "all calls"));
            report.add(Row.of(name + ", lost or doubled", (double) Math.abs(messages - arrived), "messages"));
            if (arrived != messages) {
                throw new IllegalStateException(
                        name + ": of " + messages + " messages " + arrived + " arrived, or some twice");
            }
        }
    }

    /** {@return how many messages arrived; a doubled one counts as if one more had been lost} */
    private static long crawl(Fake fake, ScaledTime time, double share, int batchSize, Samples samples) {
        RecordingSink sink = new RecordingSink();
        EmailSource source = fake.source();
        BackfillRequest request =
                JobRuns.request(source.providerId(), BOX).batchSize(batchSize).build();
        try (BackfillManager engine = JobRuns.builder()
                .source(source)
                .settings(source.providerId(), fake.settings())
                .sink(sink)
                .time(time)
                .config(EngineConfig.builder().safetyShare(share).build())
                .build()) {
            JobRuns.toTheirEnds(engine, List.of(request), samples::take);
        }
        return (long) sink.distinct() - sink.duplicates();
    }

    private static Fake graph(QuotaMeter meter, int messages, Duration latency) {
        FastGraph graph = new FastGraph(messages, 500, latency, meter);
        return fake(
                new MicrosoftEmailSource(), Map.of("base-url", graph.baseUrl().toString()), graph::close);
    }

    private static Fake gmail(Regime regime, QuotaMeter meter, int messages, Duration latency) throws IOException {
        boolean legacy = regime == Regime.GMAIL_LEGACY;
        // A third more, for what is generated into junk and deleted mail is left out.
        List<StoredMail> mails = new MailGenerator(GeneratorOptions.of(1, messages + messages / 3))
                .mails()
                .filter(mail -> !UNREAD.contains(mail.folder().top().role()))
                .limit(messages)
                .toList();
        FakeGmail gmail = FakeGmail.builder()
                .mailbox(BOX, mails)
                .quota(legacy ? FakeGmail.Prices.LEGACY : FakeGmail.Prices.NEW, meter)
                .latency(latency)
                .start();
        Map<String, String> settings = Map.of(
                "root-url",
                gmail.rootUrl().toString(),
                "quota",
                legacy ? "legacy" : "new",
                // One request a message, which is what this bench counts by; bench gmail has what threads save.
                "content",
                "raw",
                "concurrency",
                Integer.toString(regime.concurrent));
        return fake(new GoogleEmailSource(), settings, gmail::close);
    }

    private static Fake fake(EmailSource source, Map<String, String> settings, Runnable close) {
        return new Fake() {
            @Override
            public EmailSource source() {
                return source;
            }

            @Override
            public Map<String, String> settings() {
                return settings;
            }

            @Override
            public void close() {
                close.run();
            }
        };
    }
}
