package dev.backfill.api;

import static java.util.Objects.requireNonNull;

/**
 * Something the reader of a result should know. Immutable and thread-safe.
 *
 * @param code a stable code: {@code FOLDER_SKIPPED} (left out, since the provider refused it or no longer has it),
 *     {@code READ_WHOLE} (read whole where changes should have done), {@code CONTINUES} (went on where the job that the detail
 *     names had ended early), {@code NO_PROVIDER_COUNT} (so many windows ended without a count of the provider's to hold their mail
 *     against) or {@code FEWER_THAN_ESTIMATED} (less was listed than the provider had counted exactly before the job read it); more
 *     may come
 * @param scope the provider's id of the folder or scope it is about; empty for the whole mailbox
 * @param detail a stable reason, for instance the provider's error code, or numbers; no mail content; may be empty
 */
public record JobNote(String code, String scope, String detail) {
    /** Checks what must be present. */
    public JobNote {
        requireNonNull(code, "code");
        requireNonNull(scope, "scope");
        requireNonNull(detail, "detail");
    }
}
