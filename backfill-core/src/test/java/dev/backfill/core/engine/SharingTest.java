package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobFilter;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.UserId;
import dev.backfill.core.Sharing;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.Gate;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedAccount;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Few slots, many jobs: giants give way, users take turns, limits hold. */
class SharingTest {
    private static final int GIANT = 2_000;
    private static final Duration SLICE = Duration.ofMillis(100);

    /** What small mailboxes keep of their pace beside giants, at the least; all of it is fair, once the first slice is over. */
    private static final double LEAST_SHARE = 1.0 / 3;

    /** The best of so many counts: a machine that is busy with something else slows one or the other down. */
    private static final int MEASURED = 3;

    private final RecordingSink sink = new RecordingSink();

    private EngineRig rig(FaultScript faults, int slots, Sharing sharing) {
        ScriptedSource source = ScriptedSource.builder()
                .account("giant", ScriptedAccount.of("giant", ScriptedFolder.inbox(GIANT)))
                .account("small-1", ScriptedAccount.of("small-1", ScriptedFolder.inbox(10)))
                .account("small-2", ScriptedAccount.of("small-2", ScriptedFolder.inbox(10)))
                .account("small-3", ScriptedAccount.of("small-3", ScriptedFolder.inbox(10)))
                .windowMessages(250)
                .faults(faults)
                .build();
        return new EngineRig(
                source,
                sink,
                builder -> builder.config(EngineRig.config()
                        .maxConcurrentJobs(slots)
                        .sweepInterval(Duration.ofMillis(20))
                        .sharing(sharing)
                        .build()));
    }

    private static JobId start(EngineRig rig, UserId user, String account) {
        return rig.manager()
                .forUser(user)
                .start(EngineRig.request().account(account).build())
                .id();
    }

    /** Whether another waits for a slot of this instance, for one of its user's, or for one of the cluster's. */
    @ParameterizedTest
    @CsvSource({"1, 1000, 1000", "4, 1, 1000", "4, 1000, 1"})
    void aGiantGivesUpItsSlotWhileAnotherWaitsAndGoesOnAfterwards(int slots, int perUser, int perCluster) {
        Gate gate = Gate.shut();
        FaultScript faults = FaultScript.builder().block(At.window(5, 1), gate).build();
        Sharing sharing = new Sharing(perUser, perCluster, Duration.ofMillis(100));
        try (EngineRig rig = rig(faults, slots, sharing)) {
            JobId giant = start(rig, EngineRig.USER, "giant");
            gate.awaitEntered(1);
            long before = rig.jobs().status(giant).progress().published();

            JobId small = start(rig, EngineRig.USER, "small-1");

            assertThat(rig.awaitEnd(small).state()).isEqualTo(JobState.COMPLETED);
            assertThat(rig.jobs().status(giant).state()).isIn(JobState.QUEUED, JobState.RUNNING);
            assertThat(rig.jobs().status(giant).progress().published()).isGreaterThanOrEqualTo(before);
            gate.open();
            BackfillJob end = rig.awaitEnd(giant);
            assertThat(end.state()).isEqualTo(JobState.COMPLETED);
            assertThat(end.progress().published()).isEqualTo(GIANT);
            assertThat(sink.duplicates()).isZero();
        }
    }

    @Test
    void aGiantKeepsItsSlotWhileNobodyWaits() {
        Gate gate = Gate.shut();
        FaultScript faults = FaultScript.builder().block(At.window(5, 1), gate).build();
        Sharing sharing = new Sharing(Sharing.MAX_JOBS, Sharing.MAX_JOBS, Duration.ofMillis(100));
        try (EngineRig rig = rig(faults, 5, sharing)) {
            JobId giant = start(rig, EngineRig.USER, "giant");
            gate.awaitEntered(1);
            for (String small : List.of("small-1", "small-2", "small-3")) {
                rig.awaitEnd(start(rig, EngineRig.USER, small));
            }
            gate.open();
            rig.awaitEnd(giant);
            assertThat(rig.store.find(giant).orElseThrow().epoch()).isEqualTo(1);
        }
    }

    @Test
    void aUserHasNoMoreJobsRunningThanTheLimit() {
        Gate gate = Gate.shut();
        FaultScript faults = FaultScript.builder().block(At.window(0, 0), gate).build();
        UserId other = UserId.of("u2");
        try (EngineRig rig = rig(faults, 4, new Sharing(1, 2, Duration.ofMinutes(1)))) {
            JobId first = start(rig, EngineRig.USER, "small-1");
            gate.awaitEntered(1);
            JobId second = start(rig, EngineRig.USER, "small-2");
            JobId third = start(rig, other, "small-3");
            gate.awaitEntered(2);

            assertThat(rig.jobs().status(second).state()).isEqualTo(JobState.QUEUED);
            assertThat(rig.manager().admin().summary(JobFilter.all()).jobs()).containsEntry(JobState.RUNNING, 2L);
            gate.open();
            for (JobId job : List.of(first, second)) {
                assertThat(rig.awaitEnd(job).state()).isEqualTo(JobState.COMPLETED);
            }
            assertThat(rig.manager().forUser(other).status(third)).isNotNull();
        }
    }

    /** Runs all smalls, beside giants or alone, and tells what the giants had published when the last small ended. */
    private long[] smallsBeside(int giants) {
        int smalls = 100;
        ScriptedSource.Builder source = ScriptedSource.builder().windowMessages(250);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < giants; i++) {
            names.add("giant-" + i);
            source.account("giant-" + i, ScriptedAccount.of("giant-" + i, ScriptedFolder.inbox(100_000)));
        }
        for (int i = 0; i < smalls; i++) {
            names.add("small-" + i);
            source.account("small-" + i, ScriptedAccount.of("small-" + i, ScriptedFolder.inbox(20)));
        }
        Sharing sharing = new Sharing(Sharing.MAX_JOBS, Sharing.MAX_JOBS, SLICE);
        try (EngineRig rig = new EngineRig(
                source.build(),
                new RecordingSink().countsOnly(),
                builder -> builder.config(EngineRig.config()
                        .maxConcurrentJobs(5)
                        .sweepInterval(Duration.ofMillis(20))
                        .sharing(sharing)
                        .build()))) {
            BackfillRequest request = EngineRig.request().rateLimit(1_000).build();
            List<JobId> big = names.subList(0, giants).isEmpty()
                    ? List.of()
                    : rig.jobs().startAll(names.subList(0, giants), request).accepted();
            big.forEach(id -> rig.awaitState(id, JobState.RUNNING));
            long begin = System.nanoTime();
            List<JobId> little = rig.jobs()
                    .startAll(names.subList(giants, names.size()), request)
                    .accepted();
            little.forEach(id -> assertThat(rig.awaitEnd(id).state()).isEqualTo(JobState.COMPLETED));
            long millis = Duration.ofNanos(System.nanoTime() - begin).toMillis();
            long finished = big.stream()
                    .filter(id -> rig.jobs().status(id).state().isTerminal())
                    .count();
            big.forEach(id -> rig.jobs().cancel(id));
            return new long[] {millis, finished};
        }
    }

    @Test
    void aHundredSmallMailboxesDoNotWaitForFiveGiants() {
        double best = 0;
        for (int round = 0; round < MEASURED && best < LEAST_SHARE; round++) {
            long[] alone = smallsBeside(0);
            long[] beside = smallsBeside(5);
            System.out.println(
                    "100 small mailboxes on 5 slots: " + alone[0] + " ms alone, " + beside[0] + " ms beside 5 giants");
            assertThat(beside[1])
                    .as("giants that ended before the last small one")
                    .isZero();
            best = Math.max(best, (double) alone[0] / Math.max(1, beside[0] - SLICE.toMillis()));
        }
        assertThat(best).as("pace beside giants, as a share of the pace alone").isGreaterThanOrEqualTo(LEAST_SHARE);
    }
}
