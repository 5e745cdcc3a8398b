package dev.backfill.core.throttle;

import dev.backfill.core.time.Monitor;
import dev.backfill.core.time.StopToken;
import dev.backfill.spi.Outcome;
import dev.backfill.spi.SourceException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Many requests side by side. The caller's thread works through them itself, and others help it while the mailbox has room for
 * more at once; a helper that comes late finds nothing left. So no pool is too small, no thread waits for another to start,
 * and nobody is parked who could not send. Thread-safe.
 *
 * @param <T> what a request gives
 */
final class Batch<T extends @Nullable Object> {
    private static final Logger LOG = LoggerFactory.getLogger(Batch.class);
    /** Once a process: there are thousands of batches. */
    private static final AtomicBoolean WARNED = new AtomicBoolean();

    private final List<Supplier<Outcome<T>>> requests;
    private final Executor helpers;
    private final IntSupplier concurrency;

    private final Monitor monitor = new Monitor();
    // All guarded by the monitor
    private final List<@Nullable Outcome<T>> outcomes;
    private int next;
    private int missing;
    private int workers = 1;
    private @Nullable SourceException end;
    private @Nullable Throwable defect;

    /**
     * @param requests each sends what it has to send through the gate and says how that ended
     * @param helpers threads that may help
     * @param concurrency how many may be under way at once, asked again and again
     */
    Batch(List<Supplier<Outcome<T>>> requests, Executor helpers, IntSupplier concurrency) {
        this.requests = List.copyOf(requests);
        this.helpers = helpers;
        this.concurrency = concurrency;
        this.missing = this.requests.size();
        this.outcomes = new ArrayList<>();
        for (int i = 0; i < missing; i++) {
            outcomes.add(null);
        }
    }

    /** Sends all and waits for all; for nothing more once stopped. */
    List<Outcome<T>> run(StopToken stop) {
        work();
        boolean complete = Stopped.unlessInterrupted(() -> monitor.await(() -> missing == 0 || defect != null, stop));
        Throwable thrown = monitor.read(() -> defect);
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
        SourceException ended = monitor.read(() -> end);
        if (!complete || (ended != null && ended.kind() == SourceException.Kind.STOPPED)) {
            throw ended == null ? Stopped.exception() : ended;
        }
        return monitor.read(this::all);
    }

    private List<Outcome<T>> all() {
        List<Outcome<T>> all = new ArrayList<>(outcomes.size());
        for (Outcome<T> outcome : outcomes) {
            if (outcome != null) {
                all.add(outcome);
            }
        }
        return all;
    }

    private void work() {
        for (int index = claim(); index >= 0; index = claim()) {
            callHelp();
            try {
                Outcome<T> outcome = requests.get(index).get();
                finish(
                        index,
                        outcome,
                        outcome instanceof Outcome.Failure<T> failure
                                        && failure.error().endsBatch()
                                ? failure.error()
                                : null);
            } catch (RuntimeException | Error e) {
                fail(e);
            }
        }
        monitor.change(() -> workers--);
    }

    /** The next request to send; -1 when there is none. Once the batch has ended early the rest fails with the same error. */
    private int claim() {
        return monitor.read(() -> {
            if (end != null) {
                failRest(end);
            }
            return next < requests.size() ? next++ : -1;
        });
    }

    private void failRest(SourceException error) {
        while (next < requests.size()) {
            outcomes.set(next++, new Outcome.Failure<>(error));
            missing--;
        }
    }

    private void callHelp() {
        while (hire()) {
            try {
                helpers.execute(this::work);
            } catch (RuntimeException | Error none) {
                // A pool that is full or closing, a machine without another thread: those who work already are enough.
                if (!(none instanceof RejectedExecutionException) && !WARNED.getAndSet(true)) {
                    LOG.warn(
                            "No thread to send requests side by side ({}): they are sent by fewer",
                            none.getClass().getName());
                }
                monitor.change(() -> workers--);
                return;
            }
        }
    }

    private boolean hire() {
        int most = concurrency.getAsInt();
        return monitor.read(() -> {
            boolean useful = next < requests.size() && workers < most && end == null;
            if (useful) {
                workers++;
            }
            return useful;
        });
    }

    private void finish(int index, Outcome<T> outcome, @Nullable SourceException ends) {
        monitor.change(() -> {
            outcomes.set(index, outcome);
            missing--;
            if (ends != null && end == null) {
                end = ends;
                failRest(ends);
            }
        });
    }

    private void fail(Throwable thrown) {
        monitor.change(() -> {
            if (defect == null) {
                defect = thrown;
            }
            next = requests.size();
        });
    }
}
