package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.JobId;
import dev.backfill.spi.JobQueue;
import dev.backfill.testkit.LatePorts;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database that goes away under a queue and comes back, and a process that does. */
class QueueRestartTest {
    private static final QueueTimings QUICK = JdbcJobQueueTest.QUICK;

    @TempDir
    private Path folder;

    private EmbeddedPostgres server(int port) throws IOException {
        return EmbeddedPostgres.builder()
                .setPort(port)
                .setDataDirectory(folder.resolve("data"))
                .setCleanDataDirectory(false)
                .start();
    }

    @Test
    void theQueueOutlivesARestartOfPostgres() throws IOException {
        int port = LatePorts.next();
        EmbeddedPostgres first = server(port);
        JobRuns runs = new JobRuns().holdUp("j1");
        try (QueueDatabase database = QueueDatabase.on(first.getJdbcUrl("postgres", "postgres"))) {
            JdbcJobQueue queue = new JdbcJobQueue("a", 2, database.tables(), QUICK);
            queue.start(runs, runs::freed);
            queue.offer(new JobId("j1"));
            runs.awaitBegun("j1");
            JobQueue.Hold hold = runs.hold("j1");
            first.close();
            Until.is("the hold to be lost", () -> !hold.isHeld());

            EmbeddedPostgres second = server(port);
            try {
                // What the engine does with a run that lost its hold.
                runs.answer("j1", new JobQueue.Result.Again(Instant.EPOCH));
                runs.letGo("j1");
                Until.is("the second run", () -> runs.begun().size() >= 2);
                runs.answer("j1", new JobQueue.Result.Done());
                Until.is("the job to be settled", () -> database.executions().isEmpty());
                queue.offer(new JobId("j2"));
                runs.awaitEnded("j2");
            } finally {
                queue.close();
                second.close();
            }
        }
    }

    @Test
    void onSqliteTheNextProcessTakesOverAtOnce() {
        // By heartbeats it would take 40 minutes.
        QueueTimings patient =
                new QueueTimings(Duration.ofMillis(200), Duration.ofMinutes(10), 4, QueueTimings.DEFAULT.closeWait());
        JobRuns before = new JobRuns().holdUp("j1");
        JobRuns after = new JobRuns();
        try (QueueDatabase database = QueueDatabase.sqlite(folder)) {
            QueueTables tables = database.tables();
            JdbcJobQueue dead = new JdbcJobQueue("a", 1, tables, patient);
            dead.start(before, before::freed);
            dead.offer(new JobId("j1"));
            before.awaitBegun("j1");
            assertThat(before.hold("j1")).isSameAs(JobQueue.Hold.ALWAYS);
            assertThat(database.executions()).containsExactly("j1*");

            assertThat(tables.requeuePicked(tables.time())).isEqualTo(1);
            assertThat(database.executions()).containsExactly("j1");
            try (JdbcJobQueue next = new JdbcJobQueue("b", 1, tables, patient)) {
                next.start(after, after::freed);
                after.awaitEnded("j1");
            }
            before.letGo("j1");
            dead.close();
        }
    }

    @Test
    void onSqliteALateHeartbeatStopsNoRun() {
        JobRuns runs = new JobRuns().holdUp("j1");
        try (QueueDatabase database = QueueDatabase.sqlite(folder);
                JdbcJobQueue queue = new JdbcJobQueue("a", 2, database.tables(), QUICK)) {
            queue.start(runs, runs::freed);
            queue.offer(new JobId("j1"));
            runs.awaitBegun("j1");
            // The machine slept, often enough that it is sometimes found dead before it beats again.
            for (int i = 0; i < 8; i++) {
                database.execute(
                        "update " + database.executionTable() + " set last_heartbeat = last_heartbeat - 3600000");
                Until.is("a heartbeat", () -> database.isBeaten(Duration.ofSeconds(10)));
            }
            assertThat(runs.begun()).containsExactly("j1");
            assertThat(database.executions()).containsExactly("j1*");
            runs.letGo("j1");
            Until.is("the job to be settled", () -> database.executions().isEmpty());
        }
    }
}
