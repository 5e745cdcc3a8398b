package dev.backfill.benchmarks;

import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** How a counter grew, looked at again and again. Not thread-safe. */
final class Samples {
    private static final double TAIL = 0.97;

    private final TimeSource time;
    private final LongSupplier counter;
    private final List<Sample> samples = new ArrayList<>();

    private record Sample(long nanos, long count) {}

    Samples(TimeSource time, LongSupplier counter) {
        this.time = time;
        this.counter = counter;
    }

    /** Looks at the counter. */
    void take() {
        samples.add(new Sample(time.nanoTime(), counter.getAsLong()));
    }

    /**
     * How fast the counter grew, a second, from the end of the first window on: the first holds a burst that a later one cannot
     * repeat. What comes last is not counted, when hardly anything is left to do side by side; and whole windows are, where there
     * is one, since room comes back as it was spent.
     *
     * @param window the quota's window
     */
    double rate(Duration window) {
        take();
        long last = samples.get(samples.size() - 1).count();
        long begin = first(sample -> sample.count() > 0).nanos();
        Sample from = first(sample -> sample.nanos() >= begin + window.toNanos());
        long end = first(sample -> sample.count() >= TAIL * last).nanos();
        long windows = (end - from.nanos()) / window.toNanos();
        long until = windows == 0 ? end : from.nanos() + windows * window.toNanos();
        Sample to = first(sample -> sample.nanos() >= until);
        if (to.nanos() <= from.nanos()) {
            throw new IllegalStateException("the run was too short to be measured");
        }
        return (to.count() - from.count()) / ((to.nanos() - from.nanos()) / 1e9);
    }

    private Sample first(Predicate<Sample> which) {
        return samples.stream()
                .filter(which)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the run was too short to be measured"));
    }
}
