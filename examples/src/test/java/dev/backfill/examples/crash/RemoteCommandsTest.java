package dev.backfill.examples.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.examples.crash.Worker.JobLine;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.StoredMail;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that are given in one process and obeyed in another, or in one that did not live yet. */
class RemoteCommandsTest {
    private static final String FIRST = "first@example.com";
    private static final String SECOND = "second@example.com";
    private static final String THIRD = "third@example.com";
    private static final Duration OBEYED = Duration.ofSeconds(2);

    @TempDir
    private static Path folder;

    private static PostgresServer postgres;

    @BeforeAll
    static void startPostgres() throws IOException {
        postgres = new PostgresServer(folder);
    }

    @AfterAll
    static void stopPostgres() throws IOException {
        postgres.close();
    }

    private static CrashWorld world(Map<String, List<StoredMail>> mailboxes) throws IOException, SQLException {
        return new CrashWorld(postgres.newDatabase(), mailboxes, UnaryOperator.identity());
    }

    @Test
    void aPausedJobStaysPausedWhenAllProcessesDieAndGoesOnInAnother() throws IOException, SQLException {
        int messages = 600;
        try (CrashWorld world = world(Map.of(FIRST, CrashWorld.mails(1, messages), SECOND, CrashWorld.mails(2, 20)))) {
            Worker giver = world.worker("giver", "rate=100");
            Worker bystander = world.worker("bystander");
            bystander.await("@ready");
            JobId job = giver.start(FIRST);
            world.custody()
                    .await(
                            Duration.ofMinutes(1),
                            "a part of it",
                            () -> world.custody().handedOver() > 100);
            bystander.send("pause " + job);
            JobLine paused = bystander.awaitStatus(job, line -> line.state() == JobState.PAUSED);
            giver.kill();
            bystander.kill();

            Worker heir = world.worker("heir");
            JobId other = heir.start(SECOND);
            heir.awaitStatus(other, line -> line.state() == JobState.COMPLETED);
            assertThat(heir.status(job)).as("after all died").isEqualTo(paused);
            assertThat(world.arrived()).isEqualTo(paused.published() + 20);
            heir.send("resume " + job);
            assertThat(heir.awaitStatus(job, line -> line.state().isTerminal()))
                    .isEqualTo(new JobLine(job, JobState.COMPLETED, messages, messages, 0, 0));
            assertThat(world.doubled()).as("it goes on from the checkpoint").isZero();
            assertThat(world.gmail().tokensSeen(world.gmail().mailbox(FIRST)))
                    .containsExactlyInAnyOrder("token-of-giver", "token-of-heir");
            heir.await("@tokens " + FIRST);
        }
    }

    /** Two pages hang in a sink that does not answer, the third in a provider that takes half a minute. */
    @Test
    void pauseAndCancelFromAnotherProcessAreObeyedWithinTwoSeconds() throws IOException, SQLException {
        try (CrashWorld world = world(Map.of(
                FIRST,
                CrashWorld.mailsWithoutThreads(1, 60),
                SECOND,
                CrashWorld.mailsWithoutThreads(2, 60),
                THIRD,
                CrashWorld.mailsWithoutThreads(3, 20)))) {
            world.pubsub().stall();
            Worker runner = world.worker("runner");
            JobId first = startStuck(world, runner, FIRST, 1);
            JobId second = startStuck(world, runner, SECOND, 2);
            Worker other = world.worker("other");
            other.await("@ready");
            assertObeyed(other, "pause", first, JobState.PAUSED);
            assertObeyed(other, "cancel", second, JobState.CANCELLED);

            int requests = world.gmail().journal().count(gets(FIRST))
                    + world.gmail().journal().count(gets(SECOND));
            int handedOver = world.custody().handedOver();
            world.pubsub().comeBack();
            JobId third = other.start(THIRD);
            other.awaitStatus(third, line -> line.state() == JobState.COMPLETED);
            assertThat(world.gmail().journal().count(gets(FIRST))
                            + world.gmail().journal().count(gets(SECOND)))
                    .as("requests")
                    .isEqualTo(requests);
            assertThat(world.custody().handedOver()).as("messages handed over").isEqualTo(handedOver + 20);
            assertThat(other.status(first).state()).isEqualTo(JobState.PAUSED);
            assertThat(other.status(second).state()).isEqualTo(JobState.CANCELLED);
        }
    }

    private static RequestMatch gets(String owner) {
        return RequestMatch.path("/" + owner + "/messages/[0-9a-f]+$");
    }

    private static JobId startStuck(CrashWorld world, Worker runner, String owner, int number) {
        int quick = 2 * CrashWorld.BATCH;
        world.gmail()
                .faults()
                .range(gets(owner), quick + 1, Integer.MAX_VALUE, new Fault.Delay(Duration.ofSeconds(30)));
        JobId job = runner.start(owner);
        world.custody()
                .await(
                        Duration.ofMinutes(1),
                        "two pages to hang",
                        () -> world.custody().handedOver() == number * quick);
        runner.awaitStatus(job, line -> world.gmail().journal().count(gets(owner)) > quick);
        return job;
    }

    private static void assertObeyed(Worker other, String command, JobId job, JobState state) {
        long before = System.nanoTime();
        other.send(command + " " + job);
        other.awaitStatus(job, line -> line.state() == state);
        Duration took = Duration.ofNanos(System.nanoTime() - before);
        System.out.println("RemoteCommandsTest: " + command + " obeyed after " + took.toMillis() + " ms");
        assertThat(took).as(command).isLessThan(OBEYED);
    }

    @Test
    void ofTwoStartsForOneMailboxAtOnceOneWins() throws IOException, SQLException {
        Map<String, List<StoredMail>> mailboxes = new LinkedHashMap<>();
        for (int i = 0; i < 10; i++) {
            mailboxes.put("owner" + i + "@example.com", CrashWorld.mails(i, 5));
        }
        try (CrashWorld world = world(mailboxes)) {
            // So that no job ends before the other process has asked for one too.
            world.pubsub().stall();
            Worker left = world.worker("left");
            Worker right = world.worker("right");
            for (String owner : mailboxes.keySet()) {
                left.send("start " + owner);
                right.send("start " + owner);
            }
            for (String owner : mailboxes.keySet()) {
                List<String> answers = List.of(answer(left, owner), answer(right, owner));
                assertThat(answers.stream().map(answer -> answer.split(" ")[0]))
                        .containsExactlyInAnyOrder("@started", "@conflict");
                assertThat(answers.stream().map(answer -> answer.split(" ")[2]).distinct())
                        .as("the conflict names the job that was started")
                        .hasSize(1);
            }
        }
    }

    private static String answer(Worker worker, String owner) {
        return worker.await(
                line -> line.startsWith("@started " + owner + " ") || line.startsWith("@conflict " + owner + " "),
                "an answer for " + owner);
    }
}
