package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.BackfillException;
import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.BulkResult;
import dev.backfill.api.CountKind;
import dev.backfill.api.Estimate;
import dev.backfill.api.InvalidRequestException;
import dev.backfill.api.JobConflictException;
import dev.backfill.api.JobEvent;
import dev.backfill.api.JobFilter;
import dev.backfill.api.JobId;
import dev.backfill.api.JobNotFoundException;
import dev.backfill.api.JobState;
import dev.backfill.api.JobStateException;
import dev.backfill.api.PageRequest;
import dev.backfill.api.ProviderNotFoundException;
import dev.backfill.api.UserId;
import dev.backfill.api.UserJobs;
import dev.backfill.core.EngineConfig;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.Gate;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommandsTest {
    private static final int MESSAGES = 1_000;

    private final RecordingSink sink = new RecordingSink();

    private static ScriptedSource source(FaultScript faults) {
        return ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(MESSAGES))
                .windowMessages(250)
                .faults(faults)
                .build();
    }

    private EngineRig rig(FaultScript faults) {
        return new EngineRig(source(faults), sink);
    }

    private static FaultScript blocked(Gate gate) {
        return FaultScript.builder().block(At.window(3, 1), gate).build();
    }

    @Test
    void aPausedJobGoesOnFromItsCheckpoint() {
        Gate gate = Gate.shut();
        try (EngineRig rig = rig(blocked(gate))) {
            BackfillJob job = rig.start();
            gate.awaitEntered(1);
            rig.await(job.id(), now -> now.progress().published() >= 750);

            rig.jobs().pause(job.id());
            BackfillJob paused = rig.awaitState(job.id(), JobState.PAUSED);
            assertThat(paused.pausedAt()).isNotNull();
            gate.open();
            rig.jobs().resume(job.id());

            BackfillJob end = rig.awaitEnd(job.id());
            assertThat(end.state()).isEqualTo(JobState.COMPLETED);
            assertThat(end.progress().published()).isEqualTo(MESSAGES);
            assertThat(sink.distinct()).isEqualTo(MESSAGES);
            assertThat(sink.duplicates()).isZero();
        }
    }

    @Test
    void pauseAndCancelTakeEffectThoughAPageHangsDeafToInterrupts() {
        Gate gate = Gate.shutForGood();
        try (EngineRig rig = rig(blocked(gate))) {
            BackfillJob job = rig.start();
            gate.awaitEntered(1);

            long before = System.nanoTime();
            rig.jobs().pause(job.id());
            rig.awaitState(job.id(), JobState.PAUSED);
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(2));

            BackfillJob cancelled = rig.jobs().cancel(job.id());
            assertThat(cancelled.state()).isEqualTo(JobState.CANCELLED);
            int published = sink.keys().size();
            gate.open();
            assertThat(sink.keys()).hasSize(published);
        }
    }

    @Test
    void aCancelledRunStopsAndStaysCancelled() {
        Gate gate = Gate.shut();
        try (EngineRig rig = rig(blocked(gate))) {
            BackfillJob job = rig.start();
            gate.awaitEntered(1);

            rig.jobs().cancel(job.id());

            assertThat(rig.awaitEnd(job.id()).state()).isEqualTo(JobState.CANCELLED);
            assertThat(rig.jobs().cancel(job.id()).state()).isEqualTo(JobState.CANCELLED);
            assertThatThrownBy(() -> rig.jobs().resume(job.id()))
                    .isInstanceOf(JobStateException.class)
                    .hasMessageContaining("cancelled");
        }
    }

    @Test
    void aClosedEngineLeavesAJobThatAnotherEngineFinishes() {
        Gate gate = Gate.shut();
        try (EngineRig rig = rig(blocked(gate))) {
            BackfillJob job = rig.start();
            gate.awaitEntered(1);
            rig.await(job.id(), now -> now.progress().published() >= 300);

            gate.open();
            rig.restart();

            BackfillJob end = rig.awaitEnd(job.id());
            assertThat(end.state()).isEqualTo(JobState.COMPLETED);
            assertThat(end.progress().published()).isEqualTo(MESSAGES);
            assertThat(sink.distinct()).isEqualTo(MESSAGES);
        }
    }

    @Test
    void oneAccountHasOneActiveJobAndTheConflictNamesIt() {
        Gate gate = Gate.shut();
        try (EngineRig rig = rig(blocked(gate))) {
            BackfillJob job = rig.start();

            assertThatThrownBy(rig::start)
                    .isInstanceOfSatisfying(
                            JobConflictException.class,
                            conflict -> assertThat(conflict.activeJob()).isEqualTo(job.id()));
            gate.open();
            rig.awaitEnd(job.id());
            assertThat(rig.run(EngineRig.request().build()).state()).isEqualTo(JobState.COMPLETED);
            assertThat(sink.distinct()).as("a second run has the same keys").isEqualTo(MESSAGES);
        }
    }

    @Test
    void twoUsersOfOneMailboxNeverReadItAtOnce() {
        Gate gate = Gate.shut();
        try (EngineRig rig = rig(blocked(gate))) {
            BackfillJob first = rig.start();
            gate.awaitEntered(1);
            UserJobs other = rig.manager().forUser(UserId.of("u2"));
            BackfillJob second = other.start(EngineRig.request().build());
            rig.manager().addListener(event -> {});
            JobState[] seen = {JobState.QUEUED};
            rig.await(first.id(), now -> {
                seen[0] = other.status(second.id()).state();
                return rig.source.log().everOpened() >= 2;
            });

            assertThat(seen[0]).isNotEqualTo(JobState.COMPLETED);
            assertThat(rig.source.log().mostFetching()).isLessThanOrEqualTo(4);
            gate.open();
            rig.awaitEnd(first.id());
        }
    }

    @Test
    void aUserSeesOnlyTheirOwnJobs() {
        try (EngineRig rig = rig(FaultScript.NONE)) {
            BackfillJob job = rig.run(EngineRig.request().build());
            UserJobs stranger = rig.manager().forUser(UserId.of("u2"));

            assertThatThrownBy(() -> stranger.status(job.id())).isInstanceOf(JobNotFoundException.class);
            assertThatThrownBy(() -> stranger.pause(job.id())).isInstanceOf(JobNotFoundException.class);
            assertThatThrownBy(() -> stranger.cancel(job.id())).isInstanceOf(JobNotFoundException.class);
            assertThatThrownBy(() -> stranger.failures(job.id(), PageRequest.first()))
                    .isInstanceOf(JobNotFoundException.class);
            assertThatThrownBy(() -> stranger.retryFailures(job.id())).isInstanceOf(JobNotFoundException.class);
            assertThat(stranger.list(JobFilter.all(), PageRequest.first()).items())
                    .isEmpty();
            assertThat(stranger.summary().published()).isZero();
            assertThat(rig.manager().admin().status(job.id()).user()).isEqualTo(EngineRig.USER);
        }
    }

    @Test
    void noMoreJobsRunThanThereAreSlotsAndTheUrgentComeFirst() {
        Gate gate = Gate.shut();
        ScriptedSource source = ScriptedSource.builder()
                .account("a", dev.backfill.testkit.ScriptedAccount.of("k-a", ScriptedFolder.inbox(10)))
                .account("b", dev.backfill.testkit.ScriptedAccount.of("k-b", ScriptedFolder.inbox(10)))
                .account("c", dev.backfill.testkit.ScriptedAccount.of("k-c", ScriptedFolder.inbox(10)))
                .faults(FaultScript.builder().block(At.window(0, 0), gate).build())
                .build();
        EngineConfig config = EngineRig.config().maxConcurrentJobs(1).build();
        EngineRig rig = new EngineRig(source, sink, builder -> builder.config(config));
        try (rig) {
            JobId running = rig.jobs().start(request("a", 5)).id();
            gate.awaitEntered(1);
            JobId later = rig.jobs().start(request("b", 2)).id();
            JobId urgent = rig.jobs().start(request("c", 9)).id();
            assertThat(rig.jobs().status(later).state()).isEqualTo(JobState.QUEUED);
            assertThat(rig.jobs().status(urgent).state()).isEqualTo(JobState.QUEUED);
            gate.open();
            rig.awaitEnd(running);
            rig.awaitEnd(later);
            rig.awaitEnd(urgent);

            List<JobId> started = rig.events().stream()
                    .filter(event -> event instanceof JobEvent.StateChanged change
                            && change.job().state() == JobState.RUNNING)
                    .map(event -> event.job().id())
                    .toList();
            assertThat(started).containsExactly(running, urgent, later);
        }
    }

    private static BackfillRequest request(String account, int priority) {
        return BackfillRequest.builder(ScriptedSource.DEFAULT_ID, account)
                .priority(priority)
                .build();
    }

    @Test
    void aListenerThatThrowsBreaksNothingAndStatesAreHeardInOrder() {
        try (EngineRig rig = rig(FaultScript.NONE)) {
            List<JobState> states = new ArrayList<>();
            rig.manager().addListener(event -> {
                throw new IllegalStateException("a listener's own trouble");
            });
            rig.manager().addListener(event -> {
                if (event instanceof JobEvent.StateChanged change) {
                    states.add(change.job().state());
                }
            });
            rig.run(EngineRig.request().build());
            rig.manager().close();

            assertThat(states).containsExactly(JobState.QUEUED, JobState.RUNNING, JobState.COMPLETED);
        }
    }

    @Test
    void wrongInputIsNamedAndNothingIsQueued() {
        try (EngineRig rig = rig(FaultScript.NONE)) {
            assertThatThrownBy(() -> rig.jobs()
                            .start(BackfillRequest.builder("microsoft", "me").build()))
                    .isInstanceOf(ProviderNotFoundException.class)
                    .hasMessageContaining("backfill-provider-microsoft");
            assertThatThrownBy(() ->
                            rig.jobs().start(EngineRig.request().dailyShare(0.5).build()))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("daily_share");
            assertThat(rig.jobs().list(JobFilter.all(), PageRequest.first()).items())
                    .isEmpty();
        }
    }

    @Test
    void manyAccountsStartInOneCall() {
        try (EngineRig rig = rig(FaultScript.NONE)) {
            BulkResult result = rig.jobs()
                    .startAll(List.of("m1", "m1", " "), EngineRig.request().build());

            assertThat(result.accepted()).hasSize(1);
            assertThat(result.rejected())
                    .extracting(rejection -> rejection.reason().code())
                    .containsExactly("CONFLICT", "INVALID");
            rig.awaitEnd(result.accepted().get(0));
        }
    }

    @Test
    void anEstimateAndTheFoldersAreAskedWithoutAJob() {
        try (EngineRig rig = rig(FaultScript.NONE)) {
            Estimate estimate = rig.jobs().estimate(EngineRig.request().build());

            assertThat(estimate.emails()).isEqualTo(MESSAGES);
            assertThat(estimate.kind()).isEqualTo(CountKind.EXACT);
            assertThat(rig.jobs().folders(ScriptedSource.DEFAULT_ID, "me")).hasSize(1);
            assertThat(rig.jobs().list(JobFilter.all(), PageRequest.first()).items())
                    .isEmpty();
        }
    }

    @Test
    void anEstimateOfTheNewestMailIsOfThatAlone() {
        try (EngineRig rig = rig(FaultScript.NONE)) {
            Estimate all = rig.jobs().estimate(EngineRig.request().build());
            Estimate newest = rig.jobs()
                    .estimate(EngineRig.request().maxEmails(MESSAGES / 2L).build());
            Estimate more = rig.jobs()
                    .estimate(EngineRig.request().maxEmails(MESSAGES + 1L).build());

            assertThat(newest.emails()).isEqualTo(MESSAGES / 2);
            assertThat(newest.calls()).isEqualTo((all.calls() + 1) / 2);
            assertThat(newest.quotaUnits()).isEqualTo((all.quotaUnits() + 1) / 2);
            assertThat(more).isEqualTo(all);
        }
    }

    @Test
    void aClosedManagerSaysSo() {
        EngineRig rig = rig(FaultScript.NONE);
        rig.close();
        rig.manager().close();

        assertThatThrownBy(rig::start)
                .isInstanceOfSatisfying(
                        BackfillException.class,
                        closed -> assertThat(closed.code()).isEqualTo("CLOSED"));
    }
}
