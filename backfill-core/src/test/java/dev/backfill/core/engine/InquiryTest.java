package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobId;
import dev.backfill.api.MailboxAccessException;
import dev.backfill.api.Waiting;
import dev.backfill.testkit.AutoAdvance;
import dev.backfill.testkit.Fault;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.ManualTime;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.time.Instant;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a host asks a mailbox outside of any job does not block for ever; time runs by itself. */
@Timeout(20)
class InquiryTest {
    /** Without a deadline it would wait for ever; more than that deadline, since time runs on until the test looks. */
    private static final Duration MANY_THROTTLES = Duration.ofHours(10);

    private final ManualTime time = new ManualTime();
    private final AutoAdvance running = time.autoAdvance(Duration.ofMillis(3), Duration.ofDays(3));

    @AfterEach
    void stopTime() {
        running.close();
    }

    private EngineRig throttledFor(String operation) {
        ScriptedSource source = ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(10))
                .faults(FaultScript.builder()
                        .failOperation(operation, FaultScript.ALWAYS, Fault.throttled(Duration.ofMinutes(5)))
                        .build())
                .build();
        return new EngineRig(
                source,
                new RecordingSink(),
                builder -> builder.time(time)
                        .config(EngineRig.config()
                                .sweepInterval(Duration.ofSeconds(30))
                                .build()));
    }

    private void assertEndsInTime(ThrowingCallable question) {
        Instant before = time.instant();
        assertThatThrownBy(question)
                .isInstanceOfSatisfying(
                        MailboxAccessException.class,
                        late -> assertThat(late.code()).isEqualTo("TIMEOUT"));
        assertThat(Duration.between(before, time.instant())).isLessThan(MANY_THROTTLES);
    }

    @Test
    void anEstimateEndsAfterAMinute() {
        try (EngineRig rig = throttledFor(ScriptedSource.COUNT)) {
            assertEndsInTime(() -> rig.jobs().estimate(EngineRig.request().build()));
        }
    }

    @Test
    void aListOfFoldersEndsAfterAMinute() {
        try (EngineRig rig = throttledFor(ScriptedSource.FOLDERS)) {
            assertEndsInTime(() -> rig.jobs().folders(ScriptedSource.DEFAULT_ID, "me"));
        }
    }

    /** Else a job's mailbox would be asked beside it, and more than it takes at once, or while it says to wait. */
    @Test
    void aQuestionWaitsForWhatTheMailboxsJobsWaitFor() {
        ScriptedSource source = ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(10))
                .faults(FaultScript.builder()
                        .failOperation(ScriptedSource.PLAN, FaultScript.ALWAYS, Fault.throttled(Duration.ofMinutes(5)))
                        .build())
                .build();
        ManualTime standing = new ManualTime();
        try (EngineRig rig = new EngineRig(source, new RecordingSink(), builder -> builder.time(standing))) {
            JobId id = rig.jobs()
                    .start(EngineRig.request()
                            .rateLimit(BackfillRequest.MAX_RATE_LIMIT)
                            .build())
                    .id();
            Instant soon = standing.instant().plusSeconds(60);
            while (!waitsUntilAfter(soon, rig.jobs().status(id).waiting())) {
                assertThat(Thread.interrupted()).as("ran out of time").isFalse();
                Thread.onSpinWait();
            }

            standing.runDuring(
                    Duration.ofMillis(3),
                    Duration.ofMinutes(4),
                    () -> assertThatThrownBy(() ->
                                    rig.jobs().estimate(EngineRig.request().build()))
                            .isInstanceOfSatisfying(
                                    MailboxAccessException.class,
                                    late -> assertThat(late.code()).isEqualTo("TIMEOUT")));
        }
    }

    @Test
    void aMailboxThatIsToBeLeftAloneForLongSaysUntilWhen() {
        ManualTime standing = new ManualTime();
        ScriptedSource source = ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(10))
                .faults(FaultScript.builder()
                        .failOperation(ScriptedSource.FOLDERS, FaultScript.ALWAYS, Fault.parked(Duration.ofHours(7)))
                        .build())
                .build();
        try (EngineRig rig = new EngineRig(source, new RecordingSink(), builder -> builder.time(standing))) {
            assertThatThrownBy(() -> rig.jobs().folders(ScriptedSource.DEFAULT_ID, "me"))
                    .isInstanceOf(MailboxAccessException.class)
                    .hasMessageContaining("The mailbox is not asked now, but from "
                            + standing.instant().plus(Duration.ofHours(7)) + " on: ");
        }
    }

    private static boolean waitsUntilAfter(Instant time, @Nullable Waiting waiting) {
        return waiting != null && waiting.until() != null && waiting.until().isAfter(time);
    }
}
