package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.spi.StoreException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The scheduler's clock follows the database's, and never goes back. */
class DatabaseClockTest {
    private static final Instant START = Instant.parse("2026-01-02T03:04:05.678Z");

    private long nanos = 12_345;
    private Instant database = START;
    private Duration reading = Duration.ZERO;
    private final DatabaseClock clock = new DatabaseClock(this::read, () -> nanos);

    private Instant read() {
        nanos += reading.toNanos() / 2;
        Instant answer = database;
        nanos += reading.toNanos() / 2;
        return answer;
    }

    private void pass(Duration duration) {
        nanos += duration.toNanos();
        database = database.plus(duration);
    }

    @Test
    void itGoesOnByItselfBetweenReadings() {
        assertThat(clock.now()).isEqualTo(START);
        pass(Duration.ofMillis(1_500));
        assertThat(clock.now()).isEqualTo(START.plusMillis(1_500));
    }

    @Test
    void itJumpsForwardWhenItIsFarBehind() {
        database = database.plusSeconds(30);
        assertThat(clock.now()).isEqualTo(START);
        clock.sync();
        assertThat(clock.now()).isEqualTo(START.plusSeconds(30));
    }

    @Test
    void aSmallLagIsMadeUpByAndBy() {
        database = database.plusMillis(500);
        clock.sync();
        assertThat(clock.now()).isEqualTo(START);
        pass(Duration.ofSeconds(1));
        assertThat(clock.now()).isEqualTo(START.plusMillis(1_100));
        pass(Duration.ofSeconds(9));
        assertThat(clock.now()).isEqualTo(database);
        pass(Duration.ofSeconds(9));
        assertThat(clock.now()).isEqualTo(database);
    }

    @Test
    void itNeverGoesBack() {
        pass(Duration.ofSeconds(1));
        assertThat(clock.now()).isEqualTo(START.plusSeconds(1));
        database = database.minusSeconds(10);
        clock.sync();
        Instant before = clock.now();
        assertThat(before).isEqualTo(START.plusSeconds(1));
        for (int i = 0; i < 30; i++) {
            pass(Duration.ofSeconds(1));
            Instant now = clock.now();
            assertThat(now).isAfter(before);
            before = now;
        }
        assertThat(before).isEqualTo(database);
    }

    @Test
    void aReadingInTheMiddleOfACorrectionMovesNothingBack() {
        database = database.plusMillis(900);
        clock.sync();
        pass(Duration.ofSeconds(5));
        Instant before = clock.now();
        database = database.minusMillis(1_800);
        clock.sync();
        assertThat(clock.now()).isAfterOrEqualTo(before);
    }

    @Test
    void aReadingCountsForTheMiddleOfItsWay() {
        pass(Duration.ofSeconds(1));
        reading = Duration.ofMillis(200);
        database = database.plusSeconds(5).plusMillis(100);
        clock.sync();
        assertThat(clock.now()).isEqualTo(START.plusSeconds(6).plusMillis(200));
    }

    @Test
    void aReadingThatTookTooLongIsThrownAway() {
        reading = Duration.ofSeconds(3);
        database = database.plusSeconds(60);
        clock.sync();
        assertThat(clock.now()).isEqualTo(START.plusSeconds(3));
    }

    @Test
    void whileTheDatabaseIsAwayItGoesOn() {
        DatabaseClock lonely = new DatabaseClock(
                () -> {
                    if (nanos > 20_000) {
                        throw new StoreException("away", new SQLException("planted by the test"));
                    }
                    return START;
                },
                () -> nanos);
        nanos += TimeUnit.SECONDS.toNanos(7);
        assertThatThrownBy(lonely::sync).isInstanceOf(StoreException.class);
        assertThat(lonely.now()).isEqualTo(START.plusSeconds(7));
    }
}
