package dev.backfill.examples.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.examples.crash.CrashWorld.Arrival;
import dev.backfill.examples.crash.Halt.Point;
import dev.backfill.examples.crash.Worker.JobLine;
import dev.backfill.testkit.gmail.GmailFault;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.StoredMail;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed again and again, wherever it is, and what comes of its mailbox. */
class KillTest {
    private static final String OWNER = "ann@example.com";

    /** So that a kill finds messages that are published and in no checkpoint. */
    private static final Duration SINK_LATENCY = Duration.ofMillis(30);

    private static final RequestMatch FURTHER_PAGE =
            RequestMatch.path("/messages$").query("pageToken", "");

    @TempDir
    private Path folder;

    private final long seed = Long.getLong("seed", System.nanoTime() % 1_000_000);
    private final Random random = new Random(seed);
    private int lives;
    private int kills;
    private long stored;

    @Test
    void aMailboxArrivesWholeHoweverOftenTheProcessIsKilled() throws IOException {
        run(1_000, 2);
    }

    @Test
    @Tag("campaign")
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    void aLargeMailboxArrivesWholeHoweverOftenTheProcessIsKilled() throws IOException {
        run(Integer.getInteger("messages", 20_000), Integer.getInteger("kills", 50));
    }

    private void run(int messages, int randomKills) throws IOException {
        System.out.println("KillTest: -Dseed=" + seed);
        List<StoredMail> mails = CrashWorld.mails(seed, messages);
        String unreadable = alone(mails).id();
        try (CrashWorld world =
                new CrashWorld(folder.resolve("jobs.db").toString(), Map.of(OWNER, mails), UnaryOperator.identity())) {
            world.pubsub().latency(SINK_LATENCY);
            world.gmail()
                    .faults()
                    .always(
                            RequestMatch.path("/messages/" + unreadable + "$"),
                            GmailFault.of(400, "invalidArgument", "Bad Request").asFault());
            refusePageTokens(world);
            JobId job = die(world, Point.PLAN, "start me");
            die(world, Point.PIN, "");
            for (int left = randomKills; left > 0; left--) {
                killSometime(world, longestLife(messages, left));
            }
            die(world, Point.COMPLETION, "");
            try (Worker worker = life(world, new Halt(Point.RETRY, 1, false))) {
                assertThat(worker.awaitStatus(job, line -> line.state().isTerminal()))
                        .as("seed %d", seed)
                        .isEqualTo(new JobLine(job, JobState.COMPLETED, messages, messages - 1, 0, 1));
                assertThat(world.ids()).hasSize(messages - 1).doesNotContain(unreadable);
                assertThat(world.gmail().journal().count(FURTHER_PAGE))
                        .as("seed %d, page tokens that were shown, every fifth of them in vain", seed)
                        .isGreaterThan(3);
                world.gmail().faults().clear();
                worker.send("retry " + job);
                dies(world, worker, "before the retry is stored");
            }
            JobId retry = die(world, Point.CHECKPOINT, "retry " + job);
            try (Worker last = life(world, null)) {
                assertThat(last.awaitStatus(retry, line -> line.state().isTerminal()))
                        .as("seed %d", seed)
                        .isEqualTo(new JobLine(retry, JobState.COMPLETED, 1, 1, 0, 0));
            }
            assertThat(world.ids())
                    .as("seed %d", seed)
                    .isEqualTo(mails.stream().map(StoredMail::id).collect(Collectors.toCollection(TreeSet::new)));
            assertDoubledALife(world);
            System.out.println("KillTest: " + kills + " kills, " + world.doubled() + " messages twice");
        }
    }

    /** Every fifth page token has died when it is shown, whichever life it is of. */
    private static void refusePageTokens(CrashWorld world) {
        Fault dead = GmailFault.of(400, "invalidArgument", "Invalid pageToken").asFault();
        for (int number = 2; number < 600; number += 5) {
            world.gmail().faults().nth(FURTHER_PAGE, number, dead);
        }
    }

    /** A message that is alone in its thread: of the others a thread's answer gives what a message's refuses. */
    private StoredMail alone(List<StoredMail> mails) {
        Map<String, List<StoredMail>> threads = mails.stream().collect(Collectors.groupingBy(StoredMail::threadKey));
        List<StoredMail> alone = mails.stream()
                .filter(mail -> threads.get(mail.threadKey()).size() == 1)
                .toList();
        return alone.get(random.nextInt(alone.size()));
    }

    /** In checkpoints: so that kills come all over the mailbox, and none after its end; a checkpoint may be of several pages. */
    private int longestLife(int messages, int killsLeft) {
        return Math.max(1, (int) (messages - stored) / CrashWorld.BATCH / (killsLeft + 1) / 2);
    }

    private Worker life(CrashWorld world, Halt halt) throws IOException {
        lives++;
        return world.worker("life-" + lives, halt == null ? "halt=" : "halt=" + halt);
    }

    /** Lets a process die of itself just before or just after a write; gives the job that it ran last. */
    private JobId die(CrashWorld world, Point point, String command) throws IOException {
        return die(world, new Halt(point, 1, random.nextBoolean()), command);
    }

    private JobId die(CrashWorld world, Halt halt, String command) throws IOException {
        try (Worker worker = life(world, halt)) {
            if (!command.isEmpty()) {
                worker.send(command);
            }
            dies(world, worker, halt.toString());
            String claim = worker.lines().stream()
                    .filter(line -> line.startsWith("@claim"))
                    .reduce((first, second) -> second)
                    .orElseThrow();
            return new JobId(claim.split(" ")[1]);
        }
    }

    private void dies(CrashWorld world, Worker worker, String how) {
        assertThat(worker.awaitDeath())
                .as("seed %d, %s: %s", seed, how, worker.lines())
                .isEqualTo(Halt.EXIT_CODE);
        died(world, worker, how);
    }

    private void died(CrashWorld world, Worker worker, String how) {
        kills++;
        stored = worker.lines().stream()
                .filter(line -> line.startsWith("@stored"))
                .mapToLong(line -> Long.parseLong(line.split(" ")[2]))
                .reduce(stored, (before, next) -> Math.max(before, next));
        assertThat(world.doubled())
                .as("seed %d, doubled after %d kills, the last one %s", seed, kills, how)
                .isLessThanOrEqualTo((long) kills * CrashWorld.WINDOW);
    }

    /** Each life repeats the window of the death before at the most: so no kill makes up for another. */
    private void assertDoubledALife(CrashWorld world) {
        Map<String, List<Arrival>> arrivals =
                world.arrivals().stream().collect(Collectors.groupingBy(Arrival::instance));
        Set<String> before = new HashSet<>();
        List<Integer> doubled = new ArrayList<>();
        for (int life = 1; life <= lives; life++) {
            List<Arrival> its = arrivals.getOrDefault("life-" + life, List.of());
            int repeated = (int)
                    its.stream().filter(arrival -> !before.add(arrival.id())).count();
            doubled.add(repeated);
        }
        System.out.println("KillTest: messages that each life repeated: " + doubled);
        assertThat(doubled).as("seed %d, repeated by each life", seed).allMatch(count -> count <= CrashWorld.WINDOW);
        assertThat(doubled.stream().mapToLong(Integer::longValue).sum()).isEqualTo(world.doubled());
    }

    private void killSometime(CrashWorld world, int longestLife) throws IOException {
        int checkpoint = 1 + random.nextInt(longestLife);
        if (random.nextBoolean()) {
            die(world, new Halt(Point.CHECKPOINT, checkpoint, random.nextBoolean()), "");
            return;
        }
        try (Worker worker = life(world, null)) {
            int[] seen = {0};
            worker.await(line -> line.startsWith("@stored") && ++seen[0] > checkpoint, "a checkpoint");
            worker.kill();
            died(world, worker, "kill -9 about checkpoint " + checkpoint);
        }
    }
}
