package dev.backfill.core.pipeline;

import dev.backfill.api.JobId;
import dev.backfill.api.JobNote;
import dev.backfill.spi.Baselines;
import dev.backfill.spi.JobCounts;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Partition.Kind;
import dev.backfill.spi.PartitionRecord;
import dev.backfill.spi.Position;
import dev.backfill.spi.Replays;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A job that ended before it was whole, where the next incremental one of the same request goes on. What it told is known to the
 * readers, though it never became a {@link Baseline}: marks from before it say nothing of a message that it told as new and that is gone
 * by now, or of a folder which it told as gone and that is back. Immutable.
 *
 * @param job the job; FAILED, CANCELLED, or COMPLETED at its bound
 * @param open what it did not walk to its end, as nobody has counted it: windows from their begin, changes and failures from where it was
 * @param pins where it got to, a scope each
 */
record Unfinished(JobRecord job, List<PartitionRecord> open, Map<String, String> pins) {
    /**
     * {@return true if a job ended early that asked for the same as another}
     *
     * @param job a job of the same account
     * @param row the other one, its mailbox known
     */
    static boolean isFor(JobRecord job, JobRecord row) {
        return Baselines.isUnfinished(job) && Baselines.covers(job, row) && Baselines.covers(row, job);
    }

    /** Null where it took no marks, or where failures were still to be read again that are forgotten by now: no later job could end. */
    static @Nullable Unfinished of(JobRecord job, JobStore store) {
        List<PartitionRecord> open = new ArrayList<>();
        for (PartitionRecord stored : store.partitions(job.id())) {
            JobId replayed = Replays.failedJob(stored.partition().scope());
            if (!stored.done() && replayed != null && store.find(replayed).isEmpty()) {
                return null;
            }
            if (!stored.done()) {
                open.add(uncounted(stored));
            }
        }
        Map<String, String> pins = store.pins(job.id());
        boolean marked = !pins.isEmpty()
                || open.stream().anyMatch(left -> left.partition().kind() != Kind.WINDOW);
        // Without marks nothing would tell what came after its end.
        return marked ? new Unfinished(job, List.copyOf(open), pins) : null;
    }

    /** {@return where each scope is: as the baseline knows it, or where it got to if nothing of the scope is open} */
    Map<String, String> pinsAfter(Map<String, String> baseline) {
        Set<String> half = openScopes();
        Map<String, String> known = new HashMap<>(baseline);
        pins.forEach((scope, pin) -> {
            if (!half.contains(scope)) {
                known.put(scope, pin);
            }
        });
        return known;
    }

    private Set<String> openScopes() {
        Set<String> scopes = new HashSet<>();
        open.forEach(left -> scopes.add(left.partition().scope()));
        return scopes;
    }

    /** {@return true if a job went on where another ended} */
    static boolean isContinuedBy(List<JobNote> notes) {
        return notes.stream().anyMatch(note -> note.code().equals(NoteCodes.CONTINUES));
    }

    /** {@return what of the job's notes holds for the one that goes on} */
    List<JobNote> notes() {
        Set<String> scopes = openScopes();
        return job.notes().stream()
                .filter(note -> note.code().equals(NoteCodes.READ_WHOLE)
                        || (note.code().equals(NoteCodes.FOLDER_SKIPPED) && !scopes.contains(note.scope())))
                .toList();
    }

    /** A window is held against the provider's count, so that all of it must be this job's. */
    private static PartitionRecord uncounted(PartitionRecord stored) {
        Partition partition = stored.partition();
        boolean goesOn = partition.kind() == Kind.CHANGES || Replays.failedJob(partition.scope()) != null;
        Position position = goesOn ? stored.position() : Position.START;
        return new PartitionRecord(partition, stored.ordinal(), position, false, 1, JobCounts.ZERO, JobCounts.ZERO);
    }
}
