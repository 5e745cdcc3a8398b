package dev.backfill.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.examples.crash.PostgresServer;
import dev.backfill.spi.Persistence;
import dev.backfill.store.jdbc.JdbcPersistence;
import dev.backfill.testkit.pubsub.InProcessPubSub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The quickstart with a store that outlives it. */
class StoreTest {
    /** Of 600. Killed then, one of the jobs at least is beyond what may come twice, 4 x 4 pages of 5. */
    private static final int SOME = 300;

    private static final String SMALL_PAGES = "5";

    @TempDir
    private Path folder;

    @Test
    void theSameCommandGivenAgainAfterAKillCarriesOnAndVerifiesAllRunsTogether() throws Exception {
        carriesOnAfterAKill(folder.resolve("jobs.db").toString());
    }

    @Test
    void soItDoesWithItsJobsInPostgres() throws Exception {
        try (PostgresServer postgres = new PostgresServer(folder)) {
            carriesOnAfterAKill(postgres.url());
        }
    }

    private void carriesOnAfterAKill(String store) throws Exception {
        Object[] command = {"--messages", 300, "--seed", 5, "--store", store, "--verify"};
        try (InProcessPubSub pubsub = InProcessPubSub.start()) {
            Map<String, String> environment =
                    Map.of("PUBSUB_EMULATOR_HOST", pubsub.host(), "DEFAULT_BATCH_SIZE", SMALL_PAGES);
            String said = killAfterSome(pubsub, command);
            assertThat(said).contains("Pub/Sub: emulator").doesNotContain("Carries on", "verified");
            pubsub.reject(message -> false);

            refusesInOneLine("with other arguments", environment, "--provider", "google", "--store", store);
            refusesInOneLine("with other arguments", environment, "--from", "2020-01-01", "--store", store);
            refusesInOneLine(
                    "with other arguments", environment, "--messages", 300, "--seed", 6, "--store", store, "--verify");
            refusesInOneLine("PUBSUB_EMULATOR_HOST", Map.of("DEFAULT_BATCH_SIZE", SMALL_PAGES), command);

            Session last = Session.run(environment, command);

            assertThat(last.exitCode()).as(last.all()).isZero();
            assertThat(last.out())
                    .contains(
                            "Carries on",
                            "Microsoft verified",
                            "Google verified",
                            "every field of 300 messages",
                            "at most 80 may");
            assertThat(OtherServersTest.isLeft(pubsub, last))
                    .as("topic and subscription")
                    .containsExactly(false, false);

            Session next = Session.run(environment, command);

            assertThat(next.exitCode()).as(next.all()).isZero();
            assertThat(next.out()).doesNotContain("Carries on").contains("Google verified", "Microsoft verified");
        }
    }

    /** Runs the command in a process of its own, kills it when some messages have come, and gives what it said. */
    private String killAfterSome(InProcessPubSub pubsub, Object... arguments) throws IOException, InterruptedException {
        CountDownLatch some = new CountDownLatch(SOME);
        pubsub.reject(message -> {
            some.countDown();
            return false;
        });
        Path output = folder.resolve("said.txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Quickstart.class.getName()));
        List.of(arguments).forEach(argument -> command.add(String.valueOf(argument)));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("PUBSUB_EMULATOR_HOST", pubsub.host());
        builder.environment().put("DEFAULT_BATCH_SIZE", SMALL_PAGES);
        builder.environment().remove("QUICKSTART_EXIT_FILE");
        Process process = builder.start();
        try {
            assertThat(some.await(100, TimeUnit.SECONDS))
                    .as(Files.readString(output))
                    .isTrue();
            process.destroyForcibly();
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            return Files.readString(output);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aStoreThatCannotBeOpenedIsOneClearLine() throws IOException {
        Path text = Files.writeString(
                folder.resolve("note.txt"), "no database, but a note that is long enough. ".repeat(9));

        refusesInOneLine("Make it first", Map.of(), "--store", folder.resolve("nowhere/jobs.db"));
        refusesInOneLine("is a folder", Map.of(), "--store", folder);
        refusesInOneLine("holds something else", Map.of(), "--store", text);
        assertThat(Path.of(text + ".lock")).as("beside a file that is no store").doesNotExist();
        refusesInOneLine(
                "cannot be reached: nothing answers there", Map.of(), "--store", "jdbc:postgresql://127.0.0.1:1/none");
        Path taken = folder.resolve("jobs.db");
        try (Persistence other = JdbcPersistence.file(taken).open()) {
            assertThat(other.jobs()).isNotNull();
            refusesInOneLine("--store: ", Map.of(), "--store", taken);
        }
    }

    private static void refusesInOneLine(String says, Map<String, String> environment, Object... arguments) {
        Session session = Session.run(environment, arguments);

        assertThat(session.exitCode()).as(session.all()).isEqualTo(1);
        assertThat(session.err()).contains(says);
        assertThat(session.err().lines()).hasSize(1);
        assertThat(session.out()).as("nothing was begun").isEmpty();
    }
}
