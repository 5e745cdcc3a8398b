package dev.backfill.provider.gmail;

import dev.backfill.provider.gmail.ThreadedIds.Entry;
import dev.backfill.spi.Partition;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What partitions are called. A mailbox is crawled once, never once a label, so there is one scope a job: {@code all}, or where
 * the user named labels of his own {@code labels:<ids>}, so that a label that is renamed in the middle of the job stays the one
 * it began with. Single messages that came late are {@code ids:<ids>}, followed by the labels' scope where there is one; a change that failed
 * is {@code changed:<record>} or {@code came:<record>}, followed by the same. A label that was deleted in the
 * middle of the job is {@code gone:<id>}, a partition that is skipped so that the job names it.
 */
final class Scopes {
    /** The scope of a job that names no label of the user's own. */
    static final String ALL = "all";

    private static final String LABELS = "labels:";
    private static final String LATE = "ids:";
    private static final String GONE = "gone:";
    private static final String CHANGED = "changed:";
    private static final String CAME = "came:";
    private static final String AND = ";";
    private static final String OF = "@";

    /** A partition's id may have 512 characters; a longer scope stands in it as a hash. */
    private static final int MAX_PLAIN = 400;

    private Scopes() {}

    /** {@return the scope of a job that names these labels of the user's own} */
    static String of(Collection<String> labelIds) {
        return labelIds.isEmpty() ? ALL : LABELS + String.join(",", new TreeSet<>(labelIds));
    }

    /** {@return the scope of a label that was asked for and is gone} */
    static String gone(String labelId) {
        return GONE + labelId;
    }

    /** {@return true if a scope is a label's that is gone} */
    static boolean isGone(String scope) {
        return scope.startsWith(GONE);
    }

    /**
     * What a record of the history told of a message that could not be read then.
     *
     * @param revision the mark of the change
     * @param came true if it told that the message came, and nothing besides
     */
    record Told(String revision, boolean came) {}

    /** {@return the scope of a change that failed} */
    static String told(String base, Told told) {
        return (told.came() ? CAME : CHANGED) + told.revision() + (base.equals(ALL) ? "" : AND + base);
    }

    /** {@return the change that failed in a scope; null if it was none} */
    static @Nullable Told told(String scope) {
        boolean came = scope.startsWith(CAME);
        if (!came && !scope.startsWith(CHANGED)) {
            return null;
        }
        int begin = came ? CAME.length() : CHANGED.length();
        int end = scope.indexOf(AND);
        return new Told(scope.substring(begin, end < 0 ? scope.length() : end), came);
    }

    /** {@return the job's scope that a partition's, or a failure's, belongs to} */
    static String base(String scope) {
        if (!scope.startsWith(LATE) && told(scope) == null) {
            return scope;
        }
        int end = scope.indexOf(AND);
        return end < 0 ? ALL : scope.substring(end + 1);
    }

    /** {@return the ids of the labels that a job's scope names; null if it names none} */
    static @Nullable List<String> labelIds(String base) {
        return base.startsWith(LABELS) ? List.of(base.substring(LABELS.length()).split(",")) : null;
    }

    /** {@return the scope of single messages, which keeps their threads} */
    static String late(String base, List<Entry> messages) {
        String list = messages.stream()
                .map(one -> one.threadId().equals(one.id()) ? one.id() : one.id() + OF + one.threadId())
                .collect(Collectors.joining(","));
        return LATE + list + (base.equals(ALL) ? "" : AND + base);
    }

    /** {@return the single messages that a scope consists of; null if it is none of single messages} */
    static @Nullable List<Entry> late(String scope) {
        if (!scope.startsWith(LATE)) {
            return null;
        }
        int end = scope.indexOf(AND);
        String list = scope.substring(LATE.length(), end < 0 ? scope.length() : end);
        return Stream.of(list.split(",")).map(Scopes::lateMessage).toList();
    }

    /** One that an earlier version wrote has no thread. */
    private static Entry lateMessage(String text) {
        int of = text.indexOf(OF);
        return of < 0 ? new Entry(text, text) : new Entry(text.substring(of + 1), text.substring(0, of));
    }

    static Partition window(String scope, @Nullable Instant from, @Nullable Instant to) {
        Partition plain = Partition.window(shortened(scope), from, to);
        return new Partition(plain.id(), Partition.Kind.WINDOW, scope, from, to, null);
    }

    static Partition pin(String scope) {
        return new Partition(Partition.pin(shortened(scope)).id(), Partition.Kind.PIN, scope, null, null, null);
    }

    static Partition changes(String scope, String token) {
        Partition plain = Partition.changes(shortened(scope), token);
        return new Partition(plain.id(), Partition.Kind.CHANGES, scope, null, null, token);
    }

    private static String shortened(String scope) {
        return scope.length() > MAX_PLAIN ? "sha256:" + Hashes.sha256(scope) : scope;
    }
}
