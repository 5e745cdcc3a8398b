package dev.backfill.examples.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.examples.crash.Halt.Point;
import dev.backfill.examples.crash.Worker.JobLine;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.graph.GraphMailbox;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.MailBytes;
import dev.backfill.testkit.mail.StoredMail;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that reads a Microsoft mailbox, and then its changes, and is killed again and again: with messages that nobody has
 * taken yet, in the middle of the walk, and as the job completes; in the campaign also while it plans, and while a folder's pin is
 * taken.
 */
class GraphKillTest {
    private static final String OWNER = "ann@example.com";
    private static final String TOPIC = "projects/p/topics/emails";

    /** So that a kill finds messages that are published and in no checkpoint. */
    private static final Duration SINK_LATENCY = Duration.ofMillis(30);

    /** How often a job is looked at whose messages nobody takes. */
    private static final int LOOKS = 10;

    @TempDir
    private Path folder;

    private final long seed = Long.getLong("seed", System.nanoTime() % 1_000_000);
    private final Random random = new Random(seed);
    private int lives;
    private int kills;
    private long stored;

    @Test
    void aMailboxAndItsChangesArriveWholeHoweverOftenTheProcessIsKilled() throws IOException {
        run(200, 1, false);
    }

    @Test
    @Tag("campaign")
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    void aLargeMailboxAndItsChangesArriveWholeHoweverOftenTheProcessIsKilled() throws IOException {
        run(Integer.getInteger("messages", 20_000), Integer.getInteger("kills", 50), true);
    }

    private void run(int messages, int randomKills, boolean everywhere) throws IOException {
        System.out.println("GraphKillTest: -Dseed=" + seed);
        List<StoredMail> mails = CrashWorld.mails(seed, messages);
        try (FakeGraph graph = FakeGraph.builder().mailbox(OWNER, mails).start();
                CrashWorld world = new CrashWorld(
                        folder.resolve("jobs.db").toString(), Map.of(OWNER, List.of()), UnaryOperator.identity())) {
            world.pubsub().latency(SINK_LATENCY);
            JobId whole = backfill(world, graph, mails, randomKills, everywhere);
            changes(world, graph, mails, everywhere, whole);
            System.out.println("GraphKillTest: " + kills + " kills, " + world.doubled() + " messages twice");
        }
    }

    private JobId backfill(
            CrashWorld world, FakeGraph graph, List<StoredMail> mails, int randomKills, boolean everywhere)
            throws IOException {
        int messages = mails.size();
        JobId begun = null;
        List<Point> early = everywhere ? List.of(Point.PLAN, Point.PIN, Point.PIN, Point.PIN) : List.of();
        for (Point point : early) {
            begun = die(world, graph, new Halt(point, 1, random.nextBoolean()), begun == null ? "start " + OWNER : "");
        }
        JobId job = killUntaken(world, graph, begun);
        for (int left = randomKills; left > 0; left--) {
            killSometime(world, graph, Math.max(1, (int) (messages - stored) / CrashWorld.BATCH / (left + 1) / 2));
        }
        if (everywhere) {
            die(world, graph, new Halt(Point.COMPLETION, 1, random.nextBoolean()), "");
        }
        return job;
    }

    /** The job that was killed as it completed has told all, and no more of it is to be stored. */
    private void ends(Worker worker, CrashWorld world, FakeGraph graph, JobId job, List<StoredMail> mails) {
        assertThat(worker.awaitStatus(job, line -> line.state().isTerminal()))
                .as("seed %d", seed)
                .isEqualTo(new JobLine(job, JobState.COMPLETED, mails.size(), mails.size(), 0, 0));
        assertThat(told(world, "create")).as("seed %d", seed).isEqualTo(ids(graph, mails));
        assertThat(told(world, "update", "delete")).as("seed %d", seed).isEmpty();
    }

    /** What becomes of some messages after the backfill, and that the next run hears of exactly these. */
    private void changes(CrashWorld world, FakeGraph graph, List<StoredMail> mails, boolean everywhere, JobId whole)
            throws IOException {
        // Where the life that ends the first job has its own writes, it dies as the second completes.
        Iterator<Halt> halts = everywhere
                ? Stream.of(Point.PLAN, Point.CHECKPOINT, Point.PIN, Point.COMPLETION)
                        .map(point -> new Halt(point, 1, random.nextBoolean()))
                        .iterator()
                : List.of(new Halt(Point.COMPLETION, 2, random.nextBoolean())).iterator();
        Halt first = halts.next();
        JobId job;
        Changed changed;
        try (Worker worker = life(world, graph, first)) {
            ends(worker, world, graph, whole, mails);
            changed = change(graph, mails);
            job = dies(world, worker, first, "changes " + OWNER);
        }
        while (halts.hasNext()) {
            die(world, graph, halts.next(), "");
        }
        try (Worker worker = life(world, graph, null)) {
            assertThat(worker.awaitStatus(job, line -> line.state().isTerminal())
                            .state())
                    .as("seed %d", seed)
                    .isEqualTo(JobState.COMPLETED);
        }
        assertTold(world, graph, mails, changed);
    }

    /** What became of some messages, by their ids. */
    private record Changed(Set<String> gone, Set<String> changed, Set<String> fresh) {}

    private Changed change(FakeGraph graph, List<StoredMail> mails) {
        GraphMailbox mailbox = graph.mailbox(OWNER);
        Instant now = Instant.now();
        int each = Math.max(20, mails.size() / 20);
        List<StoredMail> gone = mails.subList(0, each);
        List<StoredMail> moved = mails.subList(each, 2 * each);
        List<StoredMail> marked = mails.subList(2 * each, 3 * each);
        Set<String> goneIds = ids(graph, gone);
        gone.forEach(mail -> mailbox.purge(mail.id()));
        moved.forEach(mail -> mailbox.move(mail.id(), FolderPath.of("Later"), now));
        marked.forEach(mail -> mailbox.change(mail, List.of("Red"), now));
        StoredMail fresh = StoredMail.builder("fffffffffffffff0", now)
                .folder(FolderPath.INBOX)
                .mime(MailBytes.utf8("From: a@example.com\r\nSubject: New\r\n\r\nText\r\n"))
                .build();
        mailbox.add(fresh);

        return new Changed(goneIds, plus(ids(graph, moved), ids(graph, marked)), ids(graph, List.of(fresh)));
    }

    private void assertTold(CrashWorld world, FakeGraph graph, List<StoredMail> mails, Changed changed) {
        assertThat(told(world, "delete")).as("seed %d", seed).isEqualTo(changed.gone());
        assertThat(told(world, "update"))
                .as("seed %d", seed)
                .containsAll(changed.changed())
                .isSubsetOf(plus(changed.changed(), changed.fresh()));
        assertThat(world.ids())
                .as("seed %d", seed)
                .isEqualTo(plus(plus(ids(graph, mails), changed.gone()), changed.fresh()));
    }

    private static Set<String> plus(Set<String> some, Set<String> more) {
        Set<String> all = new TreeSet<>(some);
        all.addAll(more);
        return all;
    }

    private static Set<String> ids(FakeGraph graph, Collection<StoredMail> mails) {
        return mails.stream().map(graph.mailbox(OWNER)::messageId).collect(Collectors.toCollection(TreeSet::new));
    }

    /** The ids of what arrived, by what the events say of them. */
    private static Set<String> told(CrashWorld world, String... operations) {
        return world.pubsub().messages(TOPIC).stream()
                .filter(message -> List.of(operations)
                        .contains(String.valueOf(message.attributes().get("operation"))))
                .map(message -> String.valueOf(message.attributes().get("message_id")))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Worker life(CrashWorld world, FakeGraph graph, @Nullable Halt halt) throws IOException {
        lives++;
        return world.worker(
                "life-" + lives,
                "provider=microsoft",
                "graph=" + graph.baseUrl(),
                halt == null ? "halt=" : "halt=" + halt);
    }

    /** Lets a process die of itself just before or just after a write; gives the job that it ran last. */
    private JobId die(CrashWorld world, FakeGraph graph, Halt halt, String command) throws IOException {
        try (Worker worker = life(world, graph, halt)) {
            return dies(world, worker, halt, command);
        }
    }

    private JobId dies(CrashWorld world, Worker worker, Halt halt, String command) throws IOException {
        if (!command.isEmpty()) {
            worker.send(command);
        }
        assertThat(worker.awaitDeath())
                .as("seed %d, %s: %s", seed, halt, worker.lines())
                .isEqualTo(Halt.EXIT_CODE);
        died(world, worker, halt.toString());
        String claim = worker.lines().stream()
                .filter(line -> line.startsWith("@claim"))
                .reduce((first, second) -> second)
                .orElseThrow();
        return new JobId(claim.split(" ")[1]);
    }

    /** Kills a process whose messages nobody took: whatever it handed over, nothing of that may be stored as published. */
    private JobId killUntaken(CrashWorld world, FakeGraph graph, @Nullable JobId begun) throws IOException {
        world.pubsub().stall();
        try (Worker worker = life(world, graph, null)) {
            JobId job = begun == null ? worker.start(OWNER) : begun;
            int[] handed = {0};
            worker.await(line -> line.startsWith("@handed") && ++handed[0] == CrashWorld.BATCH, "a page");
            for (int look = 0; look < LOOKS; look++) {
                assertThat(worker.status(job).published())
                        .as("seed %d, published and not taken", seed)
                        .isLessThanOrEqualTo(world.ids().size());
            }
            worker.kill();
            died(world, worker, "kill -9 with messages that nobody took");
            return job;
        } finally {
            world.pubsub().comeBack();
        }
    }

    private void killSometime(CrashWorld world, FakeGraph graph, int longestLife) throws IOException {
        int checkpoint = 1 + random.nextInt(longestLife);
        try (Worker worker = life(world, graph, null)) {
            int[] seen = {0};
            worker.await(line -> line.startsWith("@stored") && ++seen[0] > checkpoint, "a checkpoint");
            worker.kill();
            died(world, worker, "kill -9 about checkpoint " + checkpoint);
        }
    }

    private void died(CrashWorld world, Worker worker, String how) {
        kills++;
        stored = worker.lines().stream()
                .filter(line -> line.startsWith("@stored"))
                .mapToLong(line -> Long.parseLong(line.split(" ")[2]))
                .reduce(stored, Math::max);
        assertThat(world.doubled())
                .as("seed %d, doubled after %d kills, the last one %s", seed, kills, how)
                .isLessThanOrEqualTo((long) kills * CrashWorld.WINDOW);
    }
}
