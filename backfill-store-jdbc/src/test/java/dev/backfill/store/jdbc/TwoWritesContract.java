package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobFilter;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.PageRequest;
import dev.backfill.api.UserId;
import dev.backfill.core.Sharing;
import dev.backfill.spi.JobRecord;
import dev.backfill.store.jdbc.MortalEngines.Mortal;
import dev.backfill.store.jdbc.MortalPersistence.Died;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.Gate;
import dev.backfill.testkit.ScriptedAccount;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Store and queue are two writes, and an instance may die between them, in either order: just after a write of the store, or when
 * the queue's is there and the store's is not, none of its words reaches the database any more. Another instance brings each job
 * to its end.
 */
abstract class TwoWritesContract {
    private static final int MESSAGES = 1_000;
    private static final int BATCH = 10;

    /** What README.md says that a kill may double: partitions at once, pages of each that wait, messages a page. */
    private static final int WINDOW = 4 * 4 * BATCH;

    private static final UserId USER = StoreEngines.USER;

    private MortalEngines engines;

    /** Makes the engines of one test, over a store that is empty. */
    abstract MortalEngines engines();

    @BeforeEach
    void open() {
        engines = engines();
    }

    @AfterEach
    void close() {
        engines.close();
    }

    private static ScriptedSource mailbox(FaultScript faults) {
        return ScriptedSource.builder()
                .account("me", ScriptedAccount.of("mine", ScriptedFolder.inbox(MESSAGES)))
                .account("other", ScriptedAccount.of("another", ScriptedFolder.inbox(0)))
                .windowMessages(250)
                .faults(faults)
                .build();
    }

    private static ScriptedSource mailbox() {
        return mailbox(FaultScript.builder().build());
    }

    /** Stops where a job is at work, until the gate opens. */
    private static ScriptedSource stoppingAt(Gate gate) {
        return mailbox(FaultScript.builder().block(At.window(2, 1), gate).build());
    }

    private Mortal first(ScriptedSource source) {
        return engines.mortal("first", source, config -> config);
    }

    private static JobId started(Mortal mortal) {
        return mortal.manager().forUser(USER).start(request()).id();
    }

    private static BackfillRequest request(String account) {
        return BackfillRequest.builder(ScriptedSource.DEFAULT_ID, account)
                .batchSize(BATCH)
                .rateLimit(1_000)
                .build();
    }

    private static BackfillRequest request() {
        return request("me");
    }

    private static void awaitState(BackfillManager manager, JobId id, JobState state) {
        Until.is(id + " to be " + state, () -> manager.forUser(USER).status(id).state() == state);
    }

    private void assertComplete(BackfillManager manager, JobId id) {
        awaitState(manager, id, JobState.COMPLETED);
        assertThat(manager.forUser(USER).status(id).progress().published()).isEqualTo(MESSAGES);
        assertThat(engines.sink().distinct()).isEqualTo(MESSAGES);
        assertThat(engines.sink().misuses()).isEmpty();
        assertThat(engines.sink().duplicates())
                .as("messages twice after %d deaths", engines.deaths())
                .isLessThanOrEqualTo(engines.deaths() * WINDOW);
        assertThat(engines.mailboxes().most("me")).as("runs at once").isEqualTo(1);
        List<Long> epochs = engines.epochs(id);
        assertThat(epochs)
                .as("each claim adds one, whoever made it")
                .isEqualTo(LongStream.rangeClosed(1, epochs.size()).boxed().toList());
        assertThat(new JdbcJobStore(engines.beside()).find(id).orElseThrow().epoch())
                .isEqualTo(epochs.size());
    }

    private static boolean isJob(Object result, JobState state) {
        return result instanceof JobRecord job && job.state() == state;
    }

    @Test
    void aJobThatWasStoredAndNotOffered() {
        Mortal first = first(mailbox());
        first.death().after((method, result) -> method.equals("insert"));
        assertThatThrownBy(() -> first.manager().forUser(USER).start(request())).isInstanceOf(Died.class);
        BackfillManager second = engines.next(first, "second", mailbox());
        Until.is("the job to be there", () -> !jobs(second).isEmpty());
        assertComplete(second, jobs(second).get(0));
    }

    @Test
    void aJobThatWasClaimedAndNotBegun() {
        Mortal first = first(mailbox());
        first.death().after((method, result) -> method.equals("claim"));
        JobId id = started(first);
        first.awaitDeath();
        assertComplete(engines.next(first, "second", mailbox()), id);
    }

    @Test
    void aJobThatWasCompletedAndNotTakenFromTheQueue() {
        Mortal first = first(mailbox());
        first.death().after((method, result) -> isJob(result, JobState.COMPLETED));
        JobId id = started(first);
        first.awaitDeath();
        ScriptedSource untouched = mailbox();
        BackfillManager second = engines.next(first, "second", untouched);
        assertComplete(second, id);
        QueueTables tables = QueueTables.of(engines.beside());
        Until.is("the execution to go", () -> tables.version(id).isEmpty());
        assertThat(untouched.log().everOpened()).as("nobody ran it again").isZero();
    }

    @Test
    void aPauseThatWasStoredAndNotObeyedAndAResumeThatWasStoredAndNotOffered() {
        Gate gate = Gate.shut();
        Mortal first = first(stoppingAt(gate));
        JobId id = started(first);
        gate.awaitEntered(1);
        first.death().after((method, result) -> method.equals("update"));
        assertThatThrownBy(() -> first.manager().forUser(USER).pause(id)).isInstanceOf(Died.class);
        BackfillManager second = engines.next(first, "second", mailbox());
        awaitState(second, id, JobState.PAUSED);
        gate.open();

        second.close();
        Mortal third = engines.mortal("third", mailbox(), config -> config);
        third.death().after((method, result) -> isJob(result, JobState.QUEUED));
        assertThatThrownBy(() -> third.manager().forUser(USER).resume(id)).isInstanceOf(Died.class);
        assertComplete(engines.next(third, "fourth", mailbox()), id);
    }

    /** As when a job is parked. */
    @Test
    void aRunThatGaveItsSlotUpAndWasNotTakenFromTheQueue() {
        Gate gate = Gate.shut();
        Mortal first = first(stoppingAt(gate));
        JobId id = started(first);
        gate.awaitEntered(1);
        first.death().after((method, result) -> method.equals("write") && isJob(result, JobState.QUEUED));
        first.manager().close();
        gate.open();
        first.awaitDeath();
        assertComplete(engines.next(first, "second", mailbox()), id);
    }

    /** With the end of the slice stored or not. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSliceThatEndedAndWhoseJobWasNotTakenFromTheQueue(boolean stored) {
        Gate gate = Gate.shut();
        ScriptedSource source = stoppingAt(gate);
        Mortal first = engines.mortal(
                "first",
                source,
                config -> config.maxConcurrentJobs(1).sharing(new Sharing(100, 100, Duration.ofMillis(100))));
        JobId sliced = started(first);
        gate.awaitEntered(1);
        BiPredicate<String, Object> sliceEnds = (method, row) -> method.equals("write") && isJob(row, JobState.QUEUED);
        if (stored) {
            first.death().after(sliceEnds);
        } else {
            first.death().before(sliceEnds);
        }
        JobId waiting = first.manager().forUser(USER).start(request("other")).id();
        first.awaitDeath();
        BackfillManager second = engines.next(first, "second", mailbox());
        awaitState(second, waiting, JobState.COMPLETED);
        assertComplete(second, sliced);
    }

    @Test
    void aJobThatWasNotStored() {
        Mortal first = first(mailbox());
        first.death().before((method, stored) -> method.equals("insert"));
        assertThatThrownBy(() -> first.manager().forUser(USER).start(request())).isInstanceOf(Died.class);
        BackfillManager second = engines.next(first, "second", mailbox());
        assertThat(jobs(second)).isEmpty();
        assertComplete(second, second.forUser(USER).start(request()).id());
    }

    @Test
    void aJobThatWasTakenFromTheQueueAndNotClaimed() {
        Mortal first = first(mailbox());
        first.death().before((method, stored) -> method.equals("claim"));
        JobId id = started(first);
        first.awaitDeath();
        assertComplete(engines.next(first, "second", mailbox()), id);
    }

    @Test
    void aJobThatWasReadToItsEndAndNotStoredAsCompleted() {
        Mortal first = first(mailbox());
        first.death().before((method, stored) -> isJob(stored, JobState.COMPLETED));
        JobId id = started(first);
        first.awaitDeath();
        assertThat(engines.sink().distinct()).isEqualTo(MESSAGES);
        assertComplete(engines.next(first, "second", mailbox()), id);
    }

    /** With the pause stored as done or not, nobody publishes more, and a resume goes on. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRunThatStoppedForAPauseAndWasNotTakenFromTheQueue(boolean stored) {
        Gate gate = Gate.shut();
        Mortal first = first(stoppingAt(gate));
        JobId id = started(first);
        gate.awaitEntered(1);
        BiPredicate<String, Object> paused = (method, job) -> method.equals("write") && isJob(job, JobState.PAUSED);
        if (stored) {
            first.death().after(paused);
        } else {
            first.death().before(paused);
        }
        first.manager().forUser(USER).pause(id);
        first.awaitDeath();
        gate.open();
        ScriptedSource untouched = mailbox();
        BackfillManager second = engines.next(first, "second", untouched);
        awaitState(second, id, JobState.PAUSED);
        QueueTables tables = QueueTables.of(engines.beside());
        Until.is("the execution to go", () -> tables.version(id).isEmpty());
        assertThat(untouched.log().everOpened()).as("nobody ran it").isZero();
        second.forUser(USER).resume(id);
        assertComplete(second, id);
    }

    @Test
    void aResumeThatWasNotStored() {
        Gate gate = Gate.shut();
        Mortal first = first(stoppingAt(gate));
        JobId id = started(first);
        gate.awaitEntered(1);
        first.manager().forUser(USER).pause(id);
        awaitState(first.manager(), id, JobState.PAUSED);
        gate.open();
        first.death().before((method, stored) -> isJob(stored, JobState.QUEUED));
        assertThatThrownBy(() -> first.manager().forUser(USER).resume(id)).isInstanceOf(Died.class);
        BackfillManager second = engines.next(first, "second", mailbox());
        assertThat(second.forUser(USER).status(id).state()).isEqualTo(JobState.PAUSED);
        second.forUser(USER).resume(id);
        assertComplete(second, id);
    }

    /** As when a slice ends, a job is parked, or its instance closes. */
    @Test
    void aRunThatEndedAndDidNotGiveItsSlotUp() {
        Gate gate = Gate.shut();
        Mortal first = first(stoppingAt(gate));
        JobId id = started(first);
        gate.awaitEntered(1);
        first.death().before((method, stored) -> method.equals("write") && isJob(stored, JobState.QUEUED));
        first.manager().close();
        gate.open();
        first.awaitDeath();
        assertComplete(engines.next(first, "second", mailbox()), id);
    }

    private static List<JobId> jobs(BackfillManager manager) {
        List<JobId> ids = new ArrayList<>();
        manager.forUser(USER)
                .list(JobFilter.all(), PageRequest.first(10))
                .items()
                .forEach(job -> ids.add(job.id()));
        return ids;
    }
}
