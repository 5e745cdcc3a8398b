package dev.backfill.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.CountKind;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.Progress;
import dev.backfill.api.UserId;
import dev.backfill.api.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JobDisplayTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void aWaitOfMillisecondsForTheRateIsWork() {
        Waiting brief = new Waiting(Waiting.Reason.QUOTA, NOW.plusMillis(20));
        assertThat(line(CountKind.EXACT, 10, 50, brief))
                .contains("50 of", "7/s")
                .doesNotContain("waits");
        assertThat(line(CountKind.EXACT, 10, 50, new Waiting(Waiting.Reason.QUOTA, NOW.plusSeconds(42))))
                .endsWith("waits for quota, 42 s");
        assertThat(line(CountKind.EXACT, 10, 50, new Waiting(Waiting.Reason.SINK, null)))
                .endsWith("waits for sink");
    }

    @Test
    void aGuessIsCalledOneAndDroppedOnceItIsTooLow() {
        assertThat(line(CountKind.ESTIMATE, 5_000, 4_000, null)).contains("4,000 of about 5,000");
        assertThat(line(CountKind.ESTIMATE, 5_000, 6_000, null))
                .contains("6,000  7/s")
                .doesNotContain("of", "left");
    }

    private static String line(CountKind kind, long total, long listed, @Nullable Waiting waiting) {
        Progress progress = new Progress(
                Math.max(total, kind == CountKind.EXACT ? listed : 0),
                kind,
                listed,
                listed,
                0,
                0,
                1,
                0,
                Duration.ZERO,
                7,
                Duration.ZERO);
        return JobDisplay.line(
                new BackfillJob(
                        new JobId("backfill_ann_20260101_000000_00000000"),
                        UserId.of("ann"),
                        BackfillRequest.builder("google", "me").build(),
                        JobState.RUNNING,
                        progress,
                        NOW,
                        NOW,
                        null,
                        null,
                        null,
                        NOW,
                        waiting,
                        false,
                        null,
                        null,
                        List.of(),
                        null,
                        null,
                        null),
                NOW);
    }
}
