package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobEvent;
import dev.backfill.api.JobFilter;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.UserId;
import dev.backfill.core.InMemoryJobStore;
import dev.backfill.core.Sharing;
import dev.backfill.spi.JobStore;
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
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Few slots, many jobs: giants give way, users take turns, limits hold. */
class SharingTest {
    private static final int GIANT = 2_000;
    private static final Duration SLICE = Duration.ofMillis(100);

    private static final int SLOTS = 5;

    private final RecordingSink sink = new RecordingSink();
    private final JobStore store = new InMemoryJobStore();
    private final AtomicLong most = new AtomicLong();
    private final AtomicLong mostOfUser = new AtomicLong();

    private EngineRig rig(FaultScript faults, int slots, Sharing sharing) {
        ScriptedSource source = ScriptedSource.builder()
                .account("giant", ScriptedAccount.of("giant", ScriptedFolder.inbox(GIANT)))
                .account("giant-2", ScriptedAccount.of("giant-2", ScriptedFolder.inbox(GIANT)))
                .account("small-1", ScriptedAccount.of("small-1", ScriptedFolder.inbox(10)))
                .account("small-2", ScriptedAccount.of("small-2", ScriptedFolder.inbox(10)))
                .account("small-3", ScriptedAccount.of("small-3", ScriptedFolder.inbox(10)))
                .windowMessages(250)
                .faults(faults)
                .onRequest(operation -> countRunning())
                .build();
        return new EngineRig(
                source,
                sink,
                store,
                builder -> builder.config(EngineRig.config()
                        .maxConcurrentJobs(slots)
                        .sweepInterval(Duration.ofMillis(20))
                        .sharing(sharing)
                        .build()));
    }

    private void countRunning() {
        most.accumulateAndGet(running(null), Math::max);
        mostOfUser.accumulateAndGet(running(EngineRig.USER), Math::max);
    }

    private long running(@Nullable UserId user) {
        return store.summary(user, JobFilter.states(JobState.RUNNING)).jobs().getOrDefault(JobState.RUNNING, 0L);
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
            assertThat(rig.awaitEnd(other, third).state()).isEqualTo(JobState.COMPLETED);
            assertThat(most.get()).as("jobs of both that ran at once").isEqualTo(2);
            assertThat(mostOfUser.get()).as("jobs of the user that ran at once").isEqualTo(1);
        }
    }

    /** Who waits for a limit of its user's gets a slot of its user's: another's would come straight back. */
    @Test
    void aLongRunKeepsItsSlotWhileOnlyOthersWaitForTheirOwnLimit() {
        Gate gate = Gate.shut();
        FaultScript faults = FaultScript.builder().block(At.window(5, 1), gate).build();
        UserId other = UserId.of("u2");
        try (EngineRig rig = rig(faults, 4, new Sharing(1, 2, Duration.ofMillis(100)))) {
            JobId longest = start(rig, EngineRig.USER, "giant");
            gate.awaitEntered(1);
            JobId sliced = start(rig, other, "giant-2");
            gate.awaitEntered(2);

            JobId small = start(rig, other, "small-1");

            assertThat(rig.awaitEnd(other, small).state()).isEqualTo(JobState.COMPLETED);
            assertThat(store.find(longest).orElseThrow().epoch())
                    .as("runs of who was not in the way")
                    .isEqualTo(1);
            gate.open();
            rig.awaitEnd(longest);
            rig.awaitEnd(other, sliced);
            assertThat(sink.duplicates()).isZero();
        }
    }

    /**
     * Small mailboxes need no more of the time than alone, but for the giants' first slice: no giant begins another one while a
     * small one waits.
     */
    @Test
    void aHundredSmallMailboxesDoNotWaitForFiveGiants() {
        ScriptedSource.Builder source = ScriptedSource.builder().windowMessages(250);
        List<String> giants = accounts(source, "giant-", SLOTS, 100_000);
        List<String> warmUp = accounts(source, "early-", 100, 20);
        List<String> first = accounts(source, "first-", 100, 20);
        List<String> smalls = accounts(source, "small-", 100, 20);
        Sharing sharing = new Sharing(Sharing.MAX_JOBS, Sharing.MAX_JOBS, SLICE);
        try (EngineRig rig = new EngineRig(
                source.build(),
                new RecordingSink().countsOnly(),
                builder -> builder.config(EngineRig.config()
                        .maxConcurrentJobs(SLOTS)
                        .sweepInterval(Duration.ofMillis(20))
                        .sharing(sharing)
                        .build()))) {
            BackfillRequest request = EngineRig.request().rateLimit(1_000).build();
            // Whatever is slow the first time is slow before they are timed.
            runAll(rig, warmUp, request);
            long alone = nanosFor(() -> runAll(rig, first, request));
            List<JobId> big = rig.jobs().startAll(giants, request).accepted();
            big.forEach(id -> rig.awaitState(id, JobState.RUNNING));
            List<JobId> little = new ArrayList<>();
            long beside = nanosFor(() -> little.addAll(runAll(rig, smalls, request)));
            System.out.println("SharingTest: 100 small mailboxes on " + SLOTS + " slots took " + alone / 1_000_000
                    + " ms alone and " + beside / 1_000_000 + " ms beside " + big.size() + " giants");

            assertThat(big)
                    .as("giants")
                    .noneMatch(id -> rig.jobs().status(id).state().isTerminal());
            List<JobId> begun = begun(rig.events()).stream()
                    .filter(id -> big.contains(id) || little.contains(id))
                    .toList();
            assertThat(begun.subList(0, SLOTS)).containsExactlyInAnyOrderElementsOf(big);
            List<JobId> then = begun.subList(SLOTS, begun.size());
            int again = (int) then.stream().takeWhile(id -> !big.contains(id)).count();
            // Who was given a slot in the same moment may say so later.
            assertThat(again)
                    .as("small ones that began before a giant began again")
                    .isGreaterThan(little.size() - SLOTS);
            big.forEach(id -> rig.jobs().cancel(id));
        }
    }

    private static List<JobId> runAll(EngineRig rig, List<String> accounts, BackfillRequest request) {
        List<JobId> jobs = rig.jobs().startAll(accounts, request).accepted();
        jobs.forEach(id -> assertThat(rig.awaitEnd(id).state()).isEqualTo(JobState.COMPLETED));
        return jobs;
    }

    private static long nanosFor(Runnable work) {
        long before = System.nanoTime();
        work.run();
        return System.nanoTime() - before;
    }

    private static List<String> accounts(ScriptedSource.Builder source, String name, int count, int messages) {
        List<String> accounts =
                IntStream.range(0, count).mapToObj(i -> name + i).toList();
        accounts.forEach(
                account -> source.account(account, ScriptedAccount.of(account, ScriptedFolder.inbox(messages))));
        return accounts;
    }

    /** Which job began a run, in order. */
    private static List<JobId> begun(List<JobEvent> events) {
        return events.stream()
                .filter(event -> event instanceof JobEvent.StateChanged change
                        && change.job().state() == JobState.RUNNING)
                .map(event -> event.job().id())
                .toList();
    }
}
