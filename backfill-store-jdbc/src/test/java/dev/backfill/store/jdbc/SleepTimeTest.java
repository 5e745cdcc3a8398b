package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** A machine that sleeps: its monotonic clock stands still, its wall clock goes on. */
class SleepTimeTest {
    private static final Instant START = Instant.parse("2026-03-04T05:06:07.890Z");

    // Overflows soon.
    private long nanos = Long.MAX_VALUE - Duration.ofSeconds(5).toNanos();
    private long wallMillis = START.toEpochMilli();
    private Instant database = START;
    private final SleepTime time = new SleepTime(() -> nanos, () -> wallMillis);
    private final long begin = time.getAsLong();

    private void pass(Duration duration) {
        nanos += duration.toNanos();
        sleep(duration);
    }

    private void sleep(Duration duration) {
        wallMillis += duration.toMillis();
        database = database.plus(duration);
    }

    private Duration elapsed() {
        return Duration.ofNanos(time.getAsLong() - begin);
    }

    @Test
    void withoutASleepItIsTheMonotonicTime() {
        for (int i = 1; i <= 100; i++) {
            pass(Duration.ofMillis(777));
            assertThat(elapsed()).isEqualTo(Duration.ofMillis(777).multipliedBy(i));
        }
        assertThat(time.slept()).isZero();
    }

    @Test
    void eachSleepCounts() {
        pass(Duration.ofSeconds(3));
        sleep(Duration.ofSeconds(8));
        assertThat(elapsed()).isEqualTo(Duration.ofSeconds(11));
        pass(Duration.ofSeconds(4));
        sleep(Duration.ofSeconds(30));
        assertThat(elapsed()).isEqualTo(Duration.ofSeconds(45));
        assertThat(time.slept()).isEqualTo(Duration.ofSeconds(38).toNanos());
    }

    @Test
    void aWallClockThatIsSetABitForwardOrBackMovesNothing() {
        wallMillis += 900;
        assertThat(elapsed()).isZero();
        pass(Duration.ofSeconds(60));
        assertThat(elapsed()).isEqualTo(Duration.ofSeconds(60));
        wallMillis -= Duration.ofHours(1).toMillis();
        assertThat(elapsed()).isEqualTo(Duration.ofSeconds(60));
        pass(Duration.ofSeconds(2));
        assertThat(elapsed()).isEqualTo(Duration.ofSeconds(62));
    }

    @Test
    void aDriftIsNoSleep() {
        for (int i = 0; i < 10_000; i++) {
            pass(Duration.ofSeconds(1));
            wallMillis += 20;
            assertThat(time.slept()).isZero();
        }
    }

    @Test
    void aHoldIsLostInASleepLongerThanItLasts() {
        Execution execution = new Execution(START, new TaskInstance<>(QueueTables.TASK, "j1"));
        RunHold hold = new RunHold(execution, Duration.ZERO, Duration.ofSeconds(9), time);
        sleep(Duration.ofSeconds(8));
        assertThat(hold.isHeld()).isTrue();
        sleep(Duration.ofSeconds(2));
        assertThat(hold.isHeld()).isFalse();
    }

    @Test
    void afterASleepTheDatabasesTimeIsReadAgainBeforeItIsTrusted() {
        DatabaseClock clock = new DatabaseClock(() -> database, () -> nanos, time::slept);
        pass(Duration.ofSeconds(3));
        assertThat(clock.isCurrent()).isTrue();
        sleep(Duration.ofMinutes(10));
        assertThat(clock.isCurrent()).isFalse();
        assertThat(clock.now()).isEqualTo(START.plusSeconds(3));
        clock.sync();
        assertThat(clock.isCurrent()).isTrue();
        assertThat(clock.now()).isEqualTo(START.plusSeconds(603));
    }
}
