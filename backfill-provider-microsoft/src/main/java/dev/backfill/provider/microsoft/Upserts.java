package dev.backfill.provider.microsoft;

import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import java.util.List;

/**
 * Windows whose messages an earlier job may have handed over already, in another state: a folder whose changes were lost, or
 * one that was not there. They are handed over as updates, whose keys hold the revision: a consumer that knows the key of the
 * create would pass over what changed since. Stateless.
 */
final class Upserts {
    private static final String PREFIX = "upsert:";

    private Upserts() {}

    /** {@return the same partition, walked for updates} */
    static Partition of(Partition partition) {
        return isMeant(partition)
                ? partition
                : new Partition(
                        PREFIX + partition.id(),
                        partition.kind(),
                        partition.scope(),
                        partition.from(),
                        partition.to(),
                        partition.token());
    }

    /** {@return the same partitions, walked for updates} */
    static List<Partition> of(List<Partition> partitions) {
        return partitions.stream().map(Upserts::of).toList();
    }

    /** {@return true if a partition is walked for updates} */
    static boolean isMeant(Partition partition) {
        return partition.id().startsWith(PREFIX);
    }

    /** {@return a writer that makes updates of what is new} */
    static PageWriter writer(PageWriter inner) {
        return item -> inner.write(
                item instanceof PageItem.Message message
                        ? new PageItem.Message(PageItem.Change.UPDATE, message.email())
                        : item);
    }

    /** {@return the same end, whose windows are walked for updates too} */
    static PageEnd end(PageEnd end) {
        return new PageEnd(
                end.next(), end.entries(), end.repeats(), end.providerCount(), end.token(), of(end.replacedBy()));
    }
}
