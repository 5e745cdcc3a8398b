package dev.backfill.core.job;

import static java.util.Objects.requireNonNull;

import dev.backfill.api.BackfillAdmin;
import dev.backfill.api.BackfillException;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.JobFilter;
import dev.backfill.api.JobId;
import dev.backfill.api.JobListener;
import dev.backfill.api.JobState;
import dev.backfill.api.Page;
import dev.backfill.api.PageRequest;
import dev.backfill.api.UserId;
import dev.backfill.api.UserJobs;
import dev.backfill.core.log.ErrorText;
import dev.backfill.core.pipeline.RunEnd;
import dev.backfill.core.pipeline.RunScope;
import dev.backfill.core.time.StopToken;
import dev.backfill.spi.JobQueue;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.ScheduleStore;
import dev.backfill.spi.StoreException;
import dev.backfill.spi.TimeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The engine of one instance: admission, runs, and the sweep that finds what was missed. Thread-safe. */
public final class EngineManager implements BackfillManager {
    private static final Logger LOG = LoggerFactory.getLogger(EngineManager.class);

    private final ManagerConfig config;
    private final RunScope scope;
    private final JobQueue queue;
    private final MailboxSessions sessions;
    private final List<Runnable> owned;
    private final JobListeners listeners;
    private final LiveRuns live = new LiveRuns();
    private final JobViews views = new JobViews(live);
    private final StopToken stop = new StopToken();
    private final StopToken closing = new StopToken();
    private final Admission admission;
    private final Upkeep upkeep;
    private final Recurring recurring;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile TimeSource.@Nullable Timer nextSweep;

    /**
     * Puts an engine together; {@link #start} sets it going.
     *
     * @param config how the instance behaves
     * @param scope what all runs share
     * @param queue hands out the jobs
     * @param schedules recurring backfills; null if they cannot be kept
     * @param sessions opens mailboxes
     * @param owned closes what the engine owns, in this order
     */
    public EngineManager(
            ManagerConfig config,
            RunScope scope,
            JobQueue queue,
            @Nullable ScheduleStore schedules,
            MailboxSessions sessions,
            List<Runnable> owned) {
        this.config = config;
        this.scope = scope;
        this.queue = queue;
        this.sessions = sessions;
        this.owned = List.copyOf(owned);
        this.listeners = new JobListeners(config.instanceName());
        this.admission = new Admission(scope.store(), queue, scope.time(), config);
        this.recurring = new Recurring(schedules, scope, views, listeners);
        this.upkeep = new Upkeep(config, scope.store(), scope.time(), admission, live);
    }

    /**
     * Begins to run what is queued. Called once.
     *
     * @param alone true if no other engine uses the store, so that whoever ran its RUNNING jobs is gone
     */
    public void start(boolean alone) {
        List<JobId> left = alone ? running() : List.of();
        JobRunner runner = new JobRunner(config, scope, sessions, live, views, listeners, stop, closing);
        queue.start(
                (id, hold) -> {
                    admission.begun(id);
                    return runner.run(id, hold);
                },
                this::admitSoon);
        left.forEach(queue::offer);
        admit();
        sweepLater();
    }

    @Override
    public UserJobs forUser(UserId user) {
        return new DefaultUserJobs(requireNonNull(user, "user"), this);
    }

    @Override
    public BackfillAdmin admin() {
        return new DefaultBackfillAdmin(this);
    }

    @Override
    public Subscription addListener(JobListener listener) {
        return listeners.add(requireNonNull(listener, "listener"));
    }

    @Override
    public void close() {
        closeAll().forEach(stuck -> LOG.warn("Something could not be closed: {}", ErrorText.withStack(stuck)));
    }

    /**
     * Closes the engine like {@link #close()}, and says what could not be closed; one thing that cannot be must not keep the
     * others open.
     *
     * @return what was thrown meanwhile, in that order; empty when called again
     */
    public List<Throwable> closeAll() {
        if (!closed.compareAndSet(false, true)) {
            return List.of();
        }
        LOG.info("Backfill {} closes", config.instanceName());
        TimeSource.Timer sweep = nextSweep;
        if (sweep != null) {
            sweep.cancel();
        }
        admission.close();
        live.stopAll(new RunEnd.Requeued(null, null));
        List<Runnable> steps =
                new ArrayList<>(List.of(closing::stop, queue::close, () -> listeners.close(scope.time()), stop::stop));
        steps.addAll(owned);
        return Releases.all(steps);
    }

    private List<JobId> running() {
        List<JobId> found = new ArrayList<>();
        String cursor = null;
        do {
            Page<JobRecord> page = scope.store()
                    .list(null, JobFilter.states(JobState.RUNNING), new PageRequest(PageRequest.DEFAULT_LIMIT, cursor));
            page.items().forEach(job -> found.add(job.id()));
            cursor = page.nextCursor();
        } while (cursor != null);
        return found;
    }

    /** A slot is free: the next job need not wait for the sweep. */
    private void admitSoon() {
        try {
            scope.helpers().execute(this::admit);
        } catch (RejectedExecutionException closing) {
            LOG.trace("The engine closes");
        }
    }

    /** Fills free slots; what cannot be done now the next sweep does. */
    void admit() {
        try {
            admission.admit();
        } catch (StoreException down) {
            LOG.warn("No job could be admitted; the next sweep tries again: {}", ErrorText.brief(down));
        }
    }

    private void sweepLater() {
        Executor helpers = scope.helpers();
        nextSweep = scope.time().schedule(config.sweepInterval(), () -> {
            try {
                helpers.execute(this::sweep);
            } catch (RejectedExecutionException busy) {
                if (!closed.get()) {
                    sweepLater();
                }
            }
        });
    }

    /** Looks once at what is wanted of all runs here, and for queued jobs that nobody runs. */
    private void sweep() {
        if (closed.get()) {
            return;
        }
        try {
            // Each by itself: one that fails must not keep the others from their work.
            step(() -> live.obeyAll(scope.store()));
            step(recurring::startDue);
            step(admission::admit);
            step(upkeep::run);
        } finally {
            sweepLater();
        }
    }

    private static void step(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException failed) {
            LOG.warn("A part of a sweep failed; the next one follows: {}", ErrorText.withStack(failed));
        }
    }

    void requireOpen() {
        if (closed.get()) {
            throw new BackfillException("CLOSED", "The backfill manager is closed.");
        }
    }

    ManagerConfig config() {
        return config;
    }

    RunScope scope() {
        return scope;
    }

    /** Recurring backfills; starts nothing where there is no store for them. */
    Recurring recurring() {
        return recurring;
    }

    JobStore store() {
        requireOpen();
        return scope.store();
    }

    MailboxSessions sessions() {
        return sessions;
    }

    LiveRuns live() {
        return live;
    }

    JobViews views() {
        return views;
    }

    JobListeners listeners() {
        return listeners;
    }

    StopToken stop() {
        return stop;
    }
}
