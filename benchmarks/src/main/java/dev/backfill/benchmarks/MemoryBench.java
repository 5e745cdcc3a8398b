package dev.backfill.benchmarks;

import dev.backfill.benchmarks.fake.FastGmail;
import dev.backfill.benchmarks.fake.FastGraph;
import dev.backfill.benchmarks.fake.MailServer;
import dev.backfill.benchmarks.report.Report;
import dev.backfill.benchmarks.report.Row;
import dev.backfill.testkit.pubsub.InProcessPubSub;
import dev.backfill.testkit.pubsub.Retention;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Whole jobs in a JVM with a heap of 128 MB (384 where whole messages of 25 MB are read), with a sink that answers nothing any more half-way and comes back after longer than
 * Google's client tries by itself: nothing may be lost, nothing may fail, the source must wait, and the heap must stay flat. The
 * fake servers are in this JVM, each job is alone in another.
 */
final class MemoryBench implements Bench {
    private static final String TOPIC = "projects/bench/topics/emails";
    private static final int HEAP_MB = 128;
    private static final int MB = 1_000_000;

    /** A message of 25 MB as its MIME takes 100 MB by itself while it is decoded. */
    private static final int MIME_HEAP_MB = 384;

    /** The sink has room for one of them in a message. */
    private static final int ATTACHMENTS = 4;

    private static final int ATTACHMENT_BYTES = 6 * MB;

    private static final List<Case> CASES = List.of(
            new Case(MemoryJob.Provider.GRAPH, "2 KB", 1_000_000, 2_000, 0),
            new Case(MemoryJob.Provider.GRAPH, "1 MB", 10_000, MB, 0),
            new Case(MemoryJob.Provider.GRAPH, "25 MB", 300, MB, ATTACHMENTS),
            new Case(MemoryJob.Provider.GMAIL, "1 MB of Gmail", 5_000, MB, 0),
            new Case(MemoryJob.Provider.GMAIL, "25 MB of Gmail", 300, MB, ATTACHMENTS),
            new Case(MemoryJob.Provider.GMAIL_AS_MIME, "25 MB of Gmail as MIME", 100, MB, ATTACHMENTS));
    private static final List<Case> QUICK = List.of(
            new Case(MemoryJob.Provider.GRAPH, "2 KB", 20_000, 2_000, 0),
            new Case(MemoryJob.Provider.GRAPH, "1 MB", 200, MB, 0),
            new Case(MemoryJob.Provider.GRAPH, "25 MB", 20, MB, ATTACHMENTS),
            new Case(MemoryJob.Provider.GMAIL, "1 MB of Gmail", 200, MB, 0),
            new Case(MemoryJob.Provider.GMAIL, "25 MB of Gmail", 20, MB, ATTACHMENTS),
            new Case(MemoryJob.Provider.GMAIL_AS_MIME, "25 MB of Gmail as MIME", 20, MB, ATTACHMENTS));

    /** Past the 10 minutes of Google's client. */
    private static final Duration STOP = Duration.ofSeconds(630);

    private static final Duration QUICK_STOP = Duration.ofSeconds(3);
    private static final Duration LOOK = Duration.ofSeconds(2);
    private static final Duration QUICK_LOOK = Duration.ofMillis(200);

    private static final Object STARTING = new Object();

    /** What is crawled: so many messages with bodies of so many bytes, and so many attachments, whose contents are asked for. */
    private record Case(MemoryJob.Provider provider, String of, int messages, int bodyBytes, int attachments) {
        String title() {
            return String.format(Locale.ROOT, "%,d of %s", messages, of);
        }

        Case times(Size size) {
            return new Case(provider, of, size.of(messages), bodyBytes, attachments);
        }

        MailServer start() {
            return switch (provider) {
                case GRAPH -> new FastGraph(messages, bodyBytes, attachments, ATTACHMENT_BYTES, Duration.ZERO, null);
                case GMAIL, GMAIL_AS_MIME ->
                    new FastGmail(messages, bodyBytes, attachments, ATTACHMENT_BYTES, Duration.ZERO);
            };
        }

        int heapMb() {
            return provider == MemoryJob.Provider.GMAIL_AS_MIME ? MIME_HEAP_MB : HEAP_MB;
        }
    }

    @Override
    public void run(Report report, Size size) throws Exception {
        List<Case> cases = (size.quick() ? QUICK : CASES)
                .stream().map(mailbox -> mailbox.times(size)).toList();
        Duration stopFor = size.quick() ? QUICK_STOP : STOP;
        Duration look = size.quick() ? QUICK_LOOK : LOOK;
        // Side by side, for they mostly wait, and each has a heap of its own
        ExecutorService threads = Executors.newFixedThreadPool(cases.size());
        try {
            List<Future<Run>> runs = new ArrayList<>();
            for (Case mailbox : cases) {
                runs.add(threads.submit(() -> measure(mailbox, stopFor, look)));
            }
            for (Future<Run> run : runs) {
                run.get().tell(report);
            }
            for (Future<Run> run : runs) {
                run.get().requireAll();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static Run measure(Case mailbox, Duration stopFor, Duration look) throws IOException, InterruptedException {
        try (MailServer source = mailbox.start();
                InProcessPubSub pubSub = InProcessPubSub.start(Retention.KEYS_ONLY, InstantSource.system())) {
            pubSub.createTopic(TOPIC);
            Run run = new Run(mailbox, new SinkStop(pubSub, source, mailbox.messages() / 2, stopFor));
            long begin = System.nanoTime();
            List<String> arguments = List.of(
                    mailbox.provider().name(),
                    source.address().toString(),
                    pubSub.host(),
                    TOPIC,
                    Long.toString(look.toMillis()),
                    Boolean.toString(mailbox.attachments() > 0));
            try (ChildJvm job = startJob(arguments, run)) {
                for (String line = job.nextLine(); line != null; line = job.nextLine()) {
                    run.hear(line);
                }
                job.requireGoodEnd();
            }
            run.ended(pubSub.count(TOPIC), pubSub.distinctKeys(TOPIC), System.nanoTime() - begin);
            return run;
        }
    }

    /** Starts one job after another: the JVMs' beginnings side by side can take longer than a sink may take to connect. */
    private static ChildJvm startJob(List<String> arguments, Run run) throws IOException {
        synchronized (STARTING) {
            ChildJvm job = ChildJvm.start(
                    MemoryJob.class,
                    List.of("-Xmx" + run.mailbox.heapMb() + "m", "-XX:+ExitOnOutOfMemoryError"),
                    arguments);
            String first = job.nextLine();
            if (first != null) {
                run.hear(first);
            }
            return job;
        }
    }

    /** When the sink is stopped, and for how long. Confined to one thread. */
    private static final class SinkStop {
        /** Pages that are on their way when the sink stops may still be read. */
        private static final int SETTLED = 4;

        private final InProcessPubSub pubSub;
        private final MailServer source;
        private final long from;
        private final Duration length;
        private boolean stopped;
        private boolean over;
        private long begin;
        private long lastedNanos;
        private long requestsBefore = -1;
        private long requestsMeanwhile = -1;

        SinkStop(InProcessPubSub pubSub, MailServer source, long from, Duration length) {
            this.pubSub = pubSub;
            this.source = source;
            this.from = from;
            this.length = length;
        }

        void look() {
            if (!stopped && !over && pubSub.count(TOPIC) >= from) {
                pubSub.stall();
                stopped = true;
                begin = System.nanoTime();
            } else if (stopped) {
                lastedNanos = System.nanoTime() - begin;
                if (requestsBefore < 0 && lastedNanos >= length.toNanos() / SETTLED) {
                    requestsBefore = source.requests();
                }
                if (lastedNanos >= length.toNanos()) {
                    requestsMeanwhile = source.requests() - requestsBefore;
                    pubSub.comeBack();
                    stopped = false;
                    over = true;
                }
            }
        }
    }

    /** What a job told. Confined to one thread at a time. */
    private static final class Run {
        private final Case mailbox;
        private final SinkStop stop;
        private final List<Long> before = new ArrayList<>();
        private final List<Long> meanwhile = new ArrayList<>();
        private final List<Long> after = new ArrayList<>();
        private long resident;
        private long published;
        private long failed;
        private long arrived;
        private long distinct;
        private double seconds;

        Run(Case mailbox, SinkStop stop) {
            this.mailbox = mailbox;
            this.stop = stop;
        }

        void hear(String line) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "live" -> {
                    (stop.stopped ? meanwhile : stop.over ? after : before).add(Long.parseLong(words[1]));
                    stop.look();
                }
                case "resident" -> resident = Long.parseLong(words[1]);
                case "ended" -> {
                    published = Long.parseLong(words[1]);
                    failed = Long.parseLong(words[3]);
                }
                default -> throw new IllegalStateException("the job says " + line);
            }
        }

        void ended(long allArrived, long distinctArrived, long nanos) {
            if (!stop.over) {
                throw new IllegalStateException("the job ended before its sink had been stopped and come back");
            }
            arrived = allArrived;
            distinct = distinctArrived;
            seconds = (nanos - stop.lastedNanos) / 1e9;
        }

        void tell(Report report) {
            String name =
                    mailbox.title() + ", -Xmx" + mailbox.heapMb() + "m, sink stopped " + seconds(stop.lastedNanos);
            report.add(Row.of(name, mailbox.messages() / seconds, "messages/s"));
            report.add(Row.of(name + ", lost", (double) mailbox.messages() - distinct, "messages"));
            report.add(Row.of(name + ", counted as published", (double) published, "messages")
                    .to(mailbox.messages(), "all messages"));
            report.add(Row.of(name + ", failed", (double) failed, "messages"));
            report.add(Row.of(name + ", arrived more than once", (double) arrived - distinct, "messages")
                    .to(mailbox.messages(), "all messages"));
            report.add(Row.of(name + ", asked of the source meanwhile", (double) stop.requestsMeanwhile, "requests"));
            double first = median(before);
            report.add(Row.of(name + ", live heap before", first / MB, "MB")
                    .to(mailbox.heapMb() * 1.048576e6 / MB, "-Xmx"));
            report.add(Row.of(name + ", live heap meanwhile", median(meanwhile) / MB, "MB")
                    .to(first / MB, "before"));
            report.add(
                    Row.of(name + ", live heap after", median(after) / MB, "MB").to(first / MB, "before"));
            double most = Stream.of(before, meanwhile, after)
                    .flatMap(List::stream)
                    .mapToLong(Long::longValue)
                    .max()
                    .orElse(0);
            report.add(Row.of(name + ", live heap at the most", most / MB, "MB").to(first / MB, "before"));
            report.add(Row.of(name + ", resident at the most", resident / (double) MB, "MB"));
        }

        void requireAll() {
            if (distinct != mailbox.messages() || failed > 0) {
                throw new IllegalStateException(
                        mailbox.title() + ": " + distinct + " messages arrived, " + failed + " failed");
            }
        }

        private static double median(List<Long> bytes) {
            if (bytes.isEmpty()) {
                return 0;
            }
            List<Long> sorted = new ArrayList<>(bytes);
            Collections.sort(sorted);
            return sorted.get(sorted.size() / 2);
        }

        private static String seconds(long nanos) {
            return String.format(Locale.ROOT, "%.0f s", nanos / 1e9);
        }
    }
}
