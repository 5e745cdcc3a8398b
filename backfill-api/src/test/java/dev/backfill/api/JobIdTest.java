package dev.backfill.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobIdTest {
    private static final Instant NOW = Instant.parse("2026-01-31T23:59:59.999Z");

    @Test
    void a_new_id_reads_user_time_and_eight_hex_digits() {
        RandomGenerator random = new Random() {
            private static final long serialVersionUID = 1L;

            @Override
            public int nextInt() {
                return 0x0a1b2c3d;
            }
        };

        assertThat(JobId.create(UserId.of("u42"), NOW, random)).hasToString("backfill_u42_20260131_235959_0a1b2c3d");
    }

    @Test
    void an_id_never_holds_an_address() {
        assertThat(JobId.create(UserId.of("mara@example.org"), NOW, new Random(1))
                        .value())
                .matches("backfill_[0-9a-f]{16}_20260131_235959_[0-9a-f]{8}");
    }

    @Test
    void the_longest_user_has_ids_as_well() {
        assertThat(JobId.create(UserId.of("x".repeat(64)), NOW, new Random(1)).value())
                .hasSizeLessThanOrEqualTo(128);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a/b", "a@b", "ä", "a\n"})
    void what_is_not_plain_is_no_id(String value) {
        assertThatThrownBy(() -> new JobId(value))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("job_id");
    }

    @Test
    void an_id_holds_at_most_128_characters() {
        assertThat(new JobId("x".repeat(128)).value()).hasSize(128);
        assertThatThrownBy(() -> new JobId("x".repeat(129))).isInstanceOf(InvalidRequestException.class);
    }
}
