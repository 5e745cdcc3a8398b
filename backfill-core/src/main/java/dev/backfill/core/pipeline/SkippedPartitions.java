package dev.backfill.core.pipeline;

import dev.backfill.spi.Partition;
import dev.backfill.spi.Partition.Kind;
import dev.backfill.spi.Replays;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What the provider lets nobody read, and what else says that mail can be read at all. It is not done in the store until the run knows
 * that something could be read: until then another run walks it. Confined to the run's thread.
 */
final class SkippedPartitions {
    private final List<PartitionState> skipped = new ArrayList<>();
    private final Set<String> scopesOfChanges = new HashSet<>();
    private boolean windowRead;
    private boolean failuresRead;

    /** Sets a partition aside. */
    void add(PartitionState state) {
        skipped.add(state);
    }

    /** Gives back what was set aside, since it is planned again. */
    Optional<PartitionState> takeBack(String id) {
        Optional<PartitionState> setAside = skipped.stream()
                .filter(state -> state.partition().id().equals(id))
                .findFirst();
        setAside.ifPresent(skipped::remove);
        return setAside;
    }

    /** Gives back some that were set aside. */
    List<PartitionState> takeBackAll(Predicate<PartitionState> which) {
        List<PartitionState> some = skipped.stream().filter(which).toList();
        skipped.removeAll(some);
        return some;
    }

    /** Gives all that was set aside. */
    List<PartitionState> takeAll() {
        List<PartitionState> all = List.copyOf(skipped);
        skipped.clear();
        return all;
    }

    /** Hears of a partition that may have been cut up before it was read: what an earlier run walked, where it is stored like an empty one. */
    void walkedInPart(Partition partition, long listed) {
        if (partition.kind() != Kind.WINDOW || listed > 0) {
            walked(partition, listed);
        }
    }

    /** Hears that a partition was walked to its end, and what it listed. */
    void walked(Partition partition, long listed) {
        if (partition.kind() == Kind.CHANGES) {
            scopesOfChanges.add(partition.scope());
        } else if (Replays.failedJob(partition.scope()) != null) {
            // A list of failures without a single message says nothing of the mailbox.
            failuresRead |= listed > 0;
        } else {
            windowRead |= partition.kind() == Kind.WINDOW;
        }
    }

    /**
     * Says whether nothing but such partitions was met. Where everything is to be read windows alone count: changes can be listed, above all
     * none, where their mail may not be read. Where changes are read those of a scope count,
     * unless its windows are to be read besides, since its mark was lost, and may not be.
     *
     * @param everything true if all mail is to be read, false if changes or failures are
     */
    boolean areAll(boolean everything) {
        List<Partition> refused = skipped.stream()
                .map(PartitionState::partition)
                .filter(partition -> partition.kind() != Kind.PIN)
                .toList();
        if (refused.isEmpty() || windowRead) {
            return false;
        }
        Set<String> scopesRead = new HashSet<>(scopesOfChanges);
        refused.forEach(partition -> scopesRead.remove(partition.scope()));
        return everything || (scopesRead.isEmpty() && !failuresRead);
    }
}
