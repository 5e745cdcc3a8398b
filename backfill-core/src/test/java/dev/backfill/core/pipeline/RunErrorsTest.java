package dev.backfill.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobId;
import dev.backfill.api.UserId;
import dev.backfill.api.Waiting;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.SourceException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RunErrorsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

    private static final Duration MAX_OUTAGE = Duration.ofHours(6);

    private static JobRecord job() {
        return JobRecord.queued(
                new JobId("backfill_u1_20260301_090000_0123abcd"),
                new AccountRef(UserId.of("u1"), "scripted", "me"),
                BackfillRequest.builder("scripted", "me").build().withDefaults(100, 100),
                NOW.minusSeconds(36_000),
                null);
    }

    private static JobRecord waitingForProvider(Instant since) {
        JobRecord.JobTimes times = job().times();
        return job().toBuilder()
                .waiting(new Waiting(Waiting.Reason.PROVIDER, NOW))
                .times(new JobRecord.JobTimes(
                        times.created(), since, NOW, times.created(), null, null, null, times.created()))
                .build();
    }

    private static SourceException unanswered() {
        return SourceException.of(SourceException.Kind.RETRY, SourceException.Scope.MAILBOX, "HTTP_503")
                .build("as planned.");
    }

    private static RunEnd afterSilence(Duration lasted) {
        return new RunErrors(waitingForProvider(NOW.minus(lasted)), MAX_OUTAGE).endFor(unanswered(), NOW);
    }

    private static @Nullable Instant parkedUntil(@Nullable Instant retryAt) {
        SourceException parked = SourceException.of(
                        SourceException.Kind.PARKED, SourceException.Scope.MAILBOX, "PARKED")
                .retryAt(retryAt)
                .build("as planned");
        return ((RunEnd.Requeued) new RunErrors(job(), MAX_OUTAGE).endFor(parked, NOW)).notBefore();
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

    @Test
    void aProviderThatFallsSilentIsAskedAgainAfterAQuarterOfAMinute() {
        assertThat(new RunErrors(job(), MAX_OUTAGE).endFor(unanswered(), NOW))
                .isEqualTo(new RunEnd.Unavailable(NOW, NOW.plusSeconds(15)));
    }

    @Test
    void aSilenceIsWaitedForAsLongAgainAsItHasLastedUpToTenMinutes() {
        Instant since = NOW.minusSeconds(100);
        assertThat(afterSilence(Duration.ofSeconds(100)))
                .isEqualTo(new RunEnd.Unavailable(since, NOW.plusSeconds(100)));
        assertThat(afterSilence(Duration.ofHours(2)))
                .isEqualTo(new RunEnd.Unavailable(NOW.minusSeconds(7_200), NOW.plusSeconds(600)));
    }

    @Test
    void theLastAttemptIsWhenTheOutageHasLastedTooLong() {
        Duration nearly = MAX_OUTAGE.minusSeconds(60);
        assertThat(afterSilence(nearly)).isEqualTo(new RunEnd.Unavailable(NOW.minus(nearly), NOW.plusSeconds(60)));
        assertThat(afterSilence(MAX_OUTAGE)).isInstanceOfSatisfying(RunEnd.Failed.class, failed -> {
            assertThat(failed.code()).isEqualTo("SOURCE_UNAVAILABLE");
            assertThat(failed.message()).contains("21600 s", "HTTP_503", "Resume");
        });
    }

    @Test
    void aPageThatWasReadEndsTheSilence() {
        RunErrors errors = new RunErrors(waitingForProvider(NOW.minus(MAX_OUTAGE)), MAX_OUTAGE);
        errors.pageRead();
        assertThat(errors.endFor(unanswered(), NOW)).isEqualTo(new RunEnd.Unavailable(NOW, NOW.plusSeconds(15)));
    }

    @Test
    void aClockThatWasSetBackMakesNoOutageLonger() {
        RunErrors errors = new RunErrors(waitingForProvider(NOW.plusSeconds(60)), MAX_OUTAGE);
        assertThat(errors.endFor(unanswered(), NOW)).isEqualTo(new RunEnd.Unavailable(NOW, NOW.plusSeconds(15)));
    }
}
