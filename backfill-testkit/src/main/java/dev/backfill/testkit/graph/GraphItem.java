package dev.backfill.testkit.graph;

import dev.backfill.testkit.mail.StoredMail;
import java.lang.ref.SoftReference;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One message at one moment: where it lies and which revision it is. Immutable, but for what was rendered last. */
final class GraphItem {
    /** The order of a folder's store: received time in milliseconds, then arrival. */
    static final Comparator<GraphItem> BY_TIME =
            Comparator.<GraphItem>comparingLong(item -> item.receivedMillis).thenComparingLong(item -> item.sequence);

    final StoredMail mail;
    final long sequence;
    final long receivedMillis;
    final GraphFolder folder;
    final int moves;
    final int revision;
    final Instant modifiedAt;
    final List<String> categories;
    private volatile SoftReference<Rendered> rendered = new SoftReference<>(null);

    /** What was rendered for one shape of answer. */
    private static final class Rendered {
        private final String shape;
        private final byte[] json;

        private Rendered(String shape, byte[] json) {
            this.shape = shape;
            this.json = json;
        }
    }

    GraphItem(
            StoredMail mail,
            long sequence,
            GraphFolder folder,
            int moves,
            int revision,
            Instant modifiedAt,
            List<String> categories) {
        this.mail = mail;
        this.sequence = sequence;
        this.receivedMillis = mail.receivedAt().toEpochMilli();
        this.folder = folder;
        this.moves = moves;
        this.revision = revision;
        this.modifiedAt = modifiedAt;
        this.categories = List.copyOf(categories);
    }

    static GraphItem arrived(StoredMail mail, long sequence, GraphFolder folder) {
        return new GraphItem(mail, sequence, folder, 0, 1, mail.receivedAt(), List.of());
    }

    GraphItem moved(GraphFolder to, Instant now) {
        return new GraphItem(mail, sequence, to, moves + 1, revision + 1, now, categories);
    }

    GraphItem changed(StoredMail changedMail, List<String> changedCategories, Instant now) {
        return new GraphItem(changedMail, sequence, folder, moves, revision + 1, now, changedCategories);
    }

    byte @Nullable [] cached(String shape) {
        Rendered last = rendered.get();
        return last != null && last.shape.equals(shape) ? last.json : null;
    }

    void cache(String shape, byte[] json) {
        rendered = new SoftReference<>(new Rendered(shape, json));
    }
}
