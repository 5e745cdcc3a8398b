package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.backfill.api.JobId;
import dev.backfill.spi.Checkpoint;
import dev.backfill.spi.JobLimits;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.Lease;
import dev.backfill.spi.StoreException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** An owner that is frozen while it holds its job's row must not keep others from taking the job over. */
class FrozenOwnerTest {
    private static final JobId JOB = new JobId("j1");

    @Test
    void aTransactionThatStandsStillIsEndedAndItsJobTakenOver() throws Exception {
        JobStore store = JdbcPersistence.dataSource(Postgres.dataSource())
                .schema(Postgres.newSchema())
                .heartbeat(Duration.ofMillis(200))
                .open()
                .jobs();
        store.insert(StoreJobs.job(JOB.value(), "user", "account"));
        Lease lease = store.claim(JOB, "frozen", StoreJobs.NOW, JobLimits.NONE).orElseThrow();
        CountDownLatch holdsTheRow = new CountDownLatch(1);
        CountDownLatch thawed = new CountDownLatch(1);
        CompletableFuture<Void> frozen = CompletableFuture.runAsync(
                () -> store.write(lease, Checkpoint.EMPTY, row -> {
                    holdsTheRow.countDown();
                    try {
                        thawed.await(30, TimeUnit.SECONDS);
                    } catch (InterruptedException stopped) {
                        Thread.currentThread().interrupt();
                    }
                    return row.toBuilder().apiCalls(77).build();
                }),
                task -> new Thread(task).start());
        assertThat(holdsTheRow.await(30, TimeUnit.SECONDS)).isTrue();

        long since = System.nanoTime();
        Lease next = CompletableFuture.supplyAsync(() -> store.claim(JOB, "next", StoreJobs.NOW, JobLimits.NONE))
                .get(30, TimeUnit.SECONDS)
                .orElseThrow();

        assertThat(Duration.ofNanos(System.nanoTime() - since))
                .as("the time goes with the heartbeat")
                .isLessThan(Duration.ofSeconds(4));
        assertThat(next.epoch()).isEqualTo(lease.epoch() + 1);
        thawed.countDown();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> frozen.get(30, TimeUnit.SECONDS))
                .withCauseInstanceOf(StoreException.class);
        assertThat(store.find(JOB).orElseThrow().apiCalls()).isZero();
    }
}
