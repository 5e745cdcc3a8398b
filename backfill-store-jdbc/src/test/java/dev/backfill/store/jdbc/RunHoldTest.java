package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** When a run's hold on its job is lost. The monotonic clock is the test's. */
class RunHoldTest {
    private static final Execution EXECUTION = new Execution(Instant.EPOCH, new TaskInstance<>(QueueTables.TASK, "j1"));
    private static final Duration LIMIT = Duration.ofSeconds(9);

    private long nanos = Long.MAX_VALUE - 5_000_000_000L;

    private RunHold hold(Duration age) {
        return new RunHold(EXECUTION, age, LIMIT, () -> nanos);
    }

    private void pass(Duration duration) {
        // Monotonic nanoseconds may overflow, and do so here.
        nanos += duration.toNanos();
    }

    @Test
    void itIsHeldFromTheBeginningForNineSeconds() {
        RunHold hold = hold(Duration.ZERO);
        assertThat(hold.isHeld()).isTrue();
        pass(Duration.ofMillis(8_999));
        assertThat(hold.isHeld()).isTrue();
        pass(Duration.ofMillis(1));
        assertThat(hold.isHeld()).isFalse();
    }

    @Test
    void theTimeSinceItWasPickedCounts() {
        assertThat(hold(Duration.ofSeconds(8)).isHeld()).isTrue();
        assertThat(hold(Duration.ofSeconds(9)).isHeld())
                .as("the process stood still after it had picked")
                .isFalse();
        assertThat(hold(Duration.ofSeconds(-3)).isHeld()).isTrue();
    }

    @Test
    void aClockThatStandsBeforeThePickingGivesNoLongerHold() {
        RunHold hold = hold(Duration.ofSeconds(-3));
        pass(LIMIT);
        assertThat(hold.isHeld()).isFalse();
    }

    @Test
    void aHeartbeatCountsFromWhenItsRoundBegan() {
        RunHold hold = hold(Duration.ZERO);
        pass(Duration.ofSeconds(3));
        long round = nanos;
        // The process stands still between the sending and the answer.
        pass(Duration.ofSeconds(20));
        hold.beaten(round);
        assertThat(hold.isHeld()).isFalse();
    }

    @Test
    void goodHeartbeatsKeepIt() {
        RunHold hold = hold(Duration.ZERO);
        for (int i = 0; i < 100; i++) {
            pass(Duration.ofSeconds(3));
            hold.beaten(nanos);
            assertThat(hold.isHeld()).isTrue();
        }
        pass(Duration.ofSeconds(9));
        assertThat(hold.isHeld()).as("the clock went on while nobody beat").isFalse();
    }

    @Test
    void aRoundInWhichItFailedDoesNotCount() {
        RunHold hold = hold(Duration.ZERO);
        for (int i = 0; i < 3; i++) {
            pass(Duration.ofSeconds(3));
            hold.failed(nanos);
            hold.beaten(nanos);
        }
        assertThat(hold.isHeld()).isFalse();
    }

    @Test
    void aRoundThatBeganBeforeTheRunDoesNotCount() {
        long round = nanos;
        pass(Duration.ofMillis(1));
        RunHold hold = hold(Duration.ofSeconds(9));
        hold.beaten(round);
        assertThat(hold.isHeld()).isFalse();
    }

    @Test
    void onceLostItStaysLost() {
        RunHold hold = hold(Duration.ZERO);
        pass(Duration.ofSeconds(10));
        assertThat(hold.isHeld()).isFalse();
        hold.beaten(nanos);
        assertThat(hold.isHeld()).isFalse();
        RunHold taken = hold(Duration.ZERO);
        taken.lose();
        assertThat(taken.isHeld()).isFalse();
    }

    @Test
    void thisExecutionIsTheOneOfThisVersion() {
        RunHold hold = hold(Duration.ZERO);
        assertThat(hold.is(EXECUTION)).isTrue();
        assertThat(hold.is(EXECUTION.updateToPicked("x", Instant.EPOCH))).isFalse();
        assertThat(hold.is(new Execution(Instant.EPOCH, new TaskInstance<>(QueueTables.TASK, "j2"))))
                .isFalse();
    }
}
