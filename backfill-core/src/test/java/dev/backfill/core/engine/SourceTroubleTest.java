package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.JobFailure;
import dev.backfill.api.JobNote;
import dev.backfill.api.JobState;
import dev.backfill.api.PageRequest;
import dev.backfill.api.Waiting;
import dev.backfill.core.EngineConfig;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Quota;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.testkit.AutoAdvance;
import dev.backfill.testkit.Fault;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.Gate;
import dev.backfill.testkit.ManualTime;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the engine makes of each thing a provider can do wrong; time runs by itself. */
class SourceTroubleTest {
    private static final int MESSAGES = 1_000;

    private final ManualTime time = new ManualTime();
    private final AutoAdvance running = time.autoAdvance(Duration.ofMillis(3), Duration.ofDays(3));
    private final RecordingSink sink = new RecordingSink();

    @AfterEach
    void stopTime() {
        running.close();
    }

    private EngineRig rig(FaultScript faults) {
        return rig(source().faults(faults).build());
    }

    private static ScriptedSource.Builder source() {
        return ScriptedSource.builder().mailbox(ScriptedFolder.inbox(MESSAGES)).windowMessages(250);
    }

    private EngineRig rig(ScriptedSource source) {
        EngineConfig config =
                EngineRig.config().sweepInterval(Duration.ofSeconds(30)).build();
        return new EngineRig(source, sink, builder -> builder.time(time).config(config));
    }

    private void assertWholeMailboxOnce(BackfillJob job) {
        assertWholeMailbox(job);
        assertThat(sink.duplicates()).isZero();
    }

    private void assertWholeMailbox(BackfillJob job) {
        assertThat(job.state())
                .as(job.failureCode() + ": " + job.failureMessage())
                .isEqualTo(JobState.COMPLETED);
        assertThat(job.progress().listed()).isEqualTo(MESSAGES);
        assertThat(job.progress().published()).isEqualTo(MESSAGES);
        assertThat(sink.distinct()).isEqualTo(MESSAGES);
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"RETRY", "RETRY_SMALLER", "THROTTLED", "RESTART_PARTITION", "AUTH"})
    void aPassingFaultOfAPageLosesAndDoublesNothing(Kind kind) {
        FaultScript faults =
                FaultScript.builder().fail(At.window(1, 1), 1, Fault.of(kind)).build();
        try (EngineRig rig = rig(faults)) {
            assertWholeMailboxOnce(rig.run(EngineRig.request().build()));
        }
    }

    @Test
    void aThrottleIsWaitedForAndCountsAgainstNoMessage() {
        FaultScript faults = FaultScript.builder()
                .fail(At.window(0, 0), 3, Fault.throttled(Duration.ofMinutes(2)))
                .build();
        try (EngineRig rig = rig(faults)) {
            BackfillJob job = rig.run(EngineRig.request().build());

            assertWholeMailboxOnce(job);
            assertThat(job.progress().throttled()).isGreaterThanOrEqualTo(Duration.ofMinutes(6));
            assertThat(job.progress().retries()).isZero();
        }
    }

    @Test
    void aParkedJobGivesUpItsSlotAndComesBack() {
        FaultScript faults = FaultScript.builder()
                .fail(At.window(2, 0), 1, Fault.parked(Duration.ofHours(2)))
                .build();
        try (EngineRig rig = rig(faults)) {
            BackfillJob queued = rig.await(
                    rig.start().id(),
                    job -> job.state() == JobState.QUEUED
                            && job.waiting() != null
                            && job.waiting().reason() == Waiting.Reason.PARKED);

            assertThat(queued.waiting().until()).isAfter(queued.createdAt().plus(Duration.ofHours(1)));
            // The grace for pages under way passes in no real time here, so that a page may be cut and come twice.
            assertWholeMailbox(rig.awaitEnd(queued.id()));
        }
    }

    @Test
    void aGatewayTimeoutHalvesThePage() {
        FaultScript faults = FaultScript.builder()
                .fail(At.window(0, 0), 2, Fault.of(Kind.RETRY_SMALLER))
                .build();
        try (EngineRig rig = rig(faults)) {
            assertWholeMailboxOnce(rig.run(EngineRig.request().build()));

            assertThat(rig.source.log().fetches())
                    .extracting(fetch -> fetch.limit().messages())
                    .contains(50, 25);
        }
    }

    @ParameterizedTest
    @CsvSource({"5, COMPLETED, ", "6, FAILED, SOURCE_UNAVAILABLE"})
    void aPageOfOneMessageIsAskedForAsOftenAsAnyRequest(int failures, JobState end, String code) {
        FaultScript faults = FaultScript.builder()
                .fail(At.window(0, 0), failures, Fault.of(Kind.RETRY_SMALLER))
                .build();
        try (EngineRig rig = rig(faults)) {
            BackfillJob job = rig.run(EngineRig.request().batchSize(1).build());

            assertThat(job.state()).isEqualTo(end);
            assertThat(job.failureCode()).isEqualTo(code);
        }
    }

    @Test
    void aSmallerPageIsAskedForAfterAPauseOnly() {
        running.close();
        FaultScript faults = FaultScript.builder()
                .fail(At.window(0, 0), 1, Fault.of(Kind.RETRY_SMALLER))
                .build();
        EngineConfig config = EngineRig.config()
                .sweepInterval(Duration.ofMinutes(1))
                .callFirstDelay(Duration.ofSeconds(30))
                .build();
        EngineRig rig = new EngineRig(
                source().faults(faults).build(),
                sink,
                builder -> builder.time(time).config(config));
        try (rig) {
            BackfillJob job = rig.start();
            // The pause is a random part of it.
            time.awaitTimer(Duration.ofNanos(1), Duration.ofSeconds(30));
            AutoAdvance onward = time.autoAdvance(Duration.ofMillis(3), Duration.ofDays(1));
            assertWholeMailboxOnce(rig.awaitEnd(job.id()));
            onward.close();
        }
    }

    @Test
    void aRefusedTokenThatStaysRefusedFailsTheJobWhichCanBeResumed() {
        FaultScript faults = FaultScript.builder()
                .fail(At.window(2, 1), 2, Fault.of(Kind.AUTH))
                .build();
        try (EngineRig rig = rig(faults)) {
            BackfillJob failed = rig.run(EngineRig.request().build());
            assertThat(failed.state()).isEqualTo(JobState.FAILED);
            assertThat(failed.failureCode()).isEqualTo("AUTHENTICATION");

            rig.jobs().resume(failed.id());

            BackfillJob completed = rig.awaitEnd(failed.id());
            assertThat(completed.state()).isEqualTo(JobState.COMPLETED);
            assertThat(sink.distinct()).isEqualTo(MESSAGES);
        }
    }

    @Test
    void aProviderThatStaysDownFailsTheJobAfterItsRetries() {
        FaultScript faults = FaultScript.builder()
                .fail(At.window(0, 0), FaultScript.ALWAYS, Fault.of(Kind.RETRY))
                .build();
        try (EngineRig rig = rig(faults)) {
            BackfillJob failed = rig.run(EngineRig.request().build());

            assertThat(failed.state()).isEqualTo(JobState.FAILED);
            assertThat(failed.failureCode()).isEqualTo("SOURCE_UNAVAILABLE");
            assertThat(failed.progress().retries()).isPositive();
        }
    }

    @Test
    void anErrorThatEndsTheJobKeepsItsCode() {
        FaultScript faults = FaultScript.builder()
                .failOperation(ScriptedSource.PLAN, 1, Fault.of(Kind.FAIL_JOB).code("MailboxNotEnabledForRESTAPI"))
                .build();
        try (EngineRig rig = rig(faults)) {
            BackfillJob failed = rig.run(EngineRig.request().build());

            assertThat(failed.state()).isEqualTo(JobState.FAILED);
            assertThat(failed.failureCode()).isEqualTo("MailboxNotEnabledForRESTAPI");
        }
    }

    @Test
    void aForbiddenFolderIsLeftOutAndNamed() {
        FaultScript faults = FaultScript.builder()
                .fail(
                        At.window(3, 0),
                        FaultScript.ALWAYS,
                        Fault.of(Kind.SKIP_PARTITION).code("ErrorAccessDenied"))
                .build();
        try (EngineRig rig = rig(faults)) {
            BackfillJob job = rig.run(EngineRig.request().build());

            assertThat(job.state()).isEqualTo(JobState.COMPLETED);
            assertThat(job.notes()).containsExactly(new JobNote("FOLDER_SKIPPED", "inbox", "ErrorAccessDenied"));
            assertThat(sink.distinct()).isEqualTo(MESSAGES - 250);
        }
    }

    @Test
    void oneBadMessageIsAFailureRowAndAReplayReadsIt() {
        FaultScript faults = FaultScript.builder()
                .failMessage("inbox-0000017", 1, "ErrorCorruptData")
                .skipMessage("inbox-0000018", "GONE")
                .build();
        try (EngineRig rig = rig(faults)) {
            BackfillJob job = rig.run(EngineRig.request().build());

            assertThat(job.state()).isEqualTo(JobState.COMPLETED);
            assertThat(job.progress().published()).isEqualTo(MESSAGES - 2);
            assertThat(job.progress().failed()).isEqualTo(1);
            assertThat(job.progress().skipped()).isEqualTo(1);
            List<JobFailure> rows =
                    rig.jobs().failures(job.id(), PageRequest.first()).items();
            assertThat(rows).hasSize(1);
            assertThat(rows.get(0).messageId()).isEqualTo("inbox-0000017");
            assertThat(rows.get(0).kind()).isEqualTo(JobFailure.Kind.SKIP_MESSAGE);
            assertThat(rows.get(0).reason()).isEqualTo("ErrorCorruptData");

            BackfillJob retry = rig.awaitEnd(rig.jobs().retryFailures(job.id()).id());

            assertThat(retry.state()).isEqualTo(JobState.COMPLETED);
            assertThat(retry.retryOf()).isEqualTo(job.id());
            assertThat(retry.progress().published()).isEqualTo(1);
            assertThat(sink.messageIds()).containsOnlyOnce("inbox-0000017");
        }
    }

    @Test
    void aFailureRowKeepsTheKindOfTheProvidersAnswer() {
        Map<String, String> kindOf = new HashMap<>();
        FaultScript.Builder faults = FaultScript.builder();
        for (Kind kind : EnumSet.complementOf(EnumSet.of(Kind.STOPPED))) {
            String id = ScriptedFolder.inbox(MESSAGES).messageId(kindOf.size());
            kindOf.put(id, kind.name());
            faults.failMessage(id, FaultScript.ALWAYS, kind, "ErrorOfSomeKind");
        }
        try (EngineRig rig = rig(faults.build())) {
            BackfillJob job = rig.run(EngineRig.request().build());

            assertThat(rig.jobs().failures(job.id(), PageRequest.first()).items())
                    .hasSameSizeAs(kindOf.keySet())
                    .allSatisfy(row -> assertThat(row.kind().name()).isEqualTo(kindOf.get(row.messageId())));
        }
    }

    @Test
    void messagesTheListLeftOutAreFoundByWalkingAgain() {
        FaultScript faults = FaultScript.builder().hide(1, 7, 1).build();
        try (EngineRig rig = rig(faults)) {
            assertWholeMailboxOnce(rig.run(EngineRig.request().build()));
        }
    }

    @Test
    void aCountThatStaysShortNeverCompletes() {
        FaultScript faults =
                FaultScript.builder().miscount(1, 3, FaultScript.ALWAYS).build();
        try (EngineRig rig = rig(faults)) {
            BackfillJob job = rig.run(EngineRig.request().build());

            assertThat(job.state()).isEqualTo(JobState.FAILED);
            assertThat(job.failureCode()).isEqualTo("INCOMPLETE");
            assertThat(job.failureMessage()).contains("inbox");
            assertThat(sink.duplicates()).isZero();
        }
    }

    @Test
    void aJobThatFailsRightAfterItIsResumedKeepsItsCheckpoint() {
        FaultScript faults = FaultScript.builder()
                .fail(At.window(2, 1), 2, Fault.of(Kind.AUTH))
                .build();
        ScriptedSource source = source().faults(faults).build();
        try (EngineRig rig = rig(source)) {
            BackfillJob failed = rig.run(EngineRig.request().build());
            assertThat(failed.failureCode()).isEqualTo("AUTHENTICATION");
            long published = failed.progress().published();
            source.faults(FaultScript.builder()
                    .failOperation(ScriptedSource.LIST, 8, Fault.of(Kind.AUTH))
                    .build());
            rig.jobs().resume(failed.id());
            BackfillJob again = rig.awaitEnd(failed.id());
            assertThat(again.failureCode()).isEqualTo("AUTHENTICATION");
            assertThat(again.progress().published()).isEqualTo(published);
            source.faults(FaultScript.NONE);

            rig.jobs().resume(failed.id());

            assertWholeMailbox(rig.awaitEnd(failed.id()));
            assertThat(sink.duplicates()).isLessThanOrEqualTo(100);
        }
    }

    @Test
    void anIncompleteJobThatIsResumedIsWalkedFromItsBeginning() {
        FaultScript faults = FaultScript.builder().miscount(1, 3, 4).build();
        try (EngineRig rig = rig(faults)) {
            BackfillJob job = rig.run(EngineRig.request().build());
            assertThat(job.failureCode()).isEqualTo("INCOMPLETE");

            rig.jobs().resume(job.id());

            BackfillJob end = rig.awaitEnd(job.id());
            assertWholeMailbox(end);
        }
    }

    @Test
    void aCountThatStaysShortFailsEveryTimeItIsResumed() {
        FaultScript faults =
                FaultScript.builder().miscount(1, 3, FaultScript.ALWAYS).build();
        try (EngineRig rig = rig(faults)) {
            BackfillJob job = rig.run(EngineRig.request().build());
            for (int i = 0; i < 2; i++) {
                rig.jobs().resume(job.id());
                job = rig.awaitEnd(job.id());
                assertThat(job.failureCode()).isEqualTo("INCOMPLETE");
                assertThat(job.progress().listed()).isEqualTo(MESSAGES);
            }
        }
    }

    @Test
    void repeatedEntriesAndSplitWindowsAreCountedOnce() {
        FaultScript faults =
                FaultScript.builder().repeat(At.window(0, 1), 5).split(2, 3).build();
        try (EngineRig rig = rig(faults)) {
            assertWholeMailboxOnce(rig.run(EngineRig.request().build()));
        }
    }

    @Test
    void anOutageThatFailsEveryMessageTripsTheBreaker() {
        FaultScript.Builder faults = FaultScript.builder();
        for (int i = 0; i < MESSAGES; i++) {
            faults.failMessage(ScriptedFolder.inbox(MESSAGES).messageId(i), FaultScript.ALWAYS, "ErrorInternal");
        }
        try (EngineRig rig = rig(faults.build())) {
            BackfillJob job = rig.run(EngineRig.request().build());

            assertThat(job.state()).isEqualTo(JobState.FAILED);
            assertThat(job.failureCode()).isEqualTo("BREAKER");
            assertThat(job.progress().failed()).isLessThan(MESSAGES / 2);
        }
    }

    @Test
    void whatChangesBehindTheCrawlIsDrainedBeforeTheEnd() {
        Gate gate = Gate.shut();
        ScriptedSource source = source().faults(
                        FaultScript.builder().block(At.window(3, 1), gate).build())
                .build();
        try (EngineRig rig = rig(source)) {
            BackfillJob started = rig.start();
            gate.awaitEntered(1);
            // The newest window is published whole, so that what changes in it is behind the walk.
            rig.await(started.id(), now -> now.progress().published() >= 850);
            source.account().add("inbox", "inbox-late", time.instant().minusSeconds(3_600));
            source.account().delete("inbox-0000999");
            gate.open();

            BackfillJob job = rig.awaitEnd(started.id());

            assertThat(job.state()).isEqualTo(JobState.COMPLETED);
            assertThat(sink.messageIds()).contains("inbox-late");
            assertThat(sink.payloads()).isEmpty();
        }
    }

    @Test
    void theBoundOfMessagesIsKeptExactlyAndSaid() {
        try (EngineRig rig = rig(FaultScript.NONE)) {
            BackfillJob job = rig.run(EngineRig.request().maxEmails(333L).build());

            assertThat(job.state()).isEqualTo(JobState.COMPLETED);
            assertThat(job.limited()).isTrue();
            assertThat(sink.distinct()).isEqualTo(333);
            assertThat(job.progress().listed()).isEqualTo(333);
        }
    }

    @Test
    void aBoundThatTheMailboxJustMeetsIsNoLimit() {
        try (EngineRig rig = rig(FaultScript.NONE)) {
            BackfillJob job = rig.run(
                    EngineRig.request().maxEmails((long) MESSAGES).pin(false).build());

            assertThat(job.limited()).isFalse();
            assertThat(sink.distinct()).isEqualTo(MESSAGES);
        }
    }

    @Test
    void aJobThatWorksTooLongFailsAsTimeout() {
        ScriptedSource slow = source().quotas(
                        new Quota("slow", Quota.Measure.REQUESTS, Quota.Scope.MAILBOX, 1, Duration.ofMinutes(5)))
                .build();
        EngineConfig config = EngineRig.config()
                .sweepInterval(Duration.ofSeconds(30))
                .jobTimeout(Duration.ofHours(1))
                .build();
        EngineRig rig = new EngineRig(slow, sink, builder -> builder.time(time).config(config));
        try (rig) {
            BackfillJob job = rig.run(EngineRig.request().batchSize(1).build());

            assertThat(job.state()).isEqualTo(JobState.FAILED);
            assertThat(job.failureCode()).isEqualTo("TIMEOUT");
        }
    }

    @Test
    void noMoreRequestsRunAtOnceThanTheProviderAllows() {
        ScriptedSource narrow =
                source().quotas(Quota.concurrent("two", 2)).singleGets().build();
        try (EngineRig rig = rig(narrow)) {
            assertWholeMailboxOnce(rig.run(EngineRig.request().build()));

            assertThat(rig.source.log().mostRequesting()).isLessThanOrEqualTo(2);
        }
    }

    @Test
    void pagesNeverAskForMoreThanTheBatchSize() {
        try (EngineRig rig = rig(FaultScript.NONE)) {
            assertWholeMailboxOnce(rig.run(EngineRig.request().batchSize(7).build()));

            assertThat(rig.source.log().fetches())
                    .extracting(fetch -> fetch.limit())
                    .extracting(PageLimit::messages)
                    .allMatch(messages -> messages <= 7);
        }
    }
}
