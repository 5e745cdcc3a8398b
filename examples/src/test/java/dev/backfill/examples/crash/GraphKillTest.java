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
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that reads a Microsoft mailbox, and then its changes, and is killed again and again: while it plans, while a folder's
 * pin is taken, in the middle of the walk, and as the job completes.
 */
class GraphKillTest {
    private static final String OWNER = "ann@example.com";
    private static final String TOPIC = "projects/p/topics/emails";

    /** So that a kill finds messages that are published and in no checkpoint. */
    private static final Duration SINK_LATENCY = Duration.ofMillis(30);

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
            backfill(world, graph, mails, randomKills, everywhere);
            changes(world, graph, mails, everywhere);
            System.out.println("GraphKillTest: " + kills + " kills, " + world.doubled() + " messages twice");
        }
    }

    private void backfill(
            CrashWorld world, FakeGraph graph, List<StoredMail> mails, int randomKills, boolean everywhere)
            throws IOException {
        int messages = mails.size();
        JobId job = die(world, graph, new Halt(Point.PLAN, 1, random.nextBoolean()), "start " + OWNER);
        for (int pins = everywhere ? 3 : 1; pins > 0; pins--) {
            die(world, graph, new Halt(Point.PIN, 1, random.nextBoolean()), "");
        }
        for (int left = randomKills; left > 0; left--) {
            killSometime(world, graph, Math.max(1, (int) (messages - stored) / CrashWorld.BATCH / (left + 1) / 2));
        }
        die(world, graph, new Halt(Point.COMPLETION, 1, random.nextBoolean()), "");
        ends(world, graph, job, messages, messages);
        assertThat(told(world, "create")).as("seed %d", seed).isEqualTo(ids(graph, mails));
        assertThat(told(world, "update", "delete")).as("seed %d", seed).isEmpty();
    }

    /** What becomes of some messages after the backfill, and that the next run hears of exactly these. */
    private void changes(CrashWorld world, FakeGraph graph, List<StoredMail> mails, boolean everywhere)
            throws IOException {
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

        List<Point> points = everywhere
                ? List.of(Point.PLAN, Point.CHECKPOINT, Point.PIN, Point.COMPLETION)
                : List.of(Point.CHECKPOINT);
        String command = "changes " + OWNER;
        JobId job = null;
        for (Point point : points) {
            job = die(world, graph, new Halt(point, 1, random.nextBoolean()), command);
            command = "";
        }
        try (Worker worker = life(world, graph, null)) {
            assertThat(worker.awaitStatus(job, line -> line.state().isTerminal())
                            .state())
                    .as("seed %d", seed)
                    .isEqualTo(JobState.COMPLETED);
        }
        assertThat(told(world, "delete")).as("seed %d", seed).isEqualTo(goneIds);
        Set<String> changed = ids(graph, moved);
        changed.addAll(ids(graph, marked));
        assertThat(told(world, "update")).as("seed %d", seed).containsAll(changed);
        Set<String> all = ids(graph, mails);
        all.addAll(goneIds);
        all.addAll(ids(graph, List.of(fresh)));
        assertThat(world.ids()).as("seed %d", seed).isEqualTo(all);
        assertThat(told(world, "update")).as("seed %d", seed).isSubsetOf(plus(changed, ids(graph, List.of(fresh))));
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

    private void ends(CrashWorld world, FakeGraph graph, JobId job, long listed, long published) throws IOException {
        try (Worker worker = life(world, graph, null)) {
            assertThat(worker.awaitStatus(job, line -> line.state().isTerminal()))
                    .as("seed %d", seed)
                    .isEqualTo(new JobLine(job, JobState.COMPLETED, listed, published, 0, 0));
        }
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
