package dev.backfill.core.throttle;

import dev.backfill.spi.SourceException;
import dev.failsafe.Execution;
import dev.failsafe.RetryPolicy;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether and when requests are sent again after transient errors. Failsafe counts the attempts and gives the delay;
 * nobody sleeps here. Thread-safe.
 */
final class Retries {
    private final RetryPolicy<Object> policy;

    Retries(RetryConfig config, DoubleSupplier random) {
        this.policy = RetryPolicy.builder()
                .handle(SourceException.class)
                .withMaxAttempts(config.maxAttempts())
                .withDelayFn(context -> fullJitter(config, context.getAttemptCount(), random))
                .build();
    }

    private static Duration fullJitter(RetryConfig config, int attempts, DoubleSupplier random) {
        Duration longest = Nanos.doubled(config.firstDelay(), attempts - 1, config.maxDelay());
        return Nanos.part(longest, random.getAsDouble());
    }

    /** {@return the attempts of one call} */
    OfCall begin() {
        return new OfCall(policy);
    }

    /** The attempts of one call. Used by the call's thread alone. */
    static final class OfCall {
        private final RetryPolicy<Object> policy;
        private @Nullable Execution<Object> execution;

        private OfCall(RetryPolicy<Object> policy) {
            this.policy = policy;
        }

        /** {@return how long to wait before the next attempt; null when there shall be none} */
        @Nullable
        Duration after(SourceException error) {
            Execution<Object> current = execution;
            if (current == null) {
                // Most calls never fail, they need none.
                current = Execution.of(policy);
                execution = current;
            }
            current.recordException(error);
            return current.isComplete() ? null : current.getDelay();
        }
    }
}
