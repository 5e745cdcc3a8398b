package dev.backfill.benchmarks;

import dev.backfill.api.BackfillManager;
import dev.backfill.benchmarks.fake.FastGraph;
import dev.backfill.benchmarks.report.Report;
import dev.backfill.benchmarks.report.Row;
import dev.backfill.core.EngineConfig;
import dev.backfill.provider.microsoft.MicrosoftEmailSource;
import dev.backfill.testkit.RecordingSink;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Many mailboxes at once, each slow to answer: what they reach together, and what each costs. On JDK 21 and newer the engine has
 * virtual threads, on 17 a pool; the command is run on either.
 */
final class ScaleBench implements Bench {
    private static final Duration LATENCY = Duration.ofMillis(100);
    private static final int BODY_BYTES = 2_000;

    /** Threads of the engine, of the fake server and its JDK's, and of the HTTP client. */
    private static final List<String> OF_A_RUN =
            List.of("backfill-", "fast-server", "HTTP-Dispatcher", "idle-timeout-task", "OkHttp");

    /** The HTTP client's own threads, which close its idle connections, end when they were idle for a minute. */
    private static final Duration REST = Duration.ofSeconds(90);

    private static final Duration QUICK_REST = Duration.ofSeconds(1);

    @Override
    public void run(Report report, Size size) {
        int messages = size.of(size.quick() ? 100 : 1_000);
        int[] mailboxes = size.quick() ? new int[] {1, 10} : new int[] {1, 10, 100, 1_000};
        // Whoever comes first would pay for the compiler, and make those after him look cheap.
        run(size.quick() ? 10 : 200, messages);
        awaitEndOfLastRun(report, size);
        Figures alone = run(1, messages);
        Figures before = alone;
        int beforeCount = 1;
        for (int count : mailboxes) {
            Figures figures = alone;
            if (count > 1) {
                awaitEndOfLastRun(report, size);
                figures = run(count, messages);
            }
            String name = count + " mailboxes of " + messages + ", " + LATENCY.toMillis() + " ms";
            report.add(
                    Row.of(name, figures.rate(), "messages/s").to(count * alone.rate(), "as many times one mailbox"));
            // What one mailbox costs is its beginning and end; whether more cost more is seen beside the next fewer.
            report.add(Row.of(name + ", CPU", figures.cpuMillis(), "ms a message")
                    .to(before.cpuMillis(), beforeCount + " mailboxes"));
            before = figures;
            beforeCount = count;
            report.add(Row.of(name + ", platform threads", figures.threads() / (double) count, "a mailbox"));
            report.add(Row.of(name + ", live heap", figures.heapBytes() / 1e3 / count, "KB a mailbox"));
        }
    }

    /** What a run took; CPU and threads with the server's, which is in the process. */
    private record Figures(double rate, double cpuMillis, int threads, long heapBytes) {}

    /** What the run before still holds would be missing from the next one's figures, which are counted from what is there before it. */
    private static void awaitEndOfLastRun(Report report, Size size) {
        int left = Machine.awaitEnds(ScaleBench::isOfARun, size.quick() ? QUICK_REST : REST);
        if (left > 0) {
            report.say(
                    left + " threads of the last run have not ended yet: of the next one too few threads and too little"
                            + " heap are counted");
        }
    }

    private static boolean isOfARun(String thread) {
        return OF_A_RUN.stream().anyMatch(thread::startsWith);
    }

    private static Figures run(int mailboxes, int messages) {
        long heapBefore = Machine.liveHeap();
        int threadsBefore = Machine.threads();
        RecordingSink sink = new RecordingSink().countsOnly();
        try (FastGraph graph = new FastGraph(messages, BODY_BYTES, LATENCY, null);
                BackfillManager engine = JobRuns.builder()
                        .source(new MicrosoftEmailSource())
                        .settings(
                                MicrosoftEmailSource.PROVIDER_ID,
                                Map.of("base-url", graph.baseUrl().toString()))
                        .sink(sink)
                        .config(EngineConfig.builder()
                                .maxConcurrentJobs(mailboxes)
                                .build())
                        .build()) {
            Peaks peaks = new Peaks((long) mailboxes * messages / 2, sink);
            Duration cpuBefore = Machine.cpu();
            long begin = System.nanoTime();
            JobRuns.toTheirEnds(
                    engine,
                    IntStream.range(0, mailboxes)
                            .mapToObj(i -> JobRuns.request(MicrosoftEmailSource.PROVIDER_ID, "box-" + i)
                                    .build())
                            .toList(),
                    peaks::look);
            double seconds = (System.nanoTime() - begin - peaks.pausedNanos) / 1e9;
            double all = (double) mailboxes * messages;
            return new Figures(
                    all / seconds,
                    Machine.cpu().minus(cpuBefore).toNanos() / 1e6 / all,
                    peaks.threads - threadsBefore,
                    Math.max(0, peaks.heapBytes - heapBefore));
        }
    }

    /** Looks at threads all the time, and at the heap once, half-way. */
    private static final class Peaks {
        private final long halfWay;
        private final RecordingSink sink;
        private int threads;
        private long heapBytes;
        private long pausedNanos;

        Peaks(long halfWay, RecordingSink sink) {
            this.halfWay = halfWay;
            this.sink = sink;
        }

        void look() {
            threads = Math.max(threads, Machine.threads());
            if (heapBytes == 0 && sink.counts().delivered() >= halfWay) {
                long begin = System.nanoTime();
                heapBytes = Machine.liveHeap();
                pausedNanos = System.nanoTime() - begin;
            }
        }
    }
}
