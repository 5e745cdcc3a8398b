package dev.backfill.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.SourceException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RunErrorsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

    private static @Nullable Instant parkedUntil(@Nullable Instant retryAt) {
        SourceException parked = SourceException.of(
                        SourceException.Kind.PARKED, SourceException.Scope.MAILBOX, "PARKED")
                .retryAt(retryAt)
                .build("as planned");
        return ((RunEnd.Requeued) RunErrors.endFor(parked, NOW)).notBefore();
    }

    @Test
    void aParkedJobComesBackAtTheTimeGiven() {
        assertThat(parkedUntil(NOW.plusSeconds(7_200))).isEqualTo(NOW.plusSeconds(7_200));
    }

    @Test
    void aTimeThatIsPastOrMissingIsAQuarterOfAnHour() {
        assertThat(parkedUntil(null)).isEqualTo(NOW.plus(Duration.ofMinutes(15)));
        assertThat(parkedUntil(NOW)).isEqualTo(NOW.plus(Duration.ofMinutes(15)));
        assertThat(parkedUntil(Instant.MIN)).isEqualTo(NOW.plus(Duration.ofMinutes(15)));
    }

    @Test
    void noTimeIsFurtherThanADay() {
        assertThat(parkedUntil(Instant.MAX)).isEqualTo(NOW.plus(Duration.ofDays(1)));
    }
}
