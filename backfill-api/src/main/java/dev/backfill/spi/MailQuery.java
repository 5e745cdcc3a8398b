package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a job covers, as a provider sees it. Immutable and thread-safe.
 *
 * @param from the first instant of received time, inclusive, whole seconds; null for the beginning of the mailbox
 * @param to the end of received time, exclusive, whole seconds; frozen when the job was planned
 * @param folders what {@link dev.backfill.api.BackfillRequest#folders()} says; empty means all mail but the deleted and
 *     the junk
 * @param includeDeleted true if deleted mail counts as well
 * @param pins true if the plan shall hold PIN partitions
 * @param end the end of received time that the user named, exclusive, whole seconds, not before {@code to}; null for none. Later
 *     than {@code to} where it was still to come when the job was planned: mail that comes in between belongs to the changes
 * @param attachments true if the content of each attachment will be opened too ({@link ContentRef#attachment}), as far as it is not too
 *     large: a hint, by which an estimate counts these requests as well; what is read is the same
 * @param attachmentMaxBytes the longest attachment that will be opened, 0 (none) or more: a hint beside the one before, given where an
 *     estimate is asked for
 * @param rawMime true if each message's MIME will be opened too ({@link ContentRef#mime}): a hint for a provider that can have both
 *     from one request
 */
public record MailQuery(
        @Nullable Instant from,
        Instant to,
        List<String> folders,
        boolean includeDeleted,
        boolean pins,
        @Nullable Instant end,
        boolean attachments,
        long attachmentMaxBytes,
        boolean rawMime) {
    /** Copies the folders. */
    public MailQuery {
        requireNonNull(to, "to");
        if (end != null && end.isBefore(to)) {
            throw new IllegalArgumentException("end " + end + " is before to " + to);
        }
        if (attachmentMaxBytes < 0) {
            throw new IllegalArgumentException("attachmentMaxBytes must be 0 or more, was " + attachmentMaxBytes);
        }
        folders = List.copyOf(folders);
    }

    /**
     * Makes a query of messages of which nothing is opened.
     *
     * @param from the first instant of received time; null for the beginning of the mailbox
     * @param to the end of received time
     * @param folders what the request says
     * @param includeDeleted true if deleted mail counts as well
     * @param pins true if the plan shall hold PIN partitions
     * @param end the end of received time that the user named; null for none
     */
    public MailQuery(
            @Nullable Instant from,
            Instant to,
            List<String> folders,
            boolean includeDeleted,
            boolean pins,
            @Nullable Instant end) {
        this(from, to, folders, includeDeleted, pins, end, false, Long.MAX_VALUE, false);
    }

    /**
     * Makes a query whose changes end where its windows end.
     *
     * @param from the first instant of received time; null for the beginning of the mailbox
     * @param to the end of received time
     * @param folders what the request says
     * @param includeDeleted true if deleted mail counts as well
     * @param pins true if the plan shall hold PIN partitions
     */
    public MailQuery(@Nullable Instant from, Instant to, List<String> folders, boolean includeDeleted, boolean pins) {
        this(from, to, folders, includeDeleted, pins, to);
    }

    /**
     * Makes a query whose changes end where its windows end, or nowhere.
     *
     * @param from the first instant of received time; null for the beginning of the mailbox
     * @param to the end of received time
     * @param folders what the request says
     * @param includeDeleted true if deleted mail counts as well
     * @param pins true if the plan shall hold PIN partitions
     * @param openEnd true if the user named no end
     */
    public MailQuery(
            @Nullable Instant from,
            Instant to,
            List<String> folders,
            boolean includeDeleted,
            boolean pins,
            boolean openEnd) {
        this(from, to, folders, includeDeleted, pins, openEnd ? null : to);
    }

    /**
     * Gives the same query with what of each message is opened beside it.
     *
     * @param openAttachments {@link #attachments()}
     * @param openRawMime {@link #rawMime()}
     * @return the query
     */
    public MailQuery opening(boolean openAttachments, boolean openRawMime) {
        return new MailQuery(
                from, to, folders, includeDeleted, pins, end, openAttachments, attachmentMaxBytes, openRawMime);
    }

    /**
     * Gives the same query with another bound of what is opened.
     *
     * @param bytes {@link #attachmentMaxBytes()}
     * @return the query
     */
    public MailQuery openingAtMost(long bytes) {
        return new MailQuery(from, to, folders, includeDeleted, pins, end, attachments, bytes, rawMime);
    }

    /**
     * Says whether the content of an attachment will be opened, by what the provider knows of its length.
     *
     * @param bytes its length; null where that is not known
     * @return true if attachments are opened and it is not too long
     */
    public boolean opens(@Nullable Long bytes) {
        return attachments && attachmentMaxBytes > 0 && (bytes == null || bytes <= attachmentMaxBytes);
    }

    /** {@return true if mail that came after {@link #to()} belongs to the changes} */
    public boolean openEnd() {
        return end == null || end.isAfter(to);
    }

    /**
     * Says whether a changed message is one of the query's. The next job begins where the changes end, so what is left out
     * here for being too young would be read by nobody.
     *
     * @param received when it was received
     * @return true if it lies between the lower bound and the end that the user named
     */
    public boolean coversChange(Instant received) {
        return (from == null || !received.isBefore(from)) && (end == null || received.isBefore(end));
    }
}
