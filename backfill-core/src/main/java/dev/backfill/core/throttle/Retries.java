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
    private final RetryConfig config;
    private final DoubleSupplier random;

    Retries(RetryConfig config, DoubleSupplier random) {
        this.config = config;
        this.random = random;
        this.policy = RetryPolicy.builder()
                .handle(SourceException.class)
                .withMaxAttempts(config.maxAttempts())
                .withDelayFn(context -> delay(context.getAttemptCount()))
                .build();
    }

    /** {@return how long to wait after so many attempts that failed, 1 or more: a random part of a time that doubles} */
    Duration delay(int attempts) {
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
