package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.JobFailure;
import dev.backfill.api.JobState;
import dev.backfill.api.PageRequest;
import dev.backfill.api.Waiting;
import dev.backfill.core.EngineConfig;
import dev.backfill.core.Throttling;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Quota;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.testkit.AutoAdvance;
import dev.backfill.testkit.Fault;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the engine makes of each thing a provider can do wrong. */
class SourceTroubleTest extends ScriptedRuns {
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
        EngineConfig config = EngineRig.config()
                .sweepInterval(Duration.ofSeconds(30))
                .throttling(Throttling.DEFAULT.withMaxOutage(Duration.ZERO))
                .build();
        EngineRig impatient = new EngineRig(
                ScriptedSource.builder()
                        .mailbox(ScriptedFolder.inbox(40))
                        .faults(faults)
                        .build(),
                sink,
                builder -> builder.time(time).config(config));
        try (EngineRig rig = impatient) {
            BackfillJob job = rig.run(EngineRig.request().batchSize(1).build());

            assertThat(job.state()).isEqualTo(end);
            assertThat(job.failureCode()).isEqualTo(code);
        }
    }

    /** Four walks pause a random part of a minute: so that none does for longer than any wait for quota is next to impossible. */
    @Test
    void aSmallerPageIsAskedForAfterAPauseOnly() {
        running.close();
        FaultScript.Builder faults = FaultScript.builder();
        for (int window = 0; window < 4; window++) {
            faults.fail(At.window(window, 0), 1, Fault.of(Kind.RETRY_SMALLER));
        }
        Duration longest = Duration.ofSeconds(59);
        EngineConfig config = EngineRig.config()
                .sweepInterval(Duration.ofMinutes(1))
                .callFirstDelay(longest)
                .callMaxDelay(longest)
                .build();
        EngineRig rig = new EngineRig(
                source().faults(faults.build()).build(),
                sink,
                builder -> builder.time(time).config(config));
        try (rig) {
            BackfillJob job = rig.start();
            // Long enough for the whole job, were it not for the pauses.
            AutoAdvance quota = time.autoAdvance(Duration.ofMillis(3), Duration.ofSeconds(1));
            time.awaitTimer(Duration.ofMillis(1_100), longest);
            quota.close();
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
    void theBreakerCountsTheFailuresOfOneRunAlone() {
        FaultScript.Builder outage = FaultScript.builder();
        for (int i = 0; i < MESSAGES; i++) {
            // One in three comes, so that not the row of failures trips the breaker but their share.
            if (i % 3 != 0) {
                outage.failMessage(ScriptedFolder.inbox(MESSAGES).messageId(i), FaultScript.ALWAYS, "ErrorInternal");
            }
        }
        ScriptedSource source = source().faults(outage.build()).build();
        try (EngineRig rig = rig(source)) {
            BackfillJob job = rig.run(EngineRig.request().build());
            assertThat(job.failureCode()).isEqualTo("BREAKER");
            long failed = job.progress().failed();
            FaultScript.Builder one = FaultScript.builder();
            for (int i = 0; i < MESSAGES; i += 100) {
                one.failMessage(ScriptedFolder.inbox(MESSAGES).messageId(i), FaultScript.ALWAYS, "ErrorCorruptData");
            }
            source.faults(one.build());

            rig.jobs().resume(job.id());

            BackfillJob end = rig.awaitEnd(job.id());
            assertThat(end.state()).isEqualTo(JobState.COMPLETED);
            assertThat(end.progress().failed()).isBetween(failed + 1, failed + 10);
            assertThat(end.progress().listed()).isEqualTo(MESSAGES);
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
            long published = job.progress().published();

            rig.jobs().resume(job.id());

            BackfillJob again = rig.awaitEnd(job.id());
            assertThat(again.failureCode()).as("of a resumed job").isEqualTo("TIMEOUT");
            assertThat(again.progress().published()).isGreaterThan(published);
        }
    }

    @Test
    void noMoreRequestsRunAtOnceThanTheProviderAllows() {
        ScriptedSource narrow = ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(200))
                .windowMessages(50)
                .quotas(Quota.concurrent("two", 2))
                .singleGets()
                .build();
        try (EngineRig rig = rig(narrow)) {
            BackfillJob job = rig.run(EngineRig.request().batchSize(10).build());

            assertThat(job.state()).isEqualTo(JobState.COMPLETED);
            assertThat(sink.distinct()).isEqualTo(200);
            assertThat(sink.duplicates()).isZero();
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
