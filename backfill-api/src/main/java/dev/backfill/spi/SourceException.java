package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong at a provider. Its kind alone decides what the engine does. Its message and code hold nothing of a mail, no
 * address and no token.
 */
public final class SourceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What the engine does about it. */
    public enum Kind {
        /** Transient: the request is sent again, a few times. */
        RETRY,
        /** The gateway gave up on the size: the page is asked for again with half the messages. */
        RETRY_SMALLER,
        /** The quota is used up: nothing is sent to the scope until the time given; counts against nobody. */
        THROTTLED,
        /** Nothing will work for minutes or hours: the job gives up its slot and comes back at the time given. */
        PARKED,
        /** The token was refused: one refresh, then the job fails as AUTHENTICATION and can be resumed. */
        AUTH,
        /**
         * The position is dead, not merely what is needed beside it: the partition is walked again from its last acknowledged position,
         * or from its beginning if that is the one that died. Six times without getting any further fail the job.
         */
        RESTART_PARTITION,
        /** This message cannot be read: it becomes a failure row, or is skipped if it is gone. */
        SKIP_MESSAGE,
        /** The folder is gone or forbidden: it is recorded and named in the result. */
        SKIP_PARTITION,
        /** Nothing can be done: the job fails with the code and can be resumed. */
        FAIL_JOB,
        /** The job is being stopped; thrown by the engine's own calls, never by a provider. */
        STOPPED
    }

    /** How far the error reaches. */
    public enum Scope {
        /** One message. */
        MESSAGE,
        /** One folder or partition. */
        PARTITION,
        /** The whole mailbox. */
        MAILBOX,
        /** Every mailbox of the app or project. */
        PROJECT
    }

    private final Kind kind;
    private final Scope scope;
    private final String code;
    private final transient @Nullable Instant retryAt;
    private final boolean tooManyConcurrent;

    private SourceException(Builder builder, String message) {
        super(message, builder.cause);
        this.kind = builder.kind;
        this.scope = builder.scope;
        this.code = builder.code;
        this.retryAt = builder.retryAt;
        this.tooManyConcurrent = builder.tooManyConcurrent;
    }

    /**
     * Starts an exception.
     *
     * @param kind what the engine shall do
     * @param scope how far the error reaches
     * @param code a stable code, the provider's own where it has one, for instance {@code ErrorItemNotFound}
     * @return a builder
     */
    public static Builder of(Kind kind, Scope scope, String code) {
        return new Builder(kind, scope, code);
    }

    /** {@return what the engine shall do} */
    public Kind kind() {
        return kind;
    }

    /** {@return how far the error reaches} */
    public Scope scope() {
        return scope;
    }

    /** {@return the stable code} */
    public String code() {
        return code;
    }

    /** {@return when to try again, for THROTTLED, PARKED and RETRY; empty when the provider did not say} */
    public Optional<Instant> retryAt() {
        return Optional.ofNullable(retryAt);
    }

    /** {@return true if fewer requests at the same time may help: the provider complained of them, or its gateway gave up under them} */
    public boolean tooManyConcurrent() {
        return tooManyConcurrent;
    }

    /**
     * Says whether the other requests of a batch ({@link ApiCalls#all}) are not sent any more once one has failed with this: it says
     * more than something of that one request.
     *
     * @return true for what ends the job or the partition
     */
    public boolean endsBatch() {
        return switch (kind) {
            case AUTH, PARKED, FAIL_JOB, STOPPED -> true;
            case RESTART_PARTITION, SKIP_PARTITION -> scope != Scope.MESSAGE;
            case RETRY, RETRY_SMALLER, THROTTLED, SKIP_MESSAGE -> false;
        };
    }

    /** Collects the parts of an exception. Not thread-safe. */
    public static final class Builder {
        private final Kind kind;
        private final Scope scope;
        private final String code;
        private @Nullable Instant retryAt;
        private boolean tooManyConcurrent;
        private @Nullable Throwable cause;

        private Builder(Kind kind, Scope scope, String code) {
            this.kind = requireNonNull(kind, "kind");
            this.scope = requireNonNull(scope, "scope");
            this.code = requireNonNull(code, "code");
        }

        /**
         * Sets when to try again.
         *
         * @param value the time; null when the provider did not say
         * @return this builder
         */
        public Builder retryAt(@Nullable Instant value) {
            this.retryAt = value;
            return this;
        }

        /**
         * Marks the error as one of requests at the same time: fewer are sent at once for a while.
         *
         * @return this builder
         */
        public Builder concurrency() {
            this.tooManyConcurrent = true;
            return this;
        }

        /**
         * Sets the cause.
         *
         * @param value the vendor's exception; its message must hold no mail and no token
         * @return this builder
         */
        public Builder cause(@Nullable Throwable value) {
            this.cause = value;
            return this;
        }

        /**
         * Makes the exception.
         *
         * @param message what failed, without mail, address or token
         * @return the exception
         */
        public SourceException build(String message) {
            return new SourceException(this, message);
        }
    }
}
