package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Names what failed, so that it can be read again: one message, or a stretch of received time whose ids could not be had.
 * Immutable and thread-safe.
 *
 * <p>What failed may be a change: then an earlier event may have told of the message, and who reads it again tells how it is now, as an
 * update, or that it is gone. The scope of such a reference bears a mark.
 *
 * @param scope the scope of the partition it was met in, with a mark before it for a change; {@link #metIn()} gives it without
 * @param messageId the provider's message id; null for a stretch
 * @param from the stretch's first second, inclusive; of a message the window's that it was met in, where its provider wants to know it
 *     when the message is read again; else null, or for no bound
 * @param to the stretch's, or that window's, end, exclusive; null as {@code from}
 */
public record FailureRef(
        String scope,
        @Nullable String messageId,
        @Nullable Instant from,
        @Nullable Instant to) {
    private static final String CHANGE = "change:";

    /** Checks what must be present. */
    public FailureRef {
        requireNonNull(scope, "scope");
    }

    /** {@return the same reference, as one of a change} */
    public FailureRef ofChange() {
        return isOfChange() ? this : new FailureRef(CHANGE + scope, messageId, from, to);
    }

    /** {@return true if an earlier event may have told of what failed, so that it is to be read again as an update or a deletion} */
    public boolean isOfChange() {
        return scope.startsWith(CHANGE);
    }

    /** {@return the scope of the partition it was met in} */
    public String metIn() {
        return isOfChange() ? scope.substring(CHANGE.length()) : scope;
    }

    /**
     * Names one message.
     *
     * @param scope the scope it was met in
     * @param messageId its id
     * @return the reference
     */
    public static FailureRef message(String scope, String messageId) {
        return new FailureRef(scope, requireNonNull(messageId, "messageId"), null, null);
    }

    /**
     * Names a stretch of received time.
     *
     * @param scope the scope
     * @param from the first second, inclusive; null for no bound
     * @param to the end, exclusive; null for no bound
     * @return the reference
     */
    public static FailureRef stretch(String scope, @Nullable Instant from, @Nullable Instant to) {
        return new FailureRef(scope, null, from, to);
    }
}
