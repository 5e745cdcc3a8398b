package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillManager;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.Gate;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process with a store in a file is killed in the middle of a job, and the next one goes on at once: no timer is waited for. By
 * heartbeats it would take four hours, by looking again one, and by the engine's sweep a minute; the test waits for half of that.
 */
class KilledOwnerTest {
    private static final Duration NEVER = Duration.ofHours(1);
    private static final Duration SWEEP = Duration.ofMinutes(1);
    private static final int MESSAGES = 1_000;

    @TempDir
    private Path folder;

    private static ScriptedSource mailbox(FaultScript faults, Runnable onFirstRequest) {
        return ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(MESSAGES))
                .windowMessages(250)
                .faults(faults)
                .onRequest(operation -> onFirstRequest.run())
                .build();
    }

    private static JdbcPersistence open(Path file) {
        return JdbcPersistence.file(file).heartbeat(NEVER).polling(NEVER).open();
    }

    @Test
    void theNextProcessGoesOnAtOnce() throws IOException, InterruptedException {
        Path file = folder.resolve("jobs.db");
        goOn(file, runAndKill(file));
    }

    private static JobId runAndKill(Path file) throws IOException, InterruptedException {
        Process owner = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Owner.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader output = owner.inputReader(StandardCharsets.UTF_8)) {
            String said = output.readLine();
            assertThat(said).startsWith(Owner.RUNS);
            return new JobId(said.substring(Owner.RUNS.length()));
        } finally {
            owner.destroyForcibly().waitFor();
        }
    }

    private static void goOn(Path file, JobId job) throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        ScriptedSource source = mailbox(FaultScript.NONE, asked::countDown);
        try (StoreEngines engines = new StoreEngines()) {
            long before = System.nanoTime();
            JdbcPersistence store = engines.own(open(file));
            BackfillManager heir = engines.engine("heir", source, store, config -> config.sweepInterval(SWEEP));
            assertThat(asked.await(SWEEP.toSeconds() / 2, TimeUnit.SECONDS))
                    .as("somebody goes on")
                    .isTrue();
            System.out.println("KilledOwnerTest: the first request came "
                    + Duration.ofNanos(System.nanoTime() - before).toMillis() + " ms after the file was opened");
            StoreEngines.awaitState(heir, job, JobState.COMPLETED);
            assertThat(heir.forUser(StoreEngines.USER).status(job).progress().published())
                    .isEqualTo(MESSAGES);
            assertThat(engines.sink().distinct()).as("what was left of it").isLessThan(MESSAGES);
        }
    }

    /** The other process: stands in the middle of a job, says which, and stays until it is killed. */
    static final class Owner {
        static final String RUNS = "runs ";

        private Owner() {}

        @SuppressWarnings("SystemOut") // the answer to the test
        public static void main(String[] arguments) throws IOException {
            Gate gate = Gate.shut();
            ScriptedSource source =
                    mailbox(FaultScript.builder().block(At.window(-1, 1), gate).build(), () -> {});
            BackfillManager manager =
                    new StoreEngines().engine("owner", source, KilledOwnerTest.open(Path.of(arguments[0])));
            JobId job = manager.forUser(StoreEngines.USER)
                    .start(StoreEngines.request("me"))
                    .id();
            gate.awaitEntered(4);
            Until.is(
                    "the first pages to be stored",
                    () -> manager.forUser(StoreEngines.USER)
                                    .status(job)
                                    .progress()
                                    .published()
                            >= 100);
            System.out.println(RUNS + job);
            System.in.read();
        }
    }
}
