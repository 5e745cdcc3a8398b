package dev.backfill.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.InvalidRequestException;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class EngineConfigTest {
    @Test
    void defaults_are_those_of_the_contract() {
        EngineConfig config = EngineConfig.defaults();

        assertThat(config.maxConcurrentJobs()).isEqualTo(5);
        assertThat(config.jobTimeout()).isEqualTo(Duration.ofHours(24));
        assertThat(config.defaultBatchSize()).isEqualTo(100);
        assertThat(config.defaultRateLimit()).isEqualTo(100);
        assertThat(config.sourceService()).isEqualTo("office-service");
        assertThat(config.orderingByUser()).isFalse();
        assertThat(config.memoryBudgetBytes())
                .isEqualTo(Runtime.getRuntime().maxMemory() / 4)
                .isPositive();
    }

    @Test
    void each_engine_has_a_name_of_its_own_unless_it_is_given_one() {
        assertThat(EngineConfig.defaults().instanceName())
                .isNotEqualTo(EngineConfig.defaults().instanceName());
        assertThat(EngineConfig.builder().instanceName("pod-7").build().instanceName())
                .isEqualTo("pod-7");
    }

    @Test
    void a_builder_made_of_a_configuration_holds_all_of_it() {
        EngineConfig config = EngineConfig.builder()
                .maxConcurrentJobs(7)
                .jobTimeout(Duration.ofHours(2))
                .defaultBatchSize(11)
                .defaultRateLimit(12)
                .memoryBudgetBytes(5_000_000)
                .maxUnacknowledgedPages(3)
                .breakerFailuresInRow(9)
                .breakerFailureShare(0.25)
                .breakerMinimum(10)
                .callTimeout(Duration.ofSeconds(7))
                .callAttempts(2)
                .callFirstDelay(Duration.ofMillis(3))
                .callMaxDelay(Duration.ofMillis(4))
                .safetyShare(0.5)
                .publishFirstDelay(Duration.ofMillis(5))
                .publishMaxDelay(Duration.ofMillis(6))
                .ageStep(Duration.ofMinutes(1))
                .sweepInterval(Duration.ofMillis(50))
                .stopGrace(Duration.ZERO)
                .attachmentMaxBytes(0)
                .sourceService("crawler")
                .orderingByUser(true)
                .throttling(Throttling.DEFAULT.withParkAfter(Duration.ofMinutes(1)))
                .build();

        assertThat(config.toBuilder().build()).isEqualTo(config);
        assertThat(config.toString()).contains("maxConcurrentJobs=7", "sourceService=crawler");
    }

    static Stream<Arguments> outOfRange() {
        return Stream.of(
                wrong("instanceName", "", builder -> builder.instanceName("")),
                wrong("instanceName", "a b", builder -> builder.instanceName("a b")),
                wrong("maxConcurrentJobs", "0", builder -> builder.maxConcurrentJobs(0)),
                wrong("maxConcurrentJobs", "1001", builder -> builder.maxConcurrentJobs(1_001)),
                wrong("jobTimeout", "PT0.999S", builder -> builder.jobTimeout(Duration.ofMillis(999))),
                wrong("jobTimeout", "PT8784H", builder -> builder.jobTimeout(Duration.ofDays(366))),
                wrong("defaultBatchSize", "0", builder -> builder.defaultBatchSize(0)),
                wrong("defaultBatchSize", "1001", builder -> builder.defaultBatchSize(1_001)),
                wrong("defaultRateLimit", "0", builder -> builder.defaultRateLimit(0)),
                wrong("defaultRateLimit", "1001", builder -> builder.defaultRateLimit(1_001)),
                wrong("memoryBudgetBytes", "1048575", builder -> builder.memoryBudgetBytes((1 << 20) - 1)),
                wrong("memoryBudgetBytes", "-1", builder -> builder.memoryBudgetBytes(-1)),
                wrong("maxUnacknowledgedPages", "0", builder -> builder.maxUnacknowledgedPages(0)),
                wrong("maxUnacknowledgedPages", "65", builder -> builder.maxUnacknowledgedPages(65)),
                wrong("breakerFailuresInRow", "0", builder -> builder.breakerFailuresInRow(0)),
                wrong("breakerFailureShare", "0.0", builder -> builder.breakerFailureShare(0)),
                wrong("breakerFailureShare", "1.1", builder -> builder.breakerFailureShare(1.1)),
                wrong("breakerFailureShare", "NaN", builder -> builder.breakerFailureShare(Double.NaN)),
                wrong("breakerMinimum", "0", builder -> builder.breakerMinimum(0)),
                wrong("callTimeout", "PT0.099S", builder -> builder.callTimeout(Duration.ofMillis(99))),
                wrong("callTimeout", "PT11M", builder -> builder.callTimeout(Duration.ofMinutes(11))),
                wrong("callAttempts", "0", builder -> builder.callAttempts(0)),
                wrong("callAttempts", "101", builder -> builder.callAttempts(101)),
                wrong("callFirstDelay", "PT0S", builder -> builder.callFirstDelay(Duration.ZERO)),
                wrong("callFirstDelay", "PT31S", builder -> builder.callFirstDelay(Duration.ofSeconds(31))),
                wrong("callMaxDelay", "PT11M", builder -> builder.callMaxDelay(Duration.ofMinutes(11))),
                wrong("safetyShare", "-0.5", builder -> builder.safetyShare(-0.5)),
                wrong("publishFirstDelay", "PT31S", builder -> builder.publishFirstDelay(Duration.ofSeconds(31))),
                wrong("publishMaxDelay", "PT0S", builder -> builder.publishMaxDelay(Duration.ZERO)),
                wrong("ageStep", "PT0S", builder -> builder.ageStep(Duration.ZERO)),
                wrong("sweepInterval", "PT0.009S", builder -> builder.sweepInterval(Duration.ofMillis(9))),
                wrong("stopGrace", "PT-1S", builder -> builder.stopGrace(Duration.ofSeconds(-1))),
                wrong("attachmentMaxBytes", "-1", builder -> builder.attachmentMaxBytes(-1)),
                wrong("attachmentMaxBytes", "67108865", builder -> builder.attachmentMaxBytes((64L << 20) + 1)),
                wrong("sourceService", "1", builder -> builder.sourceService(" ")),
                wrong("sourceService", "129", builder -> builder.sourceService("s".repeat(129))));
    }

    @ParameterizedTest
    @CsvSource({
        "burstShare, 0, 1, 60, 600, 1800, 900, 3600, 50, 0.0",
        "burstShare, 1.5, 1, 60, 600, 1800, 900, 3600, 50, 1.5",
        "firstPause, 0.25, 0, 60, 600, 1800, 900, 3600, 50, PT0S",
        "firstPause, 0.25, 61, 60, 600, 1800, 900, 3600, 50, PT1M1S",
        "maxPause, 0.25, 1, 3601, 600, 1800, 900, 3600, 50, PT1H1S",
        "parkAfter, 0.25, 1, 60, 0, 1800, 900, 3600, 50, PT0S",
        "maxThrottled, 0.25, 1, 60, 600, 86401, 900, 3600, 50, PT24H1S",
        "parkFor, 0.25, 1, 60, 600, 1800, 0, 3600, 50, PT0S",
        "maxOutage, 0.25, 1, 60, 600, 1800, 900, -1, 50, PT-1S",
        "maxOutage, 0.25, 1, 60, 600, 1800, 900, 604801, 50, PT168H1S",
        "growAfter, 0.25, 1, 60, 600, 1800, 900, 3600, 0, 0"
    })
    void a_limit_of_patience_out_of_range_is_refused_with_field_and_value(
            String field,
            double burst,
            long first,
            long max,
            long after,
            long most,
            long parked,
            long outage,
            int grow,
            String value) {
        assertThatThrownBy(() -> new Throttling(
                        burst,
                        Duration.ofSeconds(first),
                        Duration.ofSeconds(max),
                        Duration.ofSeconds(after),
                        Duration.ofSeconds(most),
                        Duration.ofSeconds(parked),
                        Duration.ofSeconds(outage),
                        grow))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        failure -> assertThat(failure.field()).isEqualTo(field))
                .hasMessageEndingWith(value);
    }

    @Test
    void the_limits_of_patience_are_the_engines() {
        Throttling changed = Throttling.DEFAULT
                .withBurstShare(0.5)
                .withPauses(Duration.ofSeconds(2), Duration.ofMinutes(5))
                .withParkAfter(Duration.ofMinutes(2))
                .withMaxThrottled(Duration.ofMinutes(3))
                .withParkFor(Duration.ofMinutes(4))
                .withMaxOutage(Duration.ofHours(7))
                .withGrowAfter(60);

        assertThat(changed)
                .isEqualTo(new Throttling(
                        0.5,
                        Duration.ofSeconds(2),
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(2),
                        Duration.ofMinutes(3),
                        Duration.ofMinutes(4),
                        Duration.ofHours(7),
                        60));
    }

    private static Arguments wrong(String field, String value, Consumer<EngineConfigBuilder> change) {
        return Arguments.of(field, value, change);
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("outOfRange")
    void a_value_out_of_range_is_refused_with_field_range_and_value(
            String field, String value, Consumer<EngineConfigBuilder> change) {
        EngineConfigBuilder builder = EngineConfig.builder();
        change.accept(builder);

        assertThatThrownBy(builder::build)
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        failure -> assertThat(failure.field()).isEqualTo(field))
                .hasMessageStartingWith(field + ": must ")
                .hasMessageEndingWith(value);
    }

    @Test
    void the_environment_sets_what_it_names() {
        EngineConfig config = EngineConfig.fromEnvironment(Map.of(
                "MAX_CONCURRENT_JOBS", "20",
                "JOB_TIMEOUT_HOURS", " 48 ",
                "DEFAULT_BATCH_SIZE", "1000",
                "DEFAULT_RATE_LIMIT", "1",
                "LOG_LEVEL", "whatever")::get);

        assertThat(config.maxConcurrentJobs()).isEqualTo(20);
        assertThat(config.jobTimeout()).isEqualTo(Duration.ofHours(48));
        assertThat(config.defaultBatchSize()).isEqualTo(1_000);
        assertThat(config.defaultRateLimit()).isEqualTo(1);
    }

    @Test
    void what_the_environment_does_not_set_keeps_its_default() {
        EngineConfig config = EngineConfig.fromEnvironment(name -> name.equals("DEFAULT_BATCH_SIZE") ? " " : null);

        assertThat(config.toBuilder().instanceName("same").build())
                .isEqualTo(EngineConfig.builder().instanceName("same").build());
    }

    @ParameterizedTest
    @CsvSource({
        "MAX_CONCURRENT_JOBS, 0, 1 to 1000",
        "MAX_CONCURRENT_JOBS, 1001, 1 to 1000",
        "MAX_CONCURRENT_JOBS, five, 1 to 1000",
        "MAX_CONCURRENT_JOBS, 99999999999999999999, 1 to 1000",
        "JOB_TIMEOUT_HOURS, 0, 1 to 8760",
        "JOB_TIMEOUT_HOURS, 8761, 1 to 8760",
        "JOB_TIMEOUT_HOURS, 1.5, 1 to 8760",
        "DEFAULT_BATCH_SIZE, 1001, 1 to 1000",
        "DEFAULT_BATCH_SIZE, -1, 1 to 1000",
        "DEFAULT_RATE_LIMIT, 0, 1 to 1000",
        "DEFAULT_RATE_LIMIT, 1001, 1 to 1000"
    })
    void a_variable_out_of_range_is_refused_with_variable_range_and_value(String name, String value, String range) {
        Map<String, String> environment = Map.of(name, value);

        assertThatThrownBy(() -> EngineConfig.fromEnvironment(environment::get))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll(name, range, value);
    }
}
