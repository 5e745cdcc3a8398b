package dev.backfill.examples.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.examples.crash.CrashWorld.Arrival;
import dev.backfill.examples.crash.Worker.JobLine;
import dev.backfill.testkit.mail.StoredMail;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three processes share a PostgreSQL and thirty mailboxes: one is killed, one is frozen and thawed once others have its jobs,
 * and the database is restarted, all in the middle of the work.
 */
class ClusterTest {
    /** A Gmail mailbox of a few thousand messages is read in two windows, the newest 1,000 and the rest, a walk each. */
    private static final int WINDOWS = 2;

    private static final int MAILBOXES = 30;

    /** So that whoever dies leaves messages behind that are published and in no checkpoint. */
    private static final Duration SINK_LATENCY = Duration.ofMillis(30);

    @TempDir
    private Path folder;

    private final long seed = Long.getLong("seed", System.nanoTime() % 1_000_000);

    /**
     * How much work there is.
     *
     * @param messages of each mailbox
     * @param rate requests a second for each, so that the work lasts
     * @param batch messages a page
     * @param heartbeat in ms; empty for the default
     * @param takeover how soon after a death all its jobs must run elsewhere
     */
    private record Work(int messages, int rate, int batch, String heartbeat, Duration takeover) {
        int total() {
            return MAILBOXES * messages;
        }
    }

    @Test
    void nothingIsLostWhenInstancesDieFreezeAndLoseTheirDatabase() throws IOException {
        // Dead after two seconds, and looked for every 200 ms.
        run(new Work(120, 12, 2, "200", Duration.ofSeconds(6)), folder);
    }

    /**
     * What a frozen process may still do: each of its threads that had asked, and not yet handed over, hands one message over.
     */
    @Test
    void aThawedInstanceHandsOverOneMessageAWalkAtTheMost() throws IOException {
        String owner = "owner@example.com";
        try (PostgresServer postgres = new PostgresServer(folder);
                CrashWorld world = new CrashWorld(
                        postgres.url(), Map.of(owner, CrashWorld.mails(seed, 5_000)), UnaryOperator.identity())) {
            Custody custody = world.custody();
            Worker frozen = world.worker("frozen");
            JobId job = frozen.start(owner);
            custody.await(Duration.ofMinutes(1), "the sink to be warm", () -> custody.handedOver() > 200);
            frozen.send("trap");
            custody.await(Duration.ofMinutes(1), "all walks to stand still", () -> custody.trapped(job) == WINDOWS);
            frozen.freeze();
            Worker other = world.worker("other");
            custody.await(
                    Duration.ofMinutes(1),
                    "another to have the job",
                    () -> custody.areTakenFrom("frozen", Set.of(job)));
            frozen.thaw();
            frozen.send("write " + job + " " + custody.lastEpoch(job, "frozen"));
            frozen.await("@refused " + job);
            int before = custody.handedOver();
            custody.await(Duration.ofMinutes(1), "the other to go on", () -> custody.handedOver() > before + 1_000);
            other.send("cancel " + job);
            other.await("@cancelled " + job);
            assertThat(custody.late().values())
                    .as("messages of the frozen one's")
                    .containsExactly(WINDOWS);
        }
    }

    @Test
    @Tag("campaign")
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    void othersHaveTheJobsOfADeadInstanceWithinTwentySeconds() throws IOException {
        int rounds = Math.max(1, Integer.getInteger("kills", 50) / 10);
        for (int round = 0; round < rounds; round++) {
            // As docs/durable-jobs.md promises.
            run(new Work(1_000, 10, 10, "", Duration.ofSeconds(20)), folder.resolve("round-" + round));
        }
    }

    private void run(Work work, Path place) throws IOException {
        System.out.println("ClusterTest: -Dseed=" + seed);
        Map<String, List<StoredMail>> mailboxes = new LinkedHashMap<>();
        for (int i = 0; i < MAILBOXES; i++) {
            mailboxes.put("owner" + i + "@example.com", CrashWorld.mails(seed + i, work.messages()));
        }
        try (PostgresServer postgres = new PostgresServer(place);
                CrashWorld world = new CrashWorld(postgres.url(), mailboxes, UnaryOperator.identity())) {
            world.pubsub().latency(SINK_LATENCY);
            List<Worker> workers = new ArrayList<>();
            for (String instance : List.of("a", "b", "c")) {
                // So that all mailboxes find room in the one that is left at last.
                workers.add(world.worker(
                        instance,
                        "slots=" + MAILBOXES,
                        "rate=" + work.rate(),
                        "batch=" + work.batch(),
                        "heartbeat=" + work.heartbeat()));
            }
            Map<JobId, String> jobs = start(mailboxes.keySet(), workers);
            Custody custody = world.custody();

            awaitShare(custody, work, 0.1);
            workers.remove(kill(custody, work, workers));
            awaitShare(custody, work, 0.3);
            freezeAndThaw(custody, work, workers);
            awaitShare(custody, work, 0.5);
            postgres.restart();

            custody.await(Duration.ofMinutes(10), "all jobs to complete", () -> custody.completed() == jobs.size());
            jobs.forEach((job, owner) -> {
                assertThat(workers.get(0).status(job))
                        .as("seed %d, counters", seed)
                        .isEqualTo(new JobLine(job, JobState.COMPLETED, work.messages(), work.messages(), 0, 0));
            });
            assertArrivals(world, work, jobs, mailboxes);
            assertOneOwnerAtATime(custody);
        }
    }

    private static Map<JobId, String> start(Set<String> owners, List<Worker> workers) {
        Map<JobId, String> jobs = new LinkedHashMap<>();
        for (String owner : owners) {
            jobs.put(workers.get(jobs.size() % workers.size()).start(owner), owner);
        }
        return jobs;
    }

    private static void awaitShare(Custody custody, Work work, double share) {
        custody.await(
                Duration.ofMinutes(10), "a share of " + share, () -> custody.handedOver() >= share * work.total());
    }

    /** Who has most jobs, once that is a fair share. */
    private static Worker busiest(Custody custody, List<Worker> workers) {
        custody.await(
                Duration.ofMinutes(1),
                "somebody to have ten jobs",
                () -> workers.stream()
                        .anyMatch(worker -> custody.heldBy(worker.instance()).size() >= MAILBOXES / 3));
        return workers.stream()
                .max(Comparator.comparingInt(
                        worker -> custody.heldBy(worker.instance()).size()))
                .orElseThrow();
    }

    private Worker kill(Custody custody, Work work, List<Worker> workers) {
        Worker victim = busiest(custody, workers);
        long before = System.nanoTime();
        victim.kill();
        Set<JobId> orphans = awaitTakeover(custody, work, victim, before, "killed");
        assertThat(orphans).as("jobs of the one that was killed").isNotEmpty();
        return victim;
    }

    private void freezeAndThaw(Custody custody, Work work, List<Worker> workers) {
        Worker victim = busiest(custody, workers);
        long before = System.nanoTime();
        victim.freeze();
        Set<JobId> lost = awaitTakeover(custody, work, victim, before, "frozen");
        assertThat(lost).as("jobs of the one that was frozen").isNotEmpty();
        victim.thaw();
        for (JobId job : lost) {
            victim.send("write " + job + " " + custody.lastEpoch(job, victim.instance()));
            victim.await("@refused " + job);
        }
    }

    private Set<JobId> awaitTakeover(Custody custody, Work work, Worker victim, long since, String how) {
        // What it told last is still on its way for a moment: a job more is one that it has, or has ended.
        Set<JobId> orphans = custody.heldBy(victim.instance());
        custody.await(
                work.takeover().plus(Duration.ofMinutes(1)),
                "others to have the jobs of the one that was " + how,
                () -> custody.areTakenFrom(victim.instance(), orphans));
        Duration takeover = custody.takeover(victim.instance(), orphans, since);
        System.out.println("ClusterTest: the " + orphans.size() + " jobs of the one that was " + how
                + " ran elsewhere after " + takeover.toMillis() + " ms");
        assertThat(takeover).as("take-over, seed %d", seed).isLessThan(work.takeover());
        return orphans;
    }

    private void assertArrivals(
            CrashWorld world, Work work, Map<JobId, String> jobs, Map<String, List<StoredMail>> mailboxes) {
        Map<String, List<Arrival>> arrivals = world.arrivals().stream().collect(Collectors.groupingBy(Arrival::job));
        int takeovers = 0;
        for (Map.Entry<JobId, String> job : jobs.entrySet()) {
            List<String> ids = arrivals.get(job.getKey().toString()).stream()
                    .map(Arrival::id)
                    .toList();
            assertThat(Set.copyOf(ids))
                    .as("seed %d, messages of one mailbox", seed)
                    .isEqualTo(mailboxes.get(job.getValue()).stream()
                            .map(StoredMail::id)
                            .collect(Collectors.toSet()));
            int moves = world.custody().claims(job.getKey()) - 1;
            takeovers += moves;
            assertThat(ids.size() - work.messages())
                    .as("seed %d, doubles of a job that was taken over %d times", seed, moves)
                    .isLessThanOrEqualTo(moves * CrashWorld.window(work.batch()));
        }
        System.out.println("ClusterTest: " + work.total() + " messages, " + takeovers + " take-overs, "
                + world.doubled() + " messages twice");
    }

    /** A thread that was frozen after it asked and before it handed over is late by one message. */
    private void assertOneOwnerAtATime(Custody custody) {
        Map<Custody.Claim, Integer> late = custody.late();
        System.out.println("ClusterTest: "
                + late.values().stream().mapToInt(Integer::intValue).sum()
                + " messages handed over by one who had lost the job");
        assertThat(late.values()).as("seed %d, %s", seed, late).allMatch(count -> count <= CrashWorld.WALKS);
    }
}
