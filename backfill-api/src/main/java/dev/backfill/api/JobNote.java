package dev.backfill.api;

import static java.util.Objects.requireNonNull;

/**
 * Something the reader of a result should know. Immutable and thread-safe.
 *
 * @param code a stable code, for instance {@code FOLDER_SKIPPED}
 * @param scope the provider's id of the folder or scope it is about; empty for the whole mailbox
 * @param detail a stable reason, for instance the provider's error code; no mail content; may be empty
 */
public record JobNote(String code, String scope, String detail) {
    /** Checks what must be present. */
    public JobNote {
        requireNonNull(code, "code");
        requireNonNull(scope, "scope");
        requireNonNull(detail, "detail");
    }
}
