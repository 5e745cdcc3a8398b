package dev.backfill.core.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.JobId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JobLocksTest {
    private static final int THREADS = 8;
    private static final int STEPS = 2_000;
    private static final JobId JOB = new JobId("j1");

    private final JobLocks locks = new JobLocks();
    private int counter;

    @Test
    void stepsOfOneJobExcludeEachOtherAndNothingIsKept() throws Exception {
        CompletableFuture<?>[] all = IntStream.range(0, THREADS)
                .mapToObj(n -> CompletableFuture.runAsync(
                        () -> {
                            for (int i = 0; i < STEPS; i++) {
                                locks.locked(JOB, () -> counter++);
                            }
                        },
                        task -> new Thread(task).start()))
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(all).get(60, TimeUnit.SECONDS);

        assertThat(counter).isEqualTo(THREADS * STEPS);
        assertThat(locks.size()).isZero();
    }

    @Test
    void aStepWithinAStepAndOneThatThrowsLeaveNothing() {
        assertThat(locks.<Integer>locked(JOB, () -> locks.locked(JOB, locks::size)))
                .isEqualTo(1);
        assertThatThrownBy(() -> locks.locked(JOB, () -> {
                    throw new IllegalStateException("as wanted");
                }))
                .hasMessage("as wanted");
        assertThat(locks.size()).isZero();
    }
}
