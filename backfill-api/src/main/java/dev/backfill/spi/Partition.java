package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A part of a job that is walked and checkpointed by itself. Immutable and thread-safe.
 *
 * @param id unique within the job and the same whenever the same plan is made, 1 to 512 characters
 * @param kind what is walked
 * @param scope the provider's id of the folder, or a name such as {@code all} for the whole mailbox
 * @param from the first second of received time, inclusive; null for no bound, always null for a PIN
 * @param to the end of received time, exclusive; null for no bound, always null for a PIN
 * @param token the pin the changes are counted from; null unless CHANGES
 */
public record Partition(
        String id,
        Kind kind,
        String scope,
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable String token) {
    /** What a partition holds. */
    public enum Kind {
        /** Messages received in a half-open window of whole seconds. */
        WINDOW,
        /** What changed in a scope since a pin. */
        CHANGES,
        /** No messages: its last page gives the scope's token. */
        PIN
    }

    /** Checks what must be present. */
    public Partition {
        requireNonNull(id, "id");
        requireNonNull(kind, "kind");
        requireNonNull(scope, "scope");
        if (id.isEmpty() || id.length() > 512) {
            throw new IllegalArgumentException("id must hold 1 to 512 characters, had " + id.length());
        }
        if ((kind == Kind.CHANGES) != (token != null)) {
            throw new IllegalArgumentException("a token belongs to CHANGES and to nothing else, kind was " + kind);
        }
        if (from != null && to != null && !from.isBefore(to)) {
            throw new IllegalArgumentException("from must be before to: " + from + ", " + to);
        }
    }

    /**
     * Makes a window of received time.
     *
     * @param scope the provider's id of the folder, or {@code all}
     * @param from the first second, inclusive; null for no bound
     * @param to the end, exclusive; null for no bound
     * @return the partition
     */
    public static Partition window(String scope, @Nullable Instant from, @Nullable Instant to) {
        String id = "window:" + scope + ":" + seconds(from) + ":" + seconds(to);
        return new Partition(id, Kind.WINDOW, scope, from, to, null);
    }

    /**
     * Makes the partition that pins a scope.
     *
     * @param scope the provider's id of the folder, or {@code all}
     * @return the partition
     */
    public static Partition pin(String scope) {
        return new Partition("pin:" + scope, Kind.PIN, scope, null, null, null);
    }

    /**
     * Makes the partition of a scope's changes since a pin.
     *
     * @param scope the provider's id of the folder, or {@code all}
     * @param token the pin
     * @return the partition
     */
    public static Partition changes(String scope, String token) {
        String id = "changes:" + scope + ":" + Integer.toHexString(token.hashCode());
        return new Partition(id, Kind.CHANGES, scope, null, null, token);
    }

    private static String seconds(@Nullable Instant instant) {
        return instant == null ? "" : Long.toString(instant.getEpochSecond());
    }

    /** {@return a text without the token} */
    @Override
    public String toString() {
        return "Partition[" + id + "]";
    }
}
