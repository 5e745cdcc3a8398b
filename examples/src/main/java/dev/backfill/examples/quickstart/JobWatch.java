package dev.backfill.examples.quickstart;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.JobId;
import dev.backfill.api.UserJobs;
import dev.backfill.spi.StoreException;
import java.io.PrintStream;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Looks at jobs and draws them until all have ended. A store that is away for a while is waited for, as the engine does: the
 * jobs go on when it is back. Not thread-safe.
 */
final class JobWatch {
    private static final long REDRAW_MILLIS = 500;

    /** How many looks in a row may find the store away: a minute when it refuses at once, six when it keeps silent. */
    private static final int PATIENCE = 120;

    private final UserJobs jobs;
    private final JobDisplay display;
    private final PrintStream err;
    private final HeapPeak heap;
    private int away;

    JobWatch(UserJobs jobs, JobDisplay display, PrintStream err, HeapPeak heap) {
        this.jobs = jobs;
        this.display = display;
        this.err = err;
        this.heap = heap;
    }

    /**
     * Waits for the end of all jobs.
     *
     * @param ended given a permit when a job has ended
     * @return the jobs as they ended, in the order of the ids
     * @throws StoreException if the store stays away
     */
    List<BackfillJob> untilAllEnded(Collection<JobId> ids, Semaphore ended) throws InterruptedException {
        while (true) {
            List<BackfillJob> now = look(ids);
            if (!now.isEmpty()) {
                if (now.stream().allMatch(job -> job.state().isTerminal())) {
                    display.drawLast(now);
                    return now;
                }
                display.draw(now);
            }
            heap.sample();
            // Woken by the end of a job, else by the time for the next picture.
            if (ended.tryAcquire(REDRAW_MILLIS, TimeUnit.MILLISECONDS)) {
                ended.drainPermits();
            }
        }
    }

    /** Empty while the store is away. */
    private List<BackfillJob> look(Collection<JobId> ids) {
        try {
            List<BackfillJob> now = ids.stream().map(jobs::status).toList();
            away = 0;
            return now;
        } catch (StoreException silent) {
            away++;
            if (away > PATIENCE) {
                throw silent;
            }
            if (away == 1) {
                err.println("quickstart: --store: the store does not answer; the jobs go on when it is back");
            }
            return List.of();
        }
    }
}
