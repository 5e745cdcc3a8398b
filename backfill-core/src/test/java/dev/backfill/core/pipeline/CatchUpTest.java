package dev.backfill.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** When a walk reads what changed meanwhile: once an interval, counted from the job's start whatever run it is in. */
class CatchUpTest {
    private static final Instant START = Instant.parse("2026-01-01T00:10:00Z");
    private static final Duration HOUR = Duration.ofHours(1);

    private static Instant at(int minutes) {
        return START.plus(Duration.ofMinutes(minutes));
    }

    @Test
    void itIsDueOnceAnInterval() {
        CatchUp catchUp = new CatchUp(START, START, HOUR);
        assertThat(catchUp.isDue(at(59))).isFalse();
        assertThat(catchUp.isDue(at(60))).isTrue();
        assertThat(catchUp.isDue(at(61))).isFalse();
        assertThat(catchUp.isDue(at(119))).isFalse();
        assertThat(catchUp.isDue(at(125))).isTrue();
        assertThat(catchUp.isDue(at(179))).isFalse();
        assertThat(catchUp.isDue(at(180))).isTrue();
    }

    @Test
    void afterALongPauseItIsDueAtOnceAndOnce() {
        CatchUp catchUp = new CatchUp(START, at(50), HOUR);
        assertThat(catchUp.isDue(at(600))).isTrue();
        assertThat(catchUp.isDue(at(601))).isFalse();
    }

    @Test
    void aJobOfManyShortSlicesIsInterruptedAsOften() {
        int due = 0;
        for (int minute = 0; minute < 300; minute += 10) {
            CatchUp ofSlice = new CatchUp(START, at(minute), HOUR);
            for (int passed = 1; passed <= 10; passed++) {
                due += ofSlice.isDue(at(minute + passed)) ? 1 : 0;
            }
        }
        assertThat(due).isEqualTo(5);
    }
}
