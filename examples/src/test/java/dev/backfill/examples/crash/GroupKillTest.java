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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills of a process that backfills eight mailboxes at once over one file, whose writes share their commits: what each of them was
 * told to be stored is. Reproduce with {@code -Dseed}.
 */
class GroupKillTest {
    private static final int MAILBOXES = 8;
    private static final int MESSAGES = 200;
    private static final int KILLS = 2;

    private final long seed = Long.getLong("seed", System.nanoTime() % 1_000_000);

    @TempDir
    private Path folder;

    @Test
    void mailboxesThatShareCommitsArriveWholeHoweverOftenTheProcessIsKilled() throws IOException {
        run(KILLS);
    }

    @Tag("campaign")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    @Test
    void mailboxesThatShareCommitsArriveWholeThroughManyKills() throws IOException {
        run(Math.min(20, Integer.getInteger("kills", 50)));
    }

    private void run(int kills) throws IOException {
        System.out.println("GroupKillTest: -Dseed=" + seed);
        Map<String, List<StoredMail>> mailboxes = new LinkedHashMap<>();
        for (int i = 0; i < MAILBOXES; i++) {
            mailboxes.put("box" + i + "@example.com", CrashWorld.mails(seed + i, MESSAGES));
        }
        String file = folder.resolve("jobs.db").toString();
        try (CrashWorld world = new CrashWorld(file, mailboxes, UnaryOperator.identity())) {
            world.pubsub().latency(Duration.ofMillis(20));
            Map<String, JobId> jobs = killed(world, mailboxes.keySet(), kills);
            Worker last = world.worker("life-" + kills, "slots=" + MAILBOXES);
            for (JobId job : jobs.values()) {
                assertThat(last.awaitStatus(job, line -> line.state().isTerminal()))
                        .as("seed %d", seed)
                        .isEqualTo(new JobLine(job, JobState.COMPLETED, MESSAGES, MESSAGES, 0, 0));
            }
            jobs.forEach((owner, job) -> assertThat(idsOf(world, job))
                    .as("seed %d, %s", seed, owner)
                    .isEqualTo(mailboxes.get(owner).stream()
                            .map(StoredMail::id)
                            .collect(Collectors.toCollection(TreeSet::new))));
            assertDoubled(world, kills);
        }
    }

    /** Starts all jobs, and kills each life about when so much of all mail arrived as is its turn. */
    private Map<String, JobId> killed(CrashWorld world, Set<String> owners, int kills) throws IOException {
        Map<String, JobId> jobs = new LinkedHashMap<>();
        for (int life = 0; life < kills; life++) {
            Worker worker = world.worker("life-" + life, "slots=" + MAILBOXES);
            if (jobs.isEmpty()) {
                owners.forEach(owner -> jobs.put(owner, worker.start(owner)));
            }
            int checkpoints = Math.max(1, MAILBOXES * MESSAGES / CrashWorld.BATCH / 4 / (kills + 1));
            int[] seen = {0};
            worker.await(line -> line.startsWith("@stored") && ++seen[0] > checkpoints, "a checkpoint");
            worker.kill();
        }
        return jobs;
    }

    private static Set<String> idsOf(CrashWorld world, JobId job) {
        return world.arrivals().stream()
                .filter(arrival -> arrival.job().equals(job.value()))
                .map(Arrival::id)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Each life repeats of each mailbox the window of the death before, at the most. */
    private void assertDoubled(CrashWorld world, int kills) {
        Set<String> before = new HashSet<>();
        Map<String, Integer> repeated = new TreeMap<>();
        for (int life = 0; life <= kills; life++) {
            String instance = "life-" + life;
            for (Arrival arrival : world.arrivals()) {
                if (arrival.instance().equals(instance) && !before.add(arrival.job() + " " + arrival.id())) {
                    repeated.merge(instance + " " + arrival.job(), 1, Integer::sum);
                }
            }
        }
        System.out.println("GroupKillTest: messages that came again: " + repeated.values());
        assertThat(repeated.values()).as("seed %d", seed).allMatch(count -> count <= CrashWorld.WINDOW);
    }
}
