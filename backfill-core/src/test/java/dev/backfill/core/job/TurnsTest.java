package dev.backfill.core.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.JobId;
import dev.backfill.core.time.StopToken;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private static final JobId JOB = new JobId("j1");

    private final Turns turns = new Turns();
    private final StopToken stop = new StopToken();

    @Test
    void theFirstTurnComesAtOnce() {
        try (Turns.Turn turn = turns.join(JOB)) {
            assertThat(turn.await(stop)).isTrue();
        }
    }

    @Test
    void aTurnWaitsForTheOneBefore() throws Exception {
        AtomicBoolean firstEnded = new AtomicBoolean();
        Turns.Turn first = turns.join(JOB);
        Turns.Turn second = turns.join(JOB);
        CompletableFuture<Boolean> waited = CompletableFuture.supplyAsync(
                () -> second.await(stop) && firstEnded.get(), task -> new Thread(task).start());
        firstEnded.set(true);
        first.close();

        assertThat(waited.get(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void anotherJobsTurnsAreNotWaitedFor() {
        Turns.Turn other = turns.join(new JobId("j2"));
        assertThat(turns.join(JOB).await(stop)).isTrue();
        other.close();
    }

    @Test
    void aStopEndsTheWait() {
        Turns.Turn first = turns.join(JOB);
        stop.stop();
        assertThat(turns.join(JOB).await(stop)).isFalse();
        first.close();
    }

    @Test
    void aLineIsKeptThoughOneInItLeavesEarly() {
        Turns.Turn first = turns.join(JOB);
        turns.join(JOB).close();
        StopToken now = new StopToken();
        now.stop();
        assertThat(turns.join(JOB).await(now))
                .as("the first turn is still under way")
                .isFalse();
        first.close();
    }
}
