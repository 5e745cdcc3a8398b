package dev.backfill.core.pipeline;

import dev.backfill.core.throttle.GateStats;
import dev.backfill.spi.JobCounts;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.TimeSource;
import java.time.Duration;

/**
 * Adds up what a run costs: time, requests, rate. Confined to the run's thread, but for {@link #emailsPerSecond()}
 *, {@link #quotaSecondsPerEmail} and {@link #daySecondsPerEmail}.
 */
final class RunMeter {
    private static final double NEWEST_WEIGHT = 0.3;
    private static final double SHORTEST_SAMPLE_SECONDS = 0.5;
    private static final double NANOS_PER_SECOND = 1e9;

    private final TimeSource time;
    private final JobRecord before;
    private final long startNanos;
    private long sampleNanos;
    private long samplePublished;
    private boolean sampled;
    private volatile double emailsPerSecond;

    RunMeter(TimeSource time, JobRecord before) {
        this.time = time;
        this.before = before;
        this.startNanos = time.nanoTime();
        this.sampleNanos = startNanos;
        this.samplePublished = before.counts().published();
    }

    /** How long the job worked, in this run and those before, without throttled time. */
    Duration worked(GateStats stats) {
        Duration run = Duration.ofNanos(time.nanoTime() - startNanos).minus(stats.throttled());
        return before.worked().plus(run.isNegative() ? Duration.ZERO : run);
    }

    /** Hears how much is published by now. */
    void sample(long published) {
        long now = time.nanoTime();
        double seconds = (now - sampleNanos) / NANOS_PER_SECOND;
        if (seconds < SHORTEST_SAMPLE_SECONDS) {
            return;
        }
        // What parts count again was taken off before.
        double newest = Math.max(0, published - samplePublished) / seconds;
        emailsPerSecond = sampled ? emailsPerSecond * (1 - NEWEST_WEIGHT) + newest * NEWEST_WEIGHT : newest;
        sampled = true;
        sampleNanos = now;
        samplePublished = published;
    }

    /** The moving rate; any thread may ask. */
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
