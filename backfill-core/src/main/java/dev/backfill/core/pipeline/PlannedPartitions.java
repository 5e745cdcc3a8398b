package dev.backfill.core.pipeline;

import dev.backfill.spi.Partition;
import dev.backfill.spi.Partition.Kind;
import java.util.HashSet;
import java.util.Set;

/**
 * What a run's plan ever held: what of it is still to be walked to its end, what was, and what others wait for. What was skipped is
 * neither, so that a later plan may hold it again. Confined to the run's thread.
 */
final class PlannedPartitions {
    private final Set<String> openIds = new HashSet<>();
    private final Set<String> doneIds = new HashSet<>();
    private final ScopesBehind scopesBehind = new ScopesBehind();
    private boolean pinned;

    /** Hears of a partition that is to be walked, be it again. */
    void opened(Partition partition) {
        openIds.add(partition.id());
        doneIds.remove(partition.id());
        scopesBehind.opened(partition);
        pinned |= partition.kind() == Kind.PIN;
    }

    /** Hears that a partition is walked to its end, here or by an earlier run. */
    void done(Partition partition) {
        closed(partition);
        doneIds.add(partition.id());
        pinned |= partition.kind() == Kind.PIN;
    }

    /** Hears that the provider lets nobody read a partition. */
    void skipped(Partition partition) {
        closed(partition);
    }

    private void closed(Partition partition) {
        scopesBehind.closed(partition);
        openIds.remove(partition.id());
    }

    /** True if a partition waits, is under way or was left. */
    boolean isOpen(String partitionId) {
        return openIds.contains(partitionId);
    }

    /** True if a partition was walked to its end. */
    boolean isDone(String partitionId) {
        return doneIds.contains(partitionId);
    }

    /** True if a partition is a window that has to wait for its scope's mark or changes. */
    boolean holdUp(Partition partition) {
        return scopesBehind.holdUp(partition);
    }

    /** True if a scope's mark is to be taken or its changes are to be read. */
    boolean isBehind(String scope) {
        return scopesBehind.isBehind(scope);
    }

    /** True if a mark was ever planned. */
    boolean isPinned() {
        return pinned;
    }
}
