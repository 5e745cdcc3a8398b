package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobEvent;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.UserId;
import dev.backfill.api.UserJobs;
import dev.backfill.core.Backfill;
import dev.backfill.core.BackfillBuilder;
import dev.backfill.core.EngineConfig;
import dev.backfill.core.EngineConfigBuilder;
import dev.backfill.core.InMemoryJobStore;
import dev.backfill.spi.JobStore;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** A whole engine on a scripted provider and a recording sink, whose events a test can wait for. */
final class EngineRig implements AutoCloseable {
    static final UserId USER = UserId.of("u1");
    private static final long PATIENCE_SECONDS = 30;

    final ScriptedSource source;
    final RecordingSink sink;
    final JobStore store;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition heard = lock.newCondition();
    private final List<JobEvent> events = new ArrayList<>();
    private BackfillManager manager;
    private final UnaryOperator<BackfillBuilder> changes;

    EngineRig(ScriptedSource source, RecordingSink sink) {
        this(source, sink, UnaryOperator.identity());
    }

    EngineRig(ScriptedSource source, RecordingSink sink, UnaryOperator<BackfillBuilder> changes) {
        this(source, sink, new InMemoryJobStore(), changes);
    }

    EngineRig(ScriptedSource source, RecordingSink sink, JobStore store, UnaryOperator<BackfillBuilder> changes) {
        this.source = source;
        this.sink = sink;
        this.store = store;
        this.changes = changes;
        this.manager = build();
    }

    static EngineConfigBuilder config() {
        return EngineConfig.builder().instanceName("test");
    }

    private BackfillManager build() {
        BackfillBuilder builder = Backfill.builder()
                .autoDiscovery(false)
                .environment(name -> null)
                .source(source)
                .sink(sink)
                .store(store)
                .accessTokens(account -> () -> "token-of-" + account.user().value())
                .listener(this::hear);
        return changes.apply(builder).build();
    }

    /** Closes the engine and builds another over the same store. */
    void restart() {
        manager.close();
        manager = build();
    }

    BackfillManager manager() {
        return manager;
    }

    UserJobs jobs() {
        return manager.forUser(USER);
    }

    static BackfillRequest.Builder request() {
        return BackfillRequest.builder(ScriptedSource.DEFAULT_ID, "me");
    }

    BackfillJob start() {
        return jobs().start(request().build());
    }

    /** Starts a job and waits for its end. */
    BackfillJob run(BackfillRequest request) {
        return awaitEnd(jobs().start(request).id());
    }

    private void hear(JobEvent event) {
        lock.lock();
        try {
            events.add(event);
            heard.signalAll();
        } finally {
            lock.unlock();
        }
    }

    BackfillJob awaitEnd(JobId id) {
        return await(id, job -> job.state().isTerminal());
    }

    /** For a job of another user. */
    BackfillJob awaitEnd(UserId user, JobId id) {
        return await(user, id, job -> job.state().isTerminal());
    }

    BackfillJob awaitState(JobId id, JobState state) {
        return await(id, job -> job.state() == state);
    }

    /** Waits until the job, as it is stored, passes; looks again at each event. */
    BackfillJob await(JobId id, Predicate<BackfillJob> wanted) {
        return await(USER, id, wanted);
    }

    private BackfillJob await(UserId user, JobId id, Predicate<BackfillJob> wanted) {
        UserJobs jobs = manager.forUser(user);
        long deadline = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        lock.lock();
        try {
            BackfillJob job = jobs.status(id);
            while (!wanted.test(job)) {
                if (deadline <= 0) {
                    throw new AssertionError("waited too long; the job is " + job);
                }
                deadline = heard.awaitNanos(deadline);
                job = jobs.status(id);
            }
            return job;
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        } finally {
            lock.unlock();
        }
    }

    List<JobEvent> events() {
        lock.lock();
        try {
            return List.copyOf(events);
        } finally {
            lock.unlock();
        }
    }

    /** What must hold after every test, whatever happened. */
    void checkInvariants(JobId id) {
        BackfillJob job = jobs().status(id);
        if (job.state() == JobState.COMPLETED) {
            assertThat(job.progress().processed()).isEqualTo(job.progress().listed());
        }
        assertThat(sink.misuses()).isEmpty();
    }

    @Override
    public void close() {
        manager.close();
        assertThat(source.log().open()).as("mailboxes left open").isZero();
        assertThat(sink.misuses()).isEmpty();
    }
}
