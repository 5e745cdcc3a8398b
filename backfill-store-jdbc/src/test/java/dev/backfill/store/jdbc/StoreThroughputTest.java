package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.core.InMemoryJobStore;
import dev.backfill.spi.Checkpoint;
import dev.backfill.spi.JobCounts;
import dev.backfill.spi.JobLimits;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.Lease;
import dev.backfill.spi.Partition;
import dev.backfill.spi.PartitionRecord;
import dev.backfill.spi.Position;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checkpoints a second, one thread, of the three stores in one run; reported, not asserted. PostgreSQL waits for the disk when
 * {@code backfill.postgres.fsync} is {@code on}, which a campaign must say for a figure that means something.
 */
@Tag("campaign")
class StoreThroughputTest {
    private static final int WARM_UP = 500;
    private static final int WRITES = 5_000;

    @TempDir
    Path folder;

    @Test
    void checkpointsASecond() {
        double memory = rate(new InMemoryJobStore());
        double sqlite;
        try (JdbcPersistence file =
                JdbcPersistence.file(folder.resolve("store.db")).open()) {
            sqlite = rate(file.jobs());
        }
        double postgres;
        try (JdbcPersistence shared = JdbcPersistence.dataSource(Postgres.dataSource())
                .schema(Postgres.newSchema())
                .open()) {
            postgres = rate(shared.jobs());
        }
        System.out.printf(
                Locale.ROOT,
                "writes/s: memory %.0f, sqlite %.0f (1/%.0f), postgresql %.0f (1/%.0f), fsync %s%n",
                memory,
                sqlite,
                memory / sqlite,
                postgres,
                memory / postgres,
                System.getProperty("backfill.postgres.fsync", "off"));
        assertThat(List.of(sqlite, postgres))
                .allSatisfy(rate -> assertThat(rate).isPositive());
    }

    private static double rate(JobStore store) {
        JobRecord job = StoreJobs.job("j1", "user", "account");
        store.insert(job);
        Lease lease = store.claim(job.id(), "a", StoreJobs.NOW, JobLimits.NONE).orElseThrow();
        write(store, lease, WARM_UP);
        long begin = System.nanoTime();
        write(store, lease, WRITES);
        return WRITES * 1e9 / (System.nanoTime() - begin);
    }

    private static void write(JobStore store, Lease lease, int times) {
        Partition window = Partition.window("inbox", null, null);
        for (int i = 1; i <= times; i++) {
            JobCounts counts = new JobCounts(100L * i, 100L * i, 0, 0);
            PartitionRecord moved = new PartitionRecord(window, 0, new Position("1|" + i), false, 1, counts, counts);
            store.write(
                    lease,
                    new Checkpoint(List.of(moved), Map.of(), List.of()),
                    row -> row.toBuilder()
                            .counts(counts)
                            .apiCalls(row.apiCalls() + 1)
                            .build());
        }
    }
}
