package dev.backfill.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserIdTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"u", "U-42_x", "azAZ09", "0123456789012345678901234567890123456789012345678901234567890123"})
    void a_plain_name_is_its_own_key(String name) {
        assertThat(UserId.of(name).key()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mara@example.org",
                "a b",
                "user/1",
                "ü",
                "a.b",
                "a`{@[/:",
                "01234567890123456789012345678901234567890123456789012345678901234"
            })
    void any_other_name_has_a_short_hash_as_its_key(String name) {
        UserId user = UserId.of(name);

        assertThat(user.key()).matches("[0-9a-f]{16}").isEqualTo(UserId.of(name).key());
        assertThat(user.toString()).isEqualTo(user.key());
        assertThat(user.value()).isEqualTo(name);
    }

    @Test
    void the_hash_is_the_beginning_of_a_sha_256() {
        // echo -n mara@example.org | sha256sum
        assertThat(UserId.of("mara@example.org").key()).isEqualTo("5aee28faf0323be4");
    }

    @Test
    void two_names_have_two_keys() {
        assertThat(UserId.of("a@example.org").key())
                .isNotEqualTo(UserId.of("b@example.org").key());
    }

    @Test
    void a_name_holds_1_to_256_characters() {
        assertThat(UserId.of("x".repeat(UserId.MAX_LENGTH)).value()).hasSize(256);
        assertThatThrownBy(() -> UserId.of("x".repeat(257)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("user", "1 to 256", "257");
        assertThatThrownBy(() -> UserId.of("")).isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> UserId.of(" \t")).isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> UserId.of(null)).isInstanceOf(NullPointerException.class);
    }
}
