package dev.backfill.examples.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.examples.crash.Worker.JobLine;
import dev.backfill.examples.gmail.ChangingMailbox;
import dev.backfill.examples.gmail.Reader;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.testkit.gmail.GmailFault;
import dev.backfill.testkit.gmail.GmailMailbox;
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
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills an instance with kill -9 while it reads a Gmail whose owner is at work, and whose page tokens die. */
class ChangingKillTest {
    private static final String OWNER = "ann@example.com";
    private static final Duration SINK_LATENCY = Duration.ofMillis(5);

    /** What the owner does in a life: so little that a window need not be read again for it, see ADR 29. */
    private static final int CHANGES = 30;

    private static final RequestMatch FURTHER_PAGE =
            RequestMatch.path("/messages$").query("pageToken", "");

    @TempDir
    private Path folder;

    private final long seed = Long.getLong("seed", System.nanoTime() % 1_000_000);
    private final Random random = new Random(seed);

    @Test
    void whoReadsWhatAKilledJobPublishedOfAChangingMailboxSeesTheMailbox() throws IOException {
        // More than a page of ids, so that each list shows a token.
        run(560, 1);
    }

    @Test
    @Tag("campaign")
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    void soItIsWithManyMoreKills() throws IOException {
        run(Integer.getInteger("messages", 10_000), Integer.getInteger("kills", 40));
    }

    private void run(int messages, int kills) throws IOException {
        System.out.println("ChangingKillTest: -Dseed=" + seed);
        List<StoredMail> mails = CrashWorld.mails(seed, messages);
        try (CrashWorld world =
                new CrashWorld(folder.resolve("jobs.db").toString(), Map.of(OWNER, mails), UnaryOperator.identity())) {
            world.pubsub().latency(SINK_LATENCY);
            refusePageTokens(world);
            GmailMailbox mailbox = world.gmail().mailbox(OWNER);
            ChangingMailbox owner = new ChangingMailbox(mailbox, seed, CrashWorld.mails(seed + 1, 50));
            JobId job = null;
            for (int kill = 1; kill <= kills; kill++) {
                try (Worker worker = world.worker("life-" + kill)) {
                    job = job == null ? worker.start(OWNER) : job;
                    killSometime(worker, owner, Math.max(2, messages / CrashWorld.BATCH / (kills + 1) / 2));
                }
            }
            try (Worker last = world.worker("last")) {
                owner.work(CHANGES);
                assertCompletes(last, job, owner);
                owner.finish();
                last.send("changes " + OWNER);
                assertCompletes(last, new JobId(last.await("@started " + OWNER)), owner);
            }
            assertThat(world.gmail().journal().count(FURTHER_PAGE))
                    .as("seed %d, page tokens that were shown, every second of them in vain", seed)
                    .isGreaterThanOrEqualTo(2 * kills);
            List<OutboundMessage> published = world.messages();
            assertThat(Reader.of(published, seed).mailbox())
                    .as("seed %d", seed)
                    .isEqualTo(ChangingMailbox.shown(mailbox));
            assertThat(repeated(published))
                    .as("seed %d, twice", seed)
                    .isLessThanOrEqualTo((long) kills * CrashWorld.WINDOW);
        }
    }

    /** Every second page token has died when it is shown, whichever life it is of. */
    private static void refusePageTokens(CrashWorld world) {
        Fault dead = GmailFault.of(400, "invalidArgument", "Invalid pageToken").asFault();
        for (int number = 1; number < 600; number += 2) {
            world.gmail().faults().nth(FURTHER_PAGE, number, dead);
        }
    }

    private void killSometime(Worker worker, ChangingMailbox owner, int longestLife) {
        int checkpoint = 1 + random.nextInt(longestLife);
        int[] seen = {0};
        owner.work(CHANGES);
        worker.await(
                line -> {
                    owner.moment();
                    return line.startsWith("@stored") && ++seen[0] > checkpoint;
                },
                "a checkpoint");
        owner.finish();
        worker.kill();
    }

    private void assertCompletes(Worker worker, JobId job, ChangingMailbox owner) {
        JobLine ended = worker.awaitStatus(job, line -> {
            owner.moment();
            return line.state().isTerminal();
        });
        assertThat(ended.state()).as("seed %d, %s", seed, ended).isEqualTo(JobState.COMPLETED);
        assertThat(ended.listed())
                .as("seed %d, %s", seed, ended)
                .isEqualTo(ended.published() + ended.skipped() + ended.failed());
        assertThat(ended.failed()).as("seed %d, %s", seed, ended).isZero();
    }

    private static long repeated(List<OutboundMessage> published) {
        Set<String> keys = new HashSet<>();
        List<String> again = new ArrayList<>();
        published.forEach(message -> {
            if (!keys.add(message.dedupeKey())) {
                again.add(message.dedupeKey());
            }
        });
        return again.size();
    }
}
