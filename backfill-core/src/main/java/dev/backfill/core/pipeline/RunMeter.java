package dev.backfill.core.pipeline;

import dev.backfill.core.throttle.GateStats;
import dev.backfill.spi.JobCounts;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * Adds up what a run costs: time, requests, rate. Confined to the run's thread, but for {@link #emailsPerSecond()},
 * {@link #quotaSecondsPerEmail} and {@link #daySecondsPerEmail}.
 */
final class RunMeter {
    /**
     * The rate is that of so long a time, or of the last pages if they are further apart: pages come whole, and one of 100 messages takes
     * 21 s where a quota allows 4.75 messages a second, four that are read side by side take 84 s and come together.
     */
    private static final long RATE_OF_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final long SHORTEST_SAMPLE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final double NANOS_PER_SECOND = 1e9;

    private final TimeSource time;
    private final JobRecord before;
    private final long startNanos;
    /** The beginning, and whenever the number had changed; of a minute, and the last one before it. */
    private final Deque<Sample> samples = new ArrayDeque<>();

    private volatile double emailsPerSecond;

    private record Sample(long nanos, long published) {}

    RunMeter(TimeSource time, JobRecord before) {
        this.time = time;
        this.before = before;
        this.startNanos = time.nanoTime();
        samples.add(new Sample(startNanos, before.counts().published()));
    }

    /** How long the job worked, in this run and those before, without throttled time. */
    Duration worked(GateStats stats) {
        Duration run = Duration.ofNanos(time.nanoTime() - startNanos).minus(stats.throttled());
        return before.worked().plus(run.isNegative() ? Duration.ZERO : run);
    }

    /** Hears how much is published by now. */
    void sample(long published) {
        long now = time.nanoTime();
        Sample last = samples.getLast();
        if (published != last.published() && now - last.nanos() >= SHORTEST_SAMPLE_NANOS) {
            forgetSilence(now);
            last = new Sample(now, published);
            samples.addLast(last);
            forgetBefore(now - RATE_OF_NANOS);
        }
        Sample first = samples.getFirst();
        // As long as the next pages may still be due, the time since the last ones tells nothing.
        long nanos = Math.max(last.nanos() - first.nanos(), now - last.nanos());
        // What parts count again was taken off before.
        long grown = Math.max(0, last.published() - first.published());
        emailsPerSecond = grown == 0 ? 0 : grown * NANOS_PER_SECOND / nanos;
    }

    /** A long silence that is over tells nothing of what comes now; one that is as long as that between pages always was does. */
    private void forgetSilence(long now) {
        Sample last = samples.getLast();
        long span = Math.max(RATE_OF_NANOS, last.nanos() - samples.getFirst().nanos());
        if (samples.size() > 1 && now - last.nanos() > 2 * span) {
            samples.clear();
            samples.add(new Sample(now - span, last.published()));
        }
    }

    /** Leaves the last sample from before a moment, and the two last in any case. */
    private void forgetBefore(long nanos) {
        Sample first = samples.removeFirst();
        while (samples.size() > 1 && samples.getFirst().nanos() - nanos <= 0) {
            first = samples.removeFirst();
        }
        samples.addFirst(first);
    }

    /** The rate of the last minute in which something came, less the longer nothing does; any thread may ask. */
    double emailsPerSecond() {
        return emailsPerSecond;
    }

    /** How long the quotas make one message take, as this run's have cost so far; 0 when nothing binds. Any thread may ask. */
    double quotaSecondsPerEmail(JobCounts now, GateStats stats) {
        return perEmail(now, stats.quotaTime());
    }

    /** How much of a day's quotas one message takes, as this run's have cost so far; 0 when there is none. Any thread may ask. */
    double daySecondsPerEmail(JobCounts now, GateStats stats) {
        return perEmail(now, stats.dayTime());
    }

    private double perEmail(JobCounts now, Duration cost) {
        long listed = now.listed() - before.counts().listed();
        return listed <= 0 ? 0 : cost.toNanos() / NANOS_PER_SECOND / listed;
    }

    /** Writes what the run cost so far into a row. */
    void addTo(JobRecord.Builder row, GateStats stats) {
        row.apiCalls(before.apiCalls() + stats.apiCalls())
                .retries(before.retries() + stats.retries())
                .throttled(before.throttled().plus(stats.throttled()))
                .worked(worked(stats));
    }
}
