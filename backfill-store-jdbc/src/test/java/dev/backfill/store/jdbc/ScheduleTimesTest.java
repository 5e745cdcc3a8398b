package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.backfill.api.InvalidRequestException;
import dev.backfill.api.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTimesTest {
    private static final Instant MONDAY = Instant.parse("2026-03-02T10:00:00Z");

    @Test
    void cronIsReadInItsZone() {
        Schedule night = new Schedule.Cron("0 30 2 * * MON-FRI", ZoneId.of("Asia/Tokyo"));
        assertThat(ScheduleTimes.next(night, MONDAY)).isEqualTo(Instant.parse("2026-03-02T17:30:00Z"));
    }

    @Test
    void dueIsAfterAndNeverAtTheTimeGiven() {
        Schedule hourly = new Schedule.Cron("0 0 * * * *", ZoneOffset.UTC);
        assertThat(ScheduleTimes.next(hourly, MONDAY)).isEqualTo(MONDAY.plusSeconds(3_600));
    }

    /** 2:30 does not exist in the night the clocks go forward: a known limit of the cron library. */
    @Test
    void aTimeThatSummerTimeTakesAwayIsLeftOutThatDay() {
        Schedule night = new Schedule.Cron("0 30 2 * * *", ZoneId.of("Europe/Berlin"));
        assertThat(ScheduleTimes.next(night, Instant.parse("2026-03-28T12:00:00Z")))
                .isEqualTo(Instant.parse("2026-03-30T00:30:00Z"));
    }

    @Test
    void aTimeThatComesTwiceInAutumnIsDueOnce() {
        Schedule night = new Schedule.Cron("0 30 2 * * *", ZoneId.of("Europe/Berlin"));
        Instant first = ScheduleTimes.next(night, Instant.parse("2026-10-24T12:00:00Z"));
        assertThat(ScheduleTimes.next(night, first)).isEqualTo(Instant.parse("2026-10-26T01:30:00Z"));
    }

    @Test
    void aFixedDelayCountsFromTheEndOfTheRunBefore() {
        assertThat(ScheduleTimes.next(new Schedule.FixedDelay(Duration.ofMinutes(90)), MONDAY))
                .isEqualTo(MONDAY.plusSeconds(5_400));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "* * * * *", "0 0 25 * * *", "0 0 0 * * * * *", "61 * * * * *"})
    void whatIsNoCronIsRefusedByItsField(String expression) {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> ScheduleTimes.next(new Schedule.Cron(expression, ZoneOffset.UTC), MONDAY))
                .withMessageContaining("six fields")
                .satisfies(refused -> assertThat(refused.field()).isEqualTo("cron"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-", "0 0 0 30 2 *"})
    void whatIsNeverDueIsRefused(String expression) {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> ScheduleTimes.next(new Schedule.Cron(expression, ZoneOffset.UTC), MONDAY))
                .withMessageContaining("never due");
    }
}
