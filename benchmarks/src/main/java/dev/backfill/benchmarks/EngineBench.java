package dev.backfill.benchmarks;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.UserId;
import dev.backfill.benchmarks.anchor.PlainLoop;
import dev.backfill.benchmarks.anchor.SpringBatch;
import dev.backfill.benchmarks.anchor.Work;
import dev.backfill.benchmarks.fake.CountingSink;
import dev.backfill.benchmarks.report.Medians;
import dev.backfill.benchmarks.report.Report;
import dev.backfill.benchmarks.report.Rounds;
import dev.backfill.benchmarks.report.Row;
import dev.backfill.model.FolderRole;
import dev.backfill.testkit.DirectMailboxContext;
import dev.backfill.testkit.ScriptedAccount;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the engine makes of a provider and a sink that cost next to nothing, beside a plain loop and Spring Batch on the same
 * messages, encoder, sink and database, with a durable checkpoint for each page of 100, or, the engine's, for several where they
 * are acknowledged by the time one can be written.
 *
 * <p>A job sends its provider {@link dev.backfill.api.BackfillRequest#MAX_RATE_LIMIT} requests a second at the most, and here
 * eleven bring 1,000 messages: of one mailbox no engine, however quick, could read more than some 90,000 messages a second. So the
 * same messages are also read by a job for each folder, as from as many mailboxes.
 */
final class EngineBench implements Bench {
    private static final String LOOP = "plain loop";
    private static final String SPRING = "Spring Batch, chunk 100";
    private static final String SPRING_SPLIT = "Spring Batch, chunk 100, 4 steps side by side";
    private static final String ENGINE = "engine, one mailbox";
    private static final String ENGINE_SPLIT = "engine, 4 mailboxes side by side";
    private static final String ALL = "all";
    private static final int STEPS = 4;
    private static final int MAILBOXES = 4;
    private static final int[] BODY_BYTES = {2_000, 75_000};

    /** Of bodies of 5 KB at the least: seconds a round, since one of half a second tells what the machine did beside it. */
    private static final int BYTES = 600_000_000;

    private static final int QUICK_BYTES = 2_000_000;

    /** With four the engine still spent a quarter of its processor time on being compiled. */
    private static final int WARM_UP = 8;

    /** Does all of a mailbox once. */
    private interface Subject {
        void run() throws Exception;
    }

    @Override
    public void run(Report report, Size size) throws Exception {
        report.say("Each row: the same scripted messages, encoder, counting sink; a commit on the disk per checkpoint");
        try (BenchDatabase postgresql = BenchDatabase.postgresql()) {
            measure(report, postgresql, size);
        }
        try (BenchDatabase sqlite = BenchDatabase.sqlite()) {
            measure(report, sqlite, size);
        }
    }

    private static void measure(Report report, BenchDatabase database, Size size) throws Exception {
        SpringBatch spring = new SpringBatch(database.plain(), database.product());
        for (int bytes : BODY_BYTES) {
            int all = size.of((size.quick() ? QUICK_BYTES : BYTES) / Math.max(bytes, 5_000) / 1_000 * 1_000 + 1_000);
            int messages = (all + MAILBOXES - 1) / MAILBOXES * MAILBOXES;
            String name = database.product() + ", " + bytes / 1_000 + " KB, ";
            Medians rates = measure(database, spring, messages, bytes, size);
            double anchor = rates.of(SPRING);
            rates.byName().forEach((subject, rate) -> {
                Row row = Row.of(name + subject, rate, "messages/s");
                report.add(subject.equals(SPRING) ? row : row.to(anchor, SPRING));
            });
        }
    }

    private static Medians measure(BenchDatabase database, SpringBatch spring, int messages, int bytes, Size size)
            throws Exception {
        ScriptedSource source = source(messages / MAILBOXES, bytes);
        try (CountingSink sink = new CountingSink();
                BackfillManager engine = JobRuns.builder()
                        .source(source)
                        .sink(sink)
                        .store(database.persistence())
                        .build()) {
            AccountRef account = new AccountRef(UserId.of("bench"), ScriptedSource.DEFAULT_ID, ALL);
            Work work =
                    new Work(source.open(DirectMailboxContext.builder(account).build()), sink.publisher(), account);
            Rounds rounds = new Rounds(size.quick() ? 0 : WARM_UP, size.quick() ? 1 : 5)
                    .measure(LOOP, () -> rate(sink, messages, () -> PlainLoop.run(work, database.plain())))
                    .measure(SPRING, () -> rate(sink, messages, () -> spring.run(work, 1)));
            if (database.product().equals("postgresql")) {
                // SQLite has one writer, and a chunk's transaction has it from beginning to end.
                rounds.measure(SPRING_SPLIT, () -> rate(sink, messages, () -> spring.run(work, STEPS)));
            }
            List<BackfillRequest> one = requests(List.of(ALL));
            List<BackfillRequest> each = requests(mailboxes());
            return rounds.measure(ENGINE, () -> rate(sink, messages, () -> JobRuns.toTheirEnds(engine, one)))
                    .measure(ENGINE_SPLIT, () -> rate(sink, messages, () -> JobRuns.toTheirEnds(engine, each)))
                    .run();
        }
    }

    /** The same messages twice: all in one mailbox of several folders, and each folder as a mailbox of its own. */
    private static ScriptedSource source(int messages, int bytes) {
        ScriptedSource.Builder source = ScriptedSource.builder().noBorderRepeats();
        List<ScriptedFolder> folders = new ArrayList<>();
        for (String name : mailboxes()) {
            ScriptedFolder folder =
                    ScriptedFolder.of(name, FolderRole.OTHER, messages).bodies(bytes);
            folders.add(folder);
            source.account(name, ScriptedAccount.of(name, folder));
        }
        return source.account(ALL, ScriptedAccount.of(ALL, folders.toArray(ScriptedFolder[]::new)))
                .build();
    }

    private static List<String> mailboxes() {
        return IntStream.range(0, MAILBOXES).mapToObj(i -> "box-" + i).toList();
    }

    private static List<BackfillRequest> requests(List<String> accounts) {
        return accounts.stream()
                .map(account ->
                        JobRuns.request(ScriptedSource.DEFAULT_ID, account).build())
                .toList();
    }

    private static double rate(CountingSink sink, int messages, Subject subject) throws Exception {
        long before = sink.messages();
        long begin = System.nanoTime();
        subject.run();
        double seconds = (System.nanoTime() - begin) / 1e9;
        if (sink.messages() - before != messages) {
            throw new IllegalStateException(messages + " messages should have come, not " + (sink.messages() - before));
        }
        return messages / seconds;
    }
}
