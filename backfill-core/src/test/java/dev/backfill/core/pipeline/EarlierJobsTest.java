package dev.backfill.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobFilter;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.Mode;
import dev.backfill.api.PageRequest;
import dev.backfill.api.UserId;
import dev.backfill.core.InMemoryJobStore;
import dev.backfill.spi.Baselines;
import dev.backfill.spi.Checkpoint;
import dev.backfill.spi.JobLimits;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobRecord.Phase;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.Lease;
import dev.backfill.spi.Partition;
import dev.backfill.spi.PartitionRecord;
import dev.backfill.spi.Replays;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a run finds of the account's jobs before it, and how often it asks for them. */
class EarlierJobsTest {
    private static final Instant BEGIN = Instant.parse("2026-03-01T10:00:00Z");
    private static final Map<String, String> PINS = Map.of("inbox", "mark");

    private final InMemoryJobStore jobs = new InMemoryJobStore();
    private final List<String> pagesAsked = new ArrayList<>();
    private final JobStore store = (JobStore) Proxy.newProxyInstance(
            JobStore.class.getClassLoader(), new Class<?>[] {JobStore.class}, (proxy, method, arguments) -> {
                if (method.getName().equals("list")) {
                    JobFilter filter = (JobFilter) arguments[1];
                    pagesAsked.add(filter.account() + " " + ((PageRequest) arguments[2]).cursor());
                }
                try {
                    return method.invoke(jobs, arguments);
                } catch (InvocationTargetException thrown) {
                    throw thrown.getCause();
                }
            });
    private int made;

    private JobRecord ended(Mode mode, JobState state, Phase phase, Map<String, String> pins) {
        return ended(mode, state, phase, new Checkpoint(List.of(), pins, List.of()));
    }

    private JobRecord ended(Mode mode, JobState state, Phase phase, Checkpoint left) {
        JobRecord job = fresh(mode);
        store.insert(job);
        Lease lease = store.claim(job.id(), "test", BEGIN.plusSeconds(100_000), JobLimits.NONE)
                .orElseThrow();
        return store.write(
                lease,
                left,
                row -> row.toBuilder()
                        .state(state)
                        .owner(null)
                        .phase(phase)
                        .mailboxKey("mailbox")
                        .build());
    }

    private JobRecord fresh(Mode mode) {
        made++;
        return JobRecord.queued(
                new JobId("job-" + made),
                new AccountRef(UserId.of("u1"), "scripted", "me"),
                BackfillRequest.builder("scripted", "me").mode(mode).build().withDefaults(100, 100),
                BEGIN.plusSeconds(made),
                null);
    }

    private JobRecord whole() {
        return ended(Mode.FULL, JobState.COMPLETED, Phase.DRAINING, PINS);
    }

    private JobRecord endedEarly(Mode mode) {
        return ended(mode, JobState.FAILED, Phase.WALKING, PINS);
    }

    private EarlierJobs search() {
        return EarlierJobs.of(
                fresh(Mode.INCREMENTAL).toBuilder().mailboxKey("mailbox").build(), store);
    }

    private static @Nullable JobId baseline(EarlierJobs found) {
        return found.baseline() == null ? null : found.baseline().job().id();
    }

    private static @Nullable JobId unfinished(EarlierJobs found) {
        return found.unfinished() == null ? null : found.unfinished().job().id();
    }

    @Test
    void bothAreFoundInOnePassOverTheJobs() {
        JobRecord whole = whole();
        endedEarly(Mode.INCREMENTAL);
        JobRecord last = endedEarly(Mode.INCREMENTAL);
        for (int i = 0; i < 110; i++) {
            ended(Mode.INCREMENTAL, JobState.CANCELLED, Phase.NEW, Map.of());
        }

        EarlierJobs found = search();

        assertThat(baseline(found)).isEqualTo(whole.id());
        assertThat(unfinished(found)).isEqualTo(last.id());
        assertThat(pagesAsked).hasSize(3).doesNotHaveDuplicates();
    }

    @Test
    void whatEndedEarlyBeforeTheLastWholeOneIsNotContinued() {
        endedEarly(Mode.INCREMENTAL);
        JobRecord whole = whole();

        assertThat(baseline(search())).isEqualTo(whole.id());
        assertThat(unfinished(search())).isNull();
    }

    @Test
    void aJobOfEverythingThatEndedEarlyIsContinuedOnlyWhereNoneWasWhole() {
        JobRecord early = endedEarly(Mode.FULL);
        assertThat(unfinished(search())).isEqualTo(early.id());
        whole();
        JobRecord incremental = endedEarly(Mode.INCREMENTAL);
        endedEarly(Mode.FULL);

        assertThat(unfinished(search())).isEqualTo(incremental.id());
    }

    /** A whole one that took no marks has heard of all the ones before it told, and says nothing of what came after. */
    @Test
    void behindAWholeOneWithoutMarksNothingIsContinuedAndTheOneBeforeItIsTheBaseline() {
        JobRecord marked = whole();
        endedEarly(Mode.INCREMENTAL);
        ended(Mode.FULL, JobState.COMPLETED, Phase.DRAINING, Map.of());

        assertThat(baseline(search())).isEqualTo(marked.id());
        assertThat(unfinished(search())).isNull();
    }

    /** The store keeps it for as long as no whole one stands in for it, however often runs fail. */
    @Test
    void runsThatFailDoNotHideTheLastWholeOne() {
        JobRecord whole = whole();
        for (int i = 0; i <= Baselines.SEARCHED; i++) {
            endedEarly(Mode.INCREMENTAL);
        }

        assertThat(baseline(search())).isEqualTo(whole.id());
    }

    /** Of stretches that failed as changes the rows may have been read already: their windows are in the plan by themselves. */
    @Test
    void whatTheOneThatEndedEarlyWasToReadAgainIsReadBesidesWhatItFailedOnItself() {
        JobRecord whole = whole();
        JobRecord first = endedEarly(Mode.INCREMENTAL);
        Partition changed = stretch(Rewalk.again("failed:1"));
        List<Partition> open = List.of(
                Replays.all(first.id()),
                changed,
                stretch("failed:2"),
                stretch(Rewalk.again("3")),
                Partition.changes("inbox", "mark"));
        List<PartitionRecord> plan = new ArrayList<>();
        open.forEach(partition -> plan.add(PartitionRecord.fresh(partition, plan.size())));
        ended(Mode.INCREMENTAL, JobState.FAILED, Phase.WALKING, new Checkpoint(plan, PINS, List.of()));

        EarlierJobs found = search();

        assertThat(baseline(found)).isEqualTo(whole.id());
        assertThat(found.failedChanges(store, JobQueries.of(whole.request(), BEGIN, InstantSource.fixed(BEGIN))))
                .containsExactlyInAnyOrder(changed, Replays.changes(first.id()));
    }

    private static Partition stretch(String id) {
        return new Partition(id, Partition.Kind.WINDOW, "inbox", null, BEGIN, null);
    }
}
