package dev.backfill.api;

import org.jspecify.annotations.Nullable;

/** A question to the provider outside a job failed. */
public final class MailboxAccessException extends BackfillException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param code the stable code, for instance {@code AUTHENTICATION}
     * @param message what failed, and what to do
     * @param cause the provider's error; may be null
     */
    public MailboxAccessException(String code, String message, @Nullable Throwable cause) {
        super(code, message, cause);
    }
}
