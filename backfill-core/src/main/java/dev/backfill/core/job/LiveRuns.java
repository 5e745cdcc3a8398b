package dev.backfill.core.job;

import dev.backfill.api.JobId;
import dev.backfill.api.UserId;
import dev.backfill.core.pipeline.JobRun;
import dev.backfill.core.pipeline.RunEnd;
import dev.backfill.core.pipeline.RunStatus;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.JobStore.Wanted;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The runs under way on this instance, one a job at the most. Thread-safe. */
final class LiveRuns {
    /** A run, the epoch of its lease, when it began, and whose it is. */
    private record Live(JobRun run, long epoch, long sinceNanos, UserId user) {}

    private final Map<JobId, Live> runs = new ConcurrentHashMap<>();
    private volatile @Nullable RunEnd closing;

    /** Adds a run; the one before of the same job has ended. */
    void add(JobId id, JobRun run, long epoch, long nowNanos, UserId user) {
        runs.put(id, new Live(run, epoch, nowNanos, user));
        RunEnd end = closing;
        if (end != null) {
            run.stop(end);
        }
    }

    /** Tells a run whose lease is over to stop. */
    void supersede(JobId id) {
        Live older = runs.get(id);
        if (older != null) {
            older.run().stop(new RunEnd.Superseded());
        }
    }

    /** True if a run began more than a slice ago. */
    boolean isLongerThan(Duration slice, long nowNanos) {
        return runs.values().stream().anyMatch(live -> nowNanos - live.sinceNanos() >= slice.toNanos());
    }

    /** Asks runs that began more than a slice ago to give up their slots, the longest first. */
    void giveUpSlots(Admission.Demand demand, long nowNanos, Duration slice) {
        Map<UserId, Integer> ofUser = new HashMap<>(demand.ofUser());
        int anybodys = demand.anybodys();
        List<Live> longest = runs.values().stream()
                .filter(live -> nowNanos - live.sinceNanos() >= slice.toNanos())
                .sorted(Comparator.comparingLong(live -> live.sinceNanos() - nowNanos))
                .toList();
        for (Live live : longest) {
            int own = ofUser.getOrDefault(live.user(), 0);
            if (own > 0) {
                ofUser.put(live.user(), own - 1);
            } else if (anybodys > 0) {
                anybodys--;
            } else {
                continue;
            }
            live.run().stop(new RunEnd.Sliced());
        }
    }

    /** Removes this run, and no newer one of the same job. */
    void remove(JobId id, JobRun run) {
        runs.computeIfPresent(id, (key, live) -> live.run().equals(run) ? null : live);
    }

    Set<JobId> ids() {
        return Set.copyOf(runs.keySet());
    }

    @Nullable
    RunStatus status(JobId id) {
        Live live = runs.get(id);
        return live == null ? null : live.run().status();
    }

    /** Asks the store what is wanted of a run, and tells the run. */
    void obey(JobId id, JobStore store) {
        Live live = runs.get(id);
        Wanted wanted = live == null ? null : store.wanted(Set.of(id)).get(id);
        if (live != null && wanted != null) {
            obey(live, wanted);
        }
    }

    /** Asks the store once what is wanted of all runs, and tells them; each also hears that time has passed. */
    void obeyAll(JobStore store) {
        try {
            Map<JobId, Wanted> wanted = store.wanted(ids());
            runs.forEach((id, live) -> {
                Wanted now = wanted.get(id);
                if (now != null) {
                    obey(live, now);
                }
            });
        } finally {
            // A run must see that time passes, above all when the store does not answer.
            runs.values().forEach(live -> live.run().tick());
        }
    }

    /** What becomes of a run that went wrong: while the engine closes, nothing but what becomes of all. */
    RunEnd endOf(RunEnd own) {
        RunEnd end = closing;
        return end == null ? own : end;
    }

    /** Stops all runs, those that begin later too: a job may have been claimed whose mailbox is still being opened. */
    void stopAll(RunEnd reason) {
        closing = reason;
        runs.values().forEach(live -> live.run().stop(reason));
    }

    private static void obey(Live live, Wanted wanted) {
        if (wanted.epoch() != live.epoch()) {
            live.run().stop(new RunEnd.Superseded());
            return;
        }
        switch (wanted.state()) {
            case PAUSE -> live.run().stop(new RunEnd.Paused());
            case CANCEL -> live.run().stop(new RunEnd.Cancelled());
            case RUN -> {
                // As it is.
            }
        }
    }
}
