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
 */
public record MailQuery(
        @Nullable Instant from, Instant to, List<String> folders, boolean includeDeleted, boolean pins) {
    /** Copies the folders. */
    public MailQuery {
        requireNonNull(to, "to");
        folders = List.copyOf(folders);
    }
}
