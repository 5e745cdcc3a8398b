package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.JobId;
import dev.backfill.spi.JobQueue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many tiny jobs follow each other without a poll between them: here a poll takes an hour. */
class QueueThroughputTest {
    private static final int JOBS = 100;
    private static final int SLOTS = 5;
    private static final QueueTimings POLLS_WHEN_TOLD =
            new QueueTimings(Duration.ofHours(1), Duration.ofSeconds(3), 4, Duration.ofSeconds(10));

    @TempDir
    private Path folder;

    @Test
    void onPostgres() {
        try (QueueDatabase database = QueueDatabase.postgres()) {
            runAll(database);
        }
    }

    @Test
    void onSqlite() {
        try (QueueDatabase database = QueueDatabase.sqlite(folder)) {
            runAll(database);
        }
    }

    /** As the engine does: whenever a slot is free, the next job is offered. */
    private static void runAll(QueueDatabase database) {
        Deque<JobId> backlog = new ConcurrentLinkedDeque<>();
        for (int i = 0; i < JOBS; i++) {
            backlog.add(new JobId("j" + i));
        }
        Set<JobId> run = ConcurrentHashMap.newKeySet();
        try (JdbcJobQueue queue = new JdbcJobQueue("a", SLOTS, database.tables(), POLLS_WHEN_TOLD)) {
            queue.start(
                    (id, hold) -> {
                        run.add(id);
                        return new JobQueue.Result.Done();
                    },
                    () -> offer(queue, backlog));
            for (int i = 0; i < SLOTS; i++) {
                offer(queue, backlog);
            }
            Until.is("all jobs to be run", () -> run.size() == JOBS);
        }
        assertThat(database.executions()).isEmpty();
    }

    private static void offer(JdbcJobQueue queue, Deque<JobId> backlog) {
        JobId next = backlog.poll();
        if (next != null) {
            queue.offer(next);
        }
    }
}
