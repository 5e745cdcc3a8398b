package dev.backfill.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.examples.crash.PostgresServer;
import dev.backfill.testkit.pubsub.InProcessPubSub;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The quickstart with its jobs in a PostgreSQL that goes away in the middle and comes back. */
class PostgresOutageTest {
    private static final int MESSAGES = 200;
    private static final String AWAY = "the store does not answer; the jobs go on when it is back";

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final CountDownLatch some = new CountDownLatch(MESSAGES / 4);
    private final CountDownLatch told = new CountDownLatch(1);

    @Test
    void theJobsGoOnWhenTheDatabaseIsBack() throws Exception {
        try (PostgresServer postgres = new PostgresServer(folder);
                InProcessPubSub pubsub = InProcessPubSub.start()) {
            pubsub.reject(message -> {
                some.countDown();
                if (some.getCount() == 0) {
                    pubsub.stall(); // so that no job ends before the database is gone
                }
                return false;
            });
            CompletableFuture<Integer> run = CompletableFuture.supplyAsync(() -> quickstart(postgres.url(), pubsub));
            assertThat(some.await(60, TimeUnit.SECONDS)).as(this::said).isTrue();
            postgres.stop();
            assertThat(told.await(60, TimeUnit.SECONDS)).as(this::said).isTrue();
            assertThat(run).as(said()).isNotDone();
            postgres.startAgain();
            pubsub.reject(message -> false);
            pubsub.comeBack();

            assertThat(run.get(60, TimeUnit.SECONDS)).as(this::said).isZero();
            assertThat(out.toString(UTF_8))
                    .contains("Google verified, every field of " + MESSAGES + " messages compared");
            assertThat(err.toString(UTF_8).lines()).singleElement().asString().contains(AWAY);
        }
    }

    private int quickstart(String store, InProcessPubSub pubsub) {
        PrintStream watched = new PrintStream(err, true, UTF_8) {
            @Override
            public void println(String line) {
                super.println(line);
                if (line.contains(AWAY)) {
                    told.countDown();
                }
            }
        };
        return Quickstart.run(
                List.of("--messages", "" + MESSAGES, "--provider", "google", "--verify", "--store", store),
                Map.of("PUBSUB_EMULATOR_HOST", pubsub.host(), "DEFAULT_BATCH_SIZE", "5"),
                new PrintStream(out, true, UTF_8),
                watched,
                false);
    }

    private String said() {
        return out.toString(UTF_8) + err.toString(UTF_8);
    }
}
