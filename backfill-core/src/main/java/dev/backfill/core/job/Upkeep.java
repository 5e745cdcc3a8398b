package dev.backfill.core.job;

import dev.backfill.spi.JobStore;
import dev.backfill.spi.TimeSource;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What each sweep does beside its own work: slots that others wait for, and history that nobody needs. Called by one thread at a time. */
final class Upkeep {
    /** How often old jobs are looked for. */
    static final Duration FORGET_EVERY = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
    private static final int FORGET_AT_ONCE = 200;

    private final ManagerConfig config;
    private final JobStore store;
    private final TimeSource time;
    private final Admission admission;
    private final LiveRuns live;
    private long nextForget;

    Upkeep(ManagerConfig config, JobStore store, TimeSource time, Admission admission, LiveRuns live) {
        this.config = config;
        this.store = store;
        this.time = time;
        this.admission = admission;
        this.live = live;
        this.nextForget = time.nanoTime();
    }

    void run() {
        long now = time.nanoTime();
        if (live.isLongerThan(config.slice(), now)) {
            live.giveUpSlots(admission.demand(), now, config.slice());
        }
        if (now - nextForget >= 0) {
            int forgotten = store.forget(time.instant().minus(config.keepFor()), config.keepJobs(), FORGET_AT_ONCE);
            if (forgotten > 0) {
                LOG.info("{} old jobs were forgotten", forgotten);
            }
            // More may be left: then the next sweep goes on, a piece at a time.
            nextForget = forgotten == FORGET_AT_ONCE ? now : now + FORGET_EVERY.toNanos();
        }
    }
}
