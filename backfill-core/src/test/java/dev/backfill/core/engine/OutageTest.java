package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobEvent;
import dev.backfill.api.JobState;
import dev.backfill.api.Waiting;
import dev.backfill.core.EngineConfig;
import dev.backfill.core.Throttling;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.testkit.Fault;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A provider that answers no request properly for longer than a request is sent again. */
class OutageTest extends ScriptedRuns {
    /** More than any request is sent again within one run. */
    private static final int LONG = 60;

    private static final At EVERYTHING = At.window(-1, -1);

    private EngineRig rig(FaultScript faults, Duration maxOutage) {
        return rig(source().faults(faults).build(), maxOutage);
    }

    private EngineRig rig(ScriptedSource source, Duration maxOutage) {
        EngineConfig config = EngineRig.config()
                // Each look at the queue costs real time here, so that there are few of them.
                .sweepInterval(Duration.ofMinutes(1))
                .callFirstDelay(Duration.ofMillis(1))
                .callMaxDelay(Duration.ofMillis(1))
                .throttling(Throttling.DEFAULT.withMaxOutage(maxOutage))
                .build();
        return new EngineRig(source, sink, builder -> builder.time(time).config(config));
    }

    private static List<BackfillJob> waiting(EngineRig rig) {
        return rig.events().stream()
                .filter(JobEvent.StateChanged.class::isInstance)
                .map(JobEvent::job)
                .filter(job -> job.state() == JobState.QUEUED
                        && job.waiting() != null
                        && job.waiting().reason() == Waiting.Reason.PROVIDER)
                .toList();
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"RETRY", "RETRY_SMALLER"})
    void anOutageOfManyMinutesParksTheJobWhichGoesOnByItself(Kind kind) {
        FaultScript faults =
                FaultScript.builder().fail(EVERYTHING, LONG, Fault.of(kind)).build();
        try (EngineRig rig = rig(faults, Duration.ofHours(6))) {
            assertWholeMailbox(rig.run(EngineRig.request().build()));

            List<BackfillJob> parked = waiting(rig);
            assertThat(parked).isNotEmpty().hasSizeLessThanOrEqualTo(LONG / 6);
            assertThat(parked).allSatisfy(job -> {
                assertThat(job.failureCode()).isNull();
                assertThat(job.waiting().until()).isNotNull();
            });
        }
    }

    @Test
    void anOutageWhileTheJobIsPlannedParksItToo() {
        FaultScript faults = FaultScript.builder()
                .failOperation(ScriptedSource.PLAN, LONG, Fault.of(Kind.RETRY))
                .build();
        try (EngineRig rig = rig(faults, Duration.ofHours(6))) {
            assertWholeMailboxOnce(rig.run(EngineRig.request().build()));

            assertThat(waiting(rig)).hasSizeGreaterThan(5);
        }
    }

    @Test
    void aProviderThatStaysDownFailsTheJobInTheEndWithHowLong() {
        FaultScript faults = FaultScript.builder()
                .fail(EVERYTHING, FaultScript.ALWAYS, Fault.of(Kind.RETRY))
                .build();
        try (EngineRig rig = rig(faults, Duration.ofMinutes(40))) {
            BackfillJob failed = rig.run(EngineRig.request().build());

            assertThat(failed.state()).isEqualTo(JobState.FAILED);
            assertThat(failed.failureCode()).isEqualTo("SOURCE_UNAVAILABLE");
            assertThat(failed.failureMessage()).containsPattern("for 2[4-9]\\d\\d s");
            assertThat(failed.progress().retries()).isPositive();
            // Doubled pauses and then ten minutes each: a long outage costs few attempts.
            assertThat(waiting(rig)).hasSizeBetween(4, 12);
        }
    }

    @Test
    void twoOutagesAreNotAddedUpIfAPageWasReadBetweenThem() {
        // Ten runs of six attempts: an hour and six minutes, and a minute or two more for each run.
        Duration most = Duration.ofMinutes(100);
        FaultScript faults = FaultScript.builder()
                .fail(At.window(0, 0), LONG, Fault.of(Kind.RETRY))
                .fail(At.window(0, 1), LONG, Fault.of(Kind.RETRY))
                .build();
        ScriptedSource oneWindow = ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(MESSAGES))
                .windowMessages(MESSAGES)
                .faults(faults)
                .build();
        try (EngineRig rig = rig(oneWindow, most)) {
            assertWholeMailbox(rig.run(EngineRig.request().build()));

            List<BackfillJob> parked = waiting(rig);
            Instant first = parked.get(0).waiting().until();
            Instant last = parked.get(parked.size() - 1).waiting().until();
            assertThat(Duration.between(first, last)).as("both together").isGreaterThan(most);
        }
    }

    @Test
    void aJobThatFailedAfterAnOutageIsResumedWithAllItsPatience() {
        FaultScript faults = FaultScript.builder()
                .fail(EVERYTHING, FaultScript.ALWAYS, Fault.of(Kind.RETRY))
                .build();
        try (EngineRig rig = rig(faults, Duration.ofMinutes(20))) {
            BackfillJob failed = rig.run(EngineRig.request().build());
            assertThat(failed.state()).isEqualTo(JobState.FAILED);
            int before = waiting(rig).size();

            rig.jobs().resume(failed.id());
            rig.await(failed.id(), job -> waiting(rig).size() > before + 2);
        }
    }

    /** Contents that cannot be had are left out of their messages for good: an outage must not be taken for that. */
    @Test
    void anOutageLeavesOutNoContents() {
        ScriptedSource scripted = ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(30).attachments(1, 100))
                .build();
        AtomicInteger refusals = new AtomicInteger(4);
        AtomicBoolean begun = new AtomicBoolean();
        WrappedSource source = new WrappedSource(scripted, (method, arguments, real) -> {
            begun.compareAndSet(false, method.equals("open"));
            boolean silent = begun.get() && refusals.get() > 0;
            if (silent && method.equals("key")) {
                refusals.decrementAndGet();
            }
            if (silent && (method.equals("key") || method.equals("open"))) {
                throw SourceException.of(Kind.RETRY, SourceException.Scope.MAILBOX, "HTTP_503")
                        .build("as wanted");
            }
            return real.call(arguments);
        });
        sink.keepPayloads();
        EngineConfig config =
                EngineRig.config().sweepInterval(Duration.ofMinutes(1)).build();
        EngineRig outage = new EngineRig(
                scripted, sink, builder -> builder.source(source).time(time).config(config));
        try (EngineRig rig = outage) {
            BackfillJob job = rig.run(BackfillRequest.builder(WrappedSource.ID, "me")
                    .includeAttachments(true)
                    .build());

            assertThat(job.state()).isEqualTo(JobState.COMPLETED);
            assertThat(refusals).hasValue(0);
            assertThat(sink.payloads())
                    .isNotEmpty()
                    .extracting(message -> new String(message.data(), StandardCharsets.UTF_8))
                    .allSatisfy(json -> assertThat(json).contains("\"content\":\"", "\"truncated\":[]"));
        }
    }
}
