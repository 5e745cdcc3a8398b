package dev.backfill.testkit;

import static java.util.Objects.requireNonNull;

import dev.backfill.spi.SourceException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a scripted source answers in place of an answer, as data. Immutable and thread-safe.
 *
 * @param kind what the engine shall do about it
 * @param scope how far it reaches
 * @param code a stable code
 * @param retryAfter when to try again, from the time it is thrown; null when the provider does not say
 * @param tooManyConcurrent true if the provider complains of requests at the same time
 */
public record Fault(
        SourceException.Kind kind,
        SourceException.Scope scope,
        String code,
        @Nullable Duration retryAfter,
        boolean tooManyConcurrent) {
    /** Checks what must be present. */
    public Fault {
        requireNonNull(kind, "kind");
        requireNonNull(scope, "scope");
        requireNonNull(code, "code");
    }

    /**
     * Makes a fault whose code is the name of its kind, of the scope such a fault usually has.
     *
     * @param kind what the engine shall do about it
     * @return the fault
     */
    public static Fault of(SourceException.Kind kind) {
        SourceException.Scope scope = switch (kind) {
            case SKIP_MESSAGE -> SourceException.Scope.MESSAGE;
            case RESTART_PARTITION, SKIP_PARTITION, RETRY, RETRY_SMALLER -> SourceException.Scope.PARTITION;
            case THROTTLED, PARKED, AUTH, FAIL_JOB, STOPPED -> SourceException.Scope.MAILBOX;
        };
        return new Fault(kind, scope, kind.name(), null, false);
    }

    /**
     * Makes a throttling with a time to wait.
     *
     * @param retryAfter how long nothing shall be sent; null when the provider does not say
     * @return the fault
     */
    public static Fault throttled(@Nullable Duration retryAfter) {
        return new Fault(SourceException.Kind.THROTTLED, SourceException.Scope.MAILBOX, "THROTTLED", retryAfter, false);
    }

    /**
     * Makes a block of hours.
     *
     * @param retryAfter how long the job shall stay away
     * @return the fault
     */
    public static Fault parked(Duration retryAfter) {
        return new Fault(SourceException.Kind.PARKED, SourceException.Scope.MAILBOX, "PARKED", retryAfter, false);
    }

    /**
     * Gives this fault with another code.
     *
     * @param value the code
     * @return the fault
     */
    public Fault code(String value) {
        return new Fault(kind, scope, value, retryAfter, tooManyConcurrent);
    }

    SourceException toException(Instant now) {
        SourceException.Builder builder =
                SourceException.of(kind, scope, code).retryAt(retryAfter == null ? null : now.plus(retryAfter));
        if (tooManyConcurrent) {
            builder.concurrency();
        }
        return builder.build("the test wants it so: " + code);
    }
}
