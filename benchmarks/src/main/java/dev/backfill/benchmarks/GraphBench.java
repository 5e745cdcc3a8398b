package dev.backfill.benchmarks;

import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.benchmarks.fake.CountingSink;
import dev.backfill.benchmarks.fake.FastGraph;
import dev.backfill.benchmarks.report.Report;
import dev.backfill.benchmarks.report.Row;
import dev.backfill.core.EngineConfig;
import dev.backfill.provider.microsoft.MicrosoftEmailSource;
import dev.backfill.spi.Quota;
import dev.backfill.testkit.http.QuotaMeter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a mailbox of Microsoft Graph costs in requests, and how fast it is read while the quota is enforced, in full pages: as a
 * share of what the quota and four requests at once allow. The quota is Graph's rate (10,000 requests in 10 minutes) in windows
 * of a minute, so that the first window, which allows a burst, is soon over.
 */
final class GraphBench implements Bench {
    private static final int[] LATENCIES_MS = {100, 300, 1_000};
    private static final long REQUESTS = 1_000;
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int CONCURRENT = 4;
    private static final int PAGE = 100;
    private static final int FILE_EVERY = 5;
    private static final int BODY_BYTES = 2_000;
    private static final int FILE_BYTES = 10_000;
    /** Not faster: each millisecond of the machine's own would count for as many. */
    private static final int SCALE = 1;

    private static final String BOX = "box@example.com";

    /** What is asked for of each message. */
    private enum Wanted {
        TEXT("no attachments", 0, false, 1_000.0 / PAGE),
        METADATA("a fifth with an attachment, its name and size", 1, false, 1_000.0 / PAGE),
        CONTENT("a fifth with an attachment, its content too", 1, true, 1_000.0 / PAGE + 1_000.0 / FILE_EVERY);

        private final String title;
        private final int files;
        private final boolean contents;
        private final double leastCalls;

        Wanted(String title, int files, boolean contents, double leastCalls) {
            this.title = title;
            this.files = files;
            this.contents = contents;
            this.leastCalls = leastCalls;
        }
    }

    @Override
    public void run(Report report, Size size) throws Exception {
        for (Wanted wanted : Wanted.values()) {
            calls(report, wanted, size.of(size.quick() ? 2_000 : 20_000));
        }
        for (Wanted wanted : size.quick() ? List.of(Wanted.METADATA) : List.of(Wanted.METADATA, Wanted.CONTENT)) {
            for (int latency : size.quick() ? new int[] {1_000} : LATENCIES_MS) {
                speed(report, wanted, Duration.ofMillis(latency), size.windows(size.quick() ? 1.4 : 2.3));
            }
        }
    }

    /** Requests for 1,000 messages, the folders and the plan among them, without latency and quota. */
    private static void calls(Report report, Wanted wanted, int messages) throws Exception {
        try (ScaledTime time = new ScaledTime(1);
                FastGraph graph = graph(messages, wanted, Duration.ZERO, null)) {
            crawl(graph, time, 1_000_000, wanted, () -> {});
            report.add(Row.of(
                            "requests for 1,000 messages, " + wanted.title,
                            graph.requests() * 1_000.0 / messages,
                            "calls")
                    .to(wanted.leastCalls, "full pages and contents alone"));
        }
    }

    private static void speed(Report report, Wanted wanted, Duration latency, double windows) throws Exception {
        double share = EngineConfig.builder().build().safetyShare();
        double quota = share * REQUESTS / WINDOW.toSeconds();
        double slots = CONCURRENT / (latency.toMillis() / 1e3);
        double allowed = Math.min(quota, slots);
        int messages = (int) (allowed * WINDOW.toSeconds() * windows * 1_000 / wanted.leastCalls);
        try (ScaledTime time = new ScaledTime(SCALE)) {
            QuotaMeter meter = new QuotaMeter(REQUESTS, WINDOW, CONCURRENT, time);
            Samples samples = new Samples(time, () -> meter.spent(BOX));
            try (FastGraph graph = graph(messages, wanted, time.real(latency), meter)) {
                crawl(graph, time, REQUESTS, wanted, samples::take);
            }
            String name = wanted.title + ", " + latency.toMillis() + " ms";
            double messagesACall = messages / (double) meter.spent(BOX);
            report.add(Row.of(name, samples.rate(WINDOW) * messagesACall, "messages/s")
                    .to(allowed * messagesACall, slots < quota ? CONCURRENT + " requests at once" : "share x quota"));
            report.add(Row.of(name + ", throttled", (double) meter.refusals(BOX), "calls")
                    .to(meter.spent(BOX) + (double) meter.refusals(BOX), "all calls"));
        }
    }

    private static FastGraph graph(int messages, Wanted wanted, Duration latency, @Nullable QuotaMeter quota) {
        return new FastGraph(messages, BODY_BYTES, FILE_EVERY, wanted.files, FILE_BYTES, latency, quota);
    }

    private static void crawl(FastGraph graph, ScaledTime time, long requests, Wanted wanted, Runnable whileRunning) {
        MicrosoftEmailSource source = new MicrosoftEmailSource();
        BackfillRequest request = JobRuns.request(source.providerId(), BOX)
                .batchSize(PAGE)
                .includeAttachments(wanted.contents)
                .build();
        try (CountingSink sink = new CountingSink();
                BackfillManager engine = JobRuns.builder()
                        .source(source)
                        .settings(
                                source.providerId(),
                                Map.of("base-url", graph.baseUrl().toString()))
                        .quotas(
                                source.providerId(),
                                List.of(
                                        Quota.concurrent("graph-mailbox-concurrent", CONCURRENT),
                                        new Quota(
                                                "graph-mailbox-requests",
                                                Quota.Measure.REQUESTS,
                                                Quota.Scope.MAILBOX,
                                                requests,
                                                WINDOW)))
                        .sink(sink)
                        .time(time)
                        .build()) {
            JobRuns.toTheirEnds(engine, List.of(request), whileRunning);
            if (sink.messages() != graph.messages()) {
                throw new IllegalStateException(sink.messages() + " messages arrived of " + graph.messages());
            }
        }
    }
}
