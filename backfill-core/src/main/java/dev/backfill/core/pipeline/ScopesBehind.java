package dev.backfill.core.pipeline;

import dev.backfill.spi.Partition;
import dev.backfill.spi.Partition.Kind;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Scopes whose mark is to be taken or whose changes are to be read before their windows: a window that is read before them may hand over
 * what is gone again by then, and which the changes then never knew. A scope may have several such partitions, and its windows wait for
 * all of them. They wait too where one was left to another run: that one reads it first, then the windows. Confined to the run's thread.
 */
final class ScopesBehind {
    private final Map<String, Set<String>> openers = new HashMap<>();

    /** Hears of a partition that is to be walked. */
    void opened(Partition partition) {
        if (partition.kind() != Kind.WINDOW) {
            openers.computeIfAbsent(partition.scope(), scope -> new HashSet<>()).add(partition.id());
        }
    }

    /** Hears that a partition is walked to its end, or that the provider lets nobody read it. */
    void closed(Partition partition) {
        openers.computeIfPresent(partition.scope(), (scope, ids) -> {
            ids.remove(partition.id());
            return ids.isEmpty() ? null : ids;
        });
    }

    /** {@return true if a partition is a window that has to wait} */
    boolean holdUp(Partition partition) {
        return partition.kind() == Kind.WINDOW && isBehind(partition.scope());
    }

    /** {@return true if a scope's mark is to be taken or its changes are to be read} */
    boolean isBehind(String scope) {
        return openers.containsKey(scope);
    }
}
