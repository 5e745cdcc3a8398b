package dev.backfill.api;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** The root of what the library throws at its host. Its message says what failed and what to do, and holds no mail. */
public class BackfillException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    /**
     * Makes an exception.
     *
     * @param code a stable code in capitals, for instance {@code CLOSED}
     * @param message what failed, and what to do
     */
    public BackfillException(String code, String message) {
        this(code, message, null);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param code a stable code in capitals
     * @param message what failed, and what to do
     * @param cause what led to it; may be null
     */
    public BackfillException(String code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = requireNonNull(code, "code");
    }

    /** {@return the stable code} */
    public final String code() {
        return code;
    }
}
