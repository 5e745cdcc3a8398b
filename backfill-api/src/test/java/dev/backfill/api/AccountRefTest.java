package dev.backfill.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccountRefTest {
    private static final UserId USER = UserId.of("mara@example.org");

    @ParameterizedTest
    @ValueSource(strings = {"google", "a", "0-9", "abcdefghijklmnopqrstuvwxyz012345"})
    void a_provider_is_1_to_32_of_a_few_characters(String provider) {
        assertThat(new AccountRef(USER, provider, "me").provider()).isEqualTo(provider);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Google", "a b", "a_b", "abcdefghijklmnopqrstuvwxyz0123456", "google\n"})
    void any_other_provider_is_refused(String provider) {
        assertThatThrownBy(() -> new AccountRef(USER, provider, "me"))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        failure -> assertThat(failure.field()).isEqualTo("provider"));
    }

    @Test
    void an_account_holds_1_to_320_characters() {
        assertThat(new AccountRef(USER, "google", "x".repeat(320)).account()).hasSize(320);
        assertThatThrownBy(() -> new AccountRef(USER, "google", "x".repeat(321)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("account", "1 to 320", "321");
        assertThatThrownBy(() -> new AccountRef(USER, "google", " ")).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void its_text_hides_user_and_account() {
        assertThat(new AccountRef(USER, "google", "box@example.org").toString())
                .contains("google", USER.key())
                .doesNotContain("@", "box", "mara");
    }
}
