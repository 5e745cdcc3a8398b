package dev.backfill.core.pipeline;

import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Partition.Kind;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * What is read whole because the changes since a mark were lost. Such a window has an id of its own, and so has what stands in for
 * it, so that it is walked though the same stretch was walked before; the id is stored, and so another run knows it as well. Its
 * messages are updates: those who keep the newest state of a message would pass over a create they know, or one that is older than
 * the last update they heard of. A provider that plans windows for updates itself, for another reason, does so by itself: the
 * Microsoft provider for folders that were not there before, whose messages may have been told as deleted. Stateless.
 */
final class Rewalk {
    private static final String MARK = "again-";
    private static final int MAX_ID = 512;

    private Rewalk() {}

    /**
     * Gives what is walked in place of a partition.
     *
     * @param replaced what was under way
     * @param instead what its provider gave in its place
     * @return the same under another id if it is read again because changes were lost, now or before
     */
    static Partition instead(Partition replaced, Partition instead) {
        if (instead.kind() != Kind.WINDOW) {
            return instead;
        }
        if (replaced.kind() == Kind.CHANGES) {
            return named(MARK + Integer.toHexString(replaced.id().hashCode()) + ":", instead);
        }
        if (isOne(replaced)) {
            return named(replaced.id().substring(0, replaced.id().indexOf(':') + 1), instead);
        }
        return instead;
    }

    private static Partition named(String prefix, Partition window) {
        if (window.id().startsWith(prefix)) {
            return window;
        }
        String id = prefix + window.id();
        if (id.length() > MAX_ID) {
            id = prefix + UUID.nameUUIDFromBytes(window.id().getBytes(StandardCharsets.UTF_8));
        }
        return new Partition(id, window.kind(), window.scope(), window.from(), window.to(), window.token());
    }

    /** {@return true if a partition is read again because changes were lost} */
    static boolean isOne(Partition partition) {
        return partition.kind() == Kind.WINDOW && partition.id().startsWith(MARK);
    }

    /** {@return a name for a partition that is walked for updates, though no changes were lost} */
    static String again(String id) {
        return MARK + id;
    }

    /** {@return a writer that hands on a message's creation as an update, and what fails as a change} */
    static PageWriter updating(PageWriter writer) {
        return item -> {
            if (item instanceof PageItem.Message message) {
                return writer.write(new PageItem.Message(PageItem.Change.UPDATE, message.email()));
            }
            return writer.write(
                    item instanceof PageItem.Failed failed
                            ? new PageItem.Failed(failed.ref().ofChange(), failed.kind(), failed.reason())
                            : item);
        };
    }
}
