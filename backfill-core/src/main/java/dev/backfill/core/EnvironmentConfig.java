package dev.backfill.core;

import dev.backfill.api.BackfillRequest;
import dev.backfill.api.InvalidRequestException;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Reads the engine's variables of the environment. */
final class EnvironmentConfig {
    private final Function<String, @Nullable String> environment;

    private EnvironmentConfig(Function<String, @Nullable String> environment) {
        this.environment = environment;
    }

    static EngineConfig read(Function<String, @Nullable String> environment) {
        EnvironmentConfig variables = new EnvironmentConfig(environment);
        EngineConfigBuilder builder = EngineConfig.builder();
        variables.number(
                "MAX_CONCURRENT_JOBS",
                EngineConfig.MAX_CONCURRENT_JOBS,
                value -> builder.maxConcurrentJobs(Math.toIntExact(value)));
        variables.number(
                "JOB_TIMEOUT_HOURS",
                EngineConfig.MAX_JOB_TIMEOUT.toHours(),
                value -> builder.jobTimeout(Duration.ofHours(value)));
        variables.number(
                "DEFAULT_BATCH_SIZE",
                BackfillRequest.MAX_BATCH_SIZE,
                value -> builder.defaultBatchSize(Math.toIntExact(value)));
        variables.number(
                "DEFAULT_RATE_LIMIT",
                BackfillRequest.MAX_RATE_LIMIT,
                value -> builder.defaultRateLimit(Math.toIntExact(value)));
        return builder.build();
    }

    private void number(String variable, long max, LongConsumer target) {
        String value = environment.apply(variable);
        if (value == null || value.isBlank()) {
            return;
        }
        target.accept(parse(variable, value.strip(), max));
    }

    private static long parse(String variable, String value, long max) {
        try {
            long number = Long.parseLong(value);
            if (number >= 1 && number <= max) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            throw new InvalidRequestException(variable, "must be a whole number, 1 to " + max + ", was " + value);
        }
        throw new InvalidRequestException(variable, "must be 1 to " + max + ", was " + value);
    }
}
