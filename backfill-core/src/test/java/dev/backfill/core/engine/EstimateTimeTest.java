package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillRequest;
import dev.backfill.api.CountKind;
import dev.backfill.api.Estimate;
import dev.backfill.spi.MailEstimate;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Quota;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an estimate makes of the bytes that a provider expects. */
@Timeout(20)
class EstimateTimeTest {
    private static final Quota BYTES =
            new Quota("bytes", Quota.Measure.BYTES, Quota.Scope.MAILBOX, 1_000_000_000, Duration.ofDays(1));
    private static final MailEstimate LARGE = new MailEstimate(1_000, CountKind.EXACT, 10, 10, 5_000_000_000L);

    /** Of a day's billion 95 % are planned on, and what a day allows goes at once: 5.3 days' worth is there after five. */
    @ParameterizedTest
    @CsvSource({", 5", "300, 1", "100, 0"})
    void bytesOfADayCountAndAreScaledLikeTheRest(@Nullable Long maxEmails, int days) {
        ScriptedSource scripted =
                ScriptedSource.builder().mailbox(ScriptedFolder.inbox(1)).build();
        WrappedSource source = new WrappedSource(
                scripted, (method, arguments, real) -> method.equals("estimate") ? LARGE : real.call(arguments));
        try (EngineRig rig = new EngineRig(
                scripted,
                new RecordingSink(),
                builder -> builder.source(source).quotas(WrappedSource.ID, List.of(BYTES)))) {
            Estimate estimate = rig.jobs()
                    .estimate(BackfillRequest.builder(WrappedSource.ID, "me")
                            .maxEmails(maxEmails)
                            .build());

            assertThat(estimate.time()).isEqualTo(Duration.ofDays(days));
        }
    }

    @Test
    void theProviderHearsHowLongAnAttachmentMayBe() {
        AtomicReference<MailQuery> asked = new AtomicReference<>();
        ScriptedSource scripted =
                ScriptedSource.builder().mailbox(ScriptedFolder.inbox(1)).build();
        WrappedSource source = new WrappedSource(scripted, (method, arguments, real) -> {
            if (method.equals("estimate")) {
                asked.set((MailQuery) arguments[0]);
            }
            return real.call(arguments);
        });
        try (EngineRig rig = new EngineRig(
                scripted,
                new RecordingSink(),
                builder -> builder.source(source)
                        .config(EngineRig.config().attachmentMaxBytes(4_711).build()))) {
            rig.jobs()
                    .estimate(BackfillRequest.builder(WrappedSource.ID, "me")
                            .includeAttachments(true)
                            .build());
        }
        assertThat(asked.get().opens(4_711L)).isTrue();
        assertThat(asked.get().opens(null)).isTrue();
        assertThat(asked.get().opens(4_712L)).isFalse();
        assertThat(asked.get().openingAtMost(0).opens(null)).isFalse();
    }
}
