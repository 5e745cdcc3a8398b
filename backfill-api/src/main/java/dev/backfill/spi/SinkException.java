package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** Why a sink did not take a message. Its kind alone decides what the engine does. It holds nothing of the message. */
public final class SinkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What the engine does about it. */
    public enum Kind {
        /** The sink may take it later: the engine hands it over again, with growing pauses, as long as the job lives. */
        TRANSIENT,
        /** The sink will never take this message: it becomes a failure row. */
        PERMANENT,
        /** The sink takes nothing: the job fails with the code and can be resumed. */
        FATAL
    }

    private final Kind kind;
    private final String code;

    /**
     * Makes an exception.
     *
     * @param kind what the engine shall do
     * @param code a stable code, for instance {@code TOPIC_NOT_FOUND}
     * @param message what failed and what to do, without content
     * @param cause the vendor's exception; may be null
     */
    public SinkException(Kind kind, String code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = requireNonNull(kind, "kind");
        this.code = requireNonNull(code, "code");
    }

    /** {@return what the engine shall do} */
    public Kind kind() {
        return kind;
    }

    /** {@return the stable code} */
    public String code() {
        return code;
    }
}
