package dev.backfill.core.pipeline;

import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Partition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The stretches of received time on which a job failed, as windows that are walked page by page like any other: nobody knows
 * how much lies in one. Stretches that meet are one window. Confined to one thread.
 */
final class Stretches {
    /** How many windows a plan holds at the most, unless there are more scopes. */
    static final int MOST = 1_000;

    /** How the ids of the windows begin. */
    private static final String PREFIX = "failed:";

    private final MailQuery query;
    private final int most;
    private final Map<String, List<Stretch>> byScope = new TreeMap<>();
    private int size;

    /** A stretch between whole seconds. */
    private record Stretch(long from, long to) {}

    /**
     * @param query whose bounds stand in for those that a stretch has not
     * @param most how many windows it gives at the most, unless there are more scopes; 1 or more
     */
    Stretches(MailQuery query, int most) {
        this.query = query;
        this.most = most;
    }

    /** {@return true if a partition is such a window} */
    static boolean isOne(Partition partition) {
        return partition.id().startsWith(PREFIX) || partition.id().startsWith(Rewalk.again(PREFIX));
    }

    /** Adds a stretch; one that is empty adds nothing. */
    void add(FailureRef ref) {
        Instant first = ref.from() != null ? ref.from() : query.from();
        long from = first == null ? Long.MIN_VALUE : first.getEpochSecond();
        long to = (ref.to() != null ? ref.to() : query.to()).getEpochSecond();
        if (from >= to) {
            return;
        }
        byScope.computeIfAbsent(ref.scope(), scope -> new ArrayList<>()).add(new Stretch(from, to));
        size++;
        // What is kept does not grow with the failures.
        if (size > 2 * most + byScope.size()) {
            merge();
        }
    }

    /** The windows, newest first in each scope. */
    List<Partition> windows() {
        merge();
        List<Partition> windows = new ArrayList<>();
        byScope.forEach((scope, stretches) -> {
            for (int i = stretches.size() - 1; i >= 0; i--) {
                Stretch stretch = stretches.get(i);
                Instant from = stretch.from() == Long.MIN_VALUE ? null : Instant.ofEpochSecond(stretch.from());
                Instant to = Instant.ofEpochSecond(stretch.to());
                // A job's other windows may have the same bounds.
                FailureRef ref = FailureRef.stretch(scope, from, to);
                String id = PREFIX + Partition.window(ref.metIn(), from, to).id();
                windows.add(new Partition(
                        ref.isOfChange() ? Rewalk.again(id) : id, Partition.Kind.WINDOW, ref.metIn(), from, to, null));
            }
        });
        return windows;
    }

    /**
     * Merges stretches that meet; and while there are too many, those with little between them, so that some mail which
     * had not failed is published again.
     */
    private void merge() {
        long gap = 0;
        mergeWithin(gap);
        while (size > Math.max(most, byScope.size()) && gap < Long.MAX_VALUE / 2) {
            gap = gap == 0 ? Duration.ofMinutes(1).toSeconds() : 2 * gap;
            mergeWithin(gap);
        }
    }

    private void mergeWithin(long gap) {
        byScope.replaceAll((scope, stretches) -> merged(stretches, gap));
        size = byScope.values().stream().mapToInt(List::size).sum();
    }

    private static List<Stretch> merged(List<Stretch> stretches, long gap) {
        List<Stretch> merged = new ArrayList<>();
        for (Stretch next : stretches.stream()
                .sorted((a, b) -> Long.compare(a.from(), b.from()))
                .toList()) {
            int end = merged.size() - 1;
            // The ends are epoch seconds of instants, so that a sum stays far from overflow.
            if (end >= 0 && next.from() <= merged.get(end).to() + gap) {
                Stretch last = merged.get(end);
                merged.set(end, new Stretch(last.from(), Math.max(last.to(), next.to())));
            } else {
                merged.add(next);
            }
        }
        return merged;
    }
}
