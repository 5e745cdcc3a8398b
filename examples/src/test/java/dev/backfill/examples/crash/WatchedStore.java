package dev.backfill.examples.crash;

import dev.backfill.examples.crash.Halt.Point;
import dev.backfill.spi.Checkpoint;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.Lease;
import dev.backfill.testkit.Interposed;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A job store that tells of claims and checkpoints, and ends the process where it is told to. Thread-safe. */
final class WatchedStore {
    private final @Nullable Halt halt;
    private final Consumer<String> tell;
    private final Object lock = new Object();
    // Guarded by lock
    private final Map<Point, Integer> seen = new EnumMap<>(Point.class);

    private WatchedStore(@Nullable Halt halt, Consumer<String> tell) {
        this.halt = halt;
        this.tell = tell;
    }

    /**
     * Wraps a store.
     *
     * @param halt where the process dies; null for nowhere
     * @param tell is told {@code @claim JOB EPOCH NANOS} and {@code @stored JOB PUBLISHED}, after the write
     */
    static JobStore of(JobStore store, @Nullable Halt halt, Consumer<String> tell) {
        WatchedStore watched = new WatchedStore(halt, tell);
        return Interposed.between(JobStore.class, store, watched::call);
    }

    private @Nullable Object call(String method, @Nullable Object[] arguments, Interposed.Real real) throws Throwable {
        return switch (method) {
            case "write" -> write(real, arguments);
            case "claim" -> claim(real, arguments);
            case "insert" -> insert(real, arguments);
            default -> real.call(arguments);
        };
    }

    private Object insert(Interposed.Real real, @Nullable Object[] args) throws Throwable {
        Set<Point> points = EnumSet.noneOf(Point.class);
        if (((JobRecord) args[0]).retryOf() != null) {
            points.add(Point.RETRY);
            count(points);
        }
        haltIfHit(points, false);
        Object answer = real.call(args);
        haltIfHit(points, true);
        return answer;
    }

    private Object claim(Interposed.Real real, @Nullable Object[] args) throws Throwable {
        Set<Point> points = EnumSet.of(Point.CLAIM);
        count(points);
        haltIfHit(points, false);
        Optional<?> answer = (Optional<?>) real.call(args);
        long now = System.nanoTime();
        answer.map(Lease.class::cast)
                .ifPresent(lease -> tell.accept("@claim " + lease.jobId() + " " + lease.epoch() + " " + now));
        haltIfHit(points, true);
        return answer;
    }

    @SuppressWarnings("unchecked")
    private Object write(Interposed.Real real, @Nullable Object[] args) throws Throwable {
        Checkpoint checkpoint = (Checkpoint) args[1];
        UnaryOperator<JobRecord> change = (UnaryOperator<JobRecord>) args[2];
        Set<Point> points = EnumSet.noneOf(Point.class);
        boolean[] again = {false};
        UnaryOperator<JobRecord> watched = before -> {
            JobRecord after = change.apply(before);
            if (!again[0]) {
                again[0] = true; // a transaction that is tried again is one write
                points.addAll(pointsOf(checkpoint, before, after));
                count(points);
            }
            haltIfHit(points, false);
            return after;
        };
        JobRecord row = (JobRecord) real.call(args[0], checkpoint, watched);
        tell.accept("@stored " + row.id() + " " + row.counts().published());
        haltIfHit(points, true);
        return row;
    }

    private static Set<Point> pointsOf(Checkpoint checkpoint, JobRecord before, JobRecord after) {
        Set<Point> points = EnumSet.noneOf(Point.class);
        if (before.phase() == JobRecord.Phase.NEW && after.phase() != JobRecord.Phase.NEW) {
            points.add(Point.PLAN);
        }
        if (!checkpoint.pins().isEmpty()) {
            points.add(Point.PIN);
        }
        if (after.counts().published() > before.counts().published()) {
            points.add(Point.CHECKPOINT);
        }
        if (after.state() == dev.backfill.api.JobState.COMPLETED) {
            points.add(Point.COMPLETION);
        }
        return points;
    }

    private void count(Set<Point> points) {
        synchronized (lock) {
            points.forEach(point -> seen.merge(point, 1, Integer::sum));
        }
    }

    private void haltIfHit(Set<Point> points, boolean after) {
        synchronized (lock) {
            if (halt != null
                    && halt.after() == after
                    && points.contains(halt.point())
                    && halt.number() == seen.getOrDefault(halt.point(), 0)) {
                Runtime.getRuntime().halt(Halt.EXIT_CODE);
            }
        }
    }
}
