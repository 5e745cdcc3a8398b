package dev.backfill.benchmarks;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.benchmarks.anchor.HandWrittenPath;
import dev.backfill.benchmarks.report.Medians;
import dev.backfill.benchmarks.report.Report;
import dev.backfill.benchmarks.report.Rounds;
import dev.backfill.benchmarks.report.Row;
import dev.backfill.core.EngineConfig;
import dev.backfill.provider.microsoft.MicrosoftEmailSource;
import dev.backfill.publisher.pubsub.PubSubMessageSink;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * The whole path, from a page of Graph to the checkpoint behind its acknowledgements, beside the same path written by hand without
 * an engine. Servers run in a JVM of their own; both sides store checkpoints in SQLite with synchronous=FULL.
 */
final class PathBench implements Bench {
    private static final String HAND = "by hand";
    private static final String ENGINE = "engine";
    private static final String CPU = "CPU";

    /**
     * What is crawled before anything is counted: where sixty threads want two cores, the compiler is not done before two million
     * messages, and an engine is more code than a path by hand.
     */
    private static final Case WARM_UP_CASE = new Case(Distance.NEAR, 64, 3_000, 2_000);

    private static final int WARM_UP_ROUNDS = 16;

    /** Rounds of each case that are not counted either. */
    private static final int FIRST_ROUNDS = 2;

    private static final int ROUNDS = 5;

    /** Of cases of so many messages, whose rounds take half a minute, fewer rounds tell as much. */
    private static final long LONG = 200_000;

    private static final int LONG_ROUNDS = 3;

    /** How far the provider and the sink are. */
    private enum Distance {
        NEAR("0 ms", Duration.ZERO, Duration.ZERO),
        FAR("100/30 ms", Duration.ofMillis(100), Duration.ofMillis(30));

        private final String title;
        private final Duration latency;
        private final Duration acknowledgement;

        Distance(String title, Duration latency, Duration acknowledgement) {
            this.title = title;
            this.latency = latency;
            this.acknowledgement = acknowledgement;
        }
    }

    /**
     * What is crawled.
     *
     * @param mailboxes how many at once
     * @param messages in each
     * @param bodyBytes of each message
     */
    private record Case(Distance distance, int mailboxes, int messages, int bodyBytes) {
        String title() {
            return bodyBytes / 1_000 + " KB, " + distance.title + ", " + mailboxes + " mailboxes of " + messages + ", ";
        }

        Case times(Size size) {
            return new Case(distance, mailboxes, size.of(messages), bodyBytes);
        }

        double all() {
            return (double) mailboxes * messages;
        }

        int rounds() {
            return all() > LONG ? LONG_ROUNDS : ROUNDS;
        }

        /** Mailboxes that nobody has read: of one that was, a job reads what changed as well. */
        List<String> boxes(int round) {
            return IntStream.range(0, mailboxes)
                    .mapToObj(i -> "box-" + round + "-" + i)
                    .toList();
        }
    }

    /**
     * Mailboxes as they are, of some ten thousand messages, and for what a mailbox asks for beside its pages smaller ones, whose
     * whole crawl takes some seconds.
     */
    private static final List<Case> CASES = List.of(
            new Case(Distance.NEAR, 1, 30_000, 2_000),
            new Case(Distance.NEAR, 16, 10_000, 2_000),
            new Case(Distance.NEAR, 64, 10_000, 2_000),
            new Case(Distance.FAR, 1, 10_000, 2_000),
            new Case(Distance.FAR, 16, 10_000, 2_000),
            new Case(Distance.FAR, 64, 10_000, 2_000),
            new Case(Distance.NEAR, 16, 1_000, 75_000),
            new Case(Distance.NEAR, 16, 3_000, 2_000),
            new Case(Distance.NEAR, 64, 3_000, 2_000),
            new Case(Distance.NEAR, 64, 500, 2_000),
            new Case(Distance.FAR, 16, 3_000, 2_000),
            new Case(Distance.FAR, 64, 3_000, 2_000));

    private static final List<Case> QUICK =
            List.of(new Case(Distance.NEAR, 2, 500, 2_000), new Case(Distance.FAR, 4, 500, 2_000));

    @Override
    public void run(Report report, Size size) throws Exception {
        if (size.quick()) {
            for (Case one : QUICK) {
                tell(report, one, measure(one, 0, 1));
            }
            return;
        }
        measure(WARM_UP_CASE, WARM_UP_ROUNDS, 1);
        for (Case one : CASES) {
            Case sized = one.times(size);
            tell(report, sized, measure(sized, FIRST_ROUNDS, sized.rounds()));
        }
    }

    private static Medians measure(Case one, int warmUp, int rounds) throws Exception {
        Distance distance = one.distance();
        try (PathServers servers =
                        PathServers.start(one.messages(), one.bodyBytes(), distance.latency, distance.acknowledgement);
                BenchDatabase database = BenchDatabase.sqlite();
                HandWrittenPath byHand =
                        new HandWrittenPath(servers.graph(), servers.pubSub(), PathServers.TOPIC, database.plain());
                BackfillManager engine = engine(servers, database, one.mailboxes())) {
            AtomicInteger round = new AtomicInteger();
            return new Rounds(warmUp, rounds)
                    .measureAll(HAND, () -> costs(one, () -> byHand.run(one.boxes(round.incrementAndGet()))))
                    .measureAll(ENGINE, () -> costs(one, () -> crawl(engine, one.boxes(round.incrementAndGet()))))
                    .run();
        }
    }

    private static void tell(Report report, Case one, Medians figures) {
        for (String unit : List.of("", ", " + CPU)) {
            double anchor = figures.of(HAND + unit);
            String named = unit.isEmpty() ? "messages/s" : "ms a message";
            report.add(Row.of(one.title() + HAND + unit, anchor, named));
            report.add(Row.of(one.title() + ENGINE + unit, figures.of(ENGINE + unit), named)
                    .to(anchor, HAND));
        }
    }

    private static BackfillManager engine(PathServers servers, BenchDatabase database, int mailboxes) {
        return JobRuns.builder()
                .source(new MicrosoftEmailSource())
                .settings(
                        MicrosoftEmailSource.PROVIDER_ID,
                        Map.of("base-url", servers.graph().toString()))
                .sink(new PubSubMessageSink())
                .settings(
                        PubSubMessageSink.ID,
                        Map.of(
                                "project", PathServers.PROJECT,
                                "topic", PathServers.TOPIC,
                                "emulator-host", servers.pubSub()))
                .store(database.persistence())
                // Graph allows a mailbox 10,000 requests in ten minutes, which would be what is measured.
                .quotas(MicrosoftEmailSource.PROVIDER_ID, List.of())
                .config(EngineConfig.builder().maxConcurrentJobs(mailboxes).build())
                .build();
    }

    private static long crawl(BackfillManager engine, List<String> boxes) {
        BackfillRequest request =
                JobRuns.request(MicrosoftEmailSource.PROVIDER_ID, boxes.get(0)).build();
        return JobRuns.allToTheirEnds(engine, boxes, request).stream()
                .map(BackfillJob::progress)
                .mapToLong(progress -> progress.published())
                .sum();
    }

    /** Crawls all mailboxes once, and gives how many messages were published. */
    private interface Crawl {
        long run() throws Exception;
    }

    /** Crawls all mailboxes once: messages a second, and processor time a message. */
    private static Map<String, Double> costs(Case one, Crawl crawl) throws Exception {
        Duration cpu = Machine.cpu();
        long begin = System.nanoTime();
        long published = crawl.run();
        double seconds = (System.nanoTime() - begin) / 1e9;
        double cpuMillis = Machine.cpu().minus(cpu).toNanos() / 1e6;
        if (published != one.all()) {
            throw new IllegalStateException(
                    (long) one.all() + " messages should have been published, not " + published);
        }
        return Map.of("", one.all() / seconds, CPU, cpuMillis / one.all());
    }
}
