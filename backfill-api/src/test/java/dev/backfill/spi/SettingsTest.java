package dev.backfill.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.InvalidRequestException;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private static Settings of(String value) {
        return Settings.of("google", Map.of("name", value));
    }

    @Test
    void what_is_not_set_or_blank_takes_the_default() {
        for (Settings settings : new Settings[] {Settings.of("google", Map.of()), of(" ")}) {
            assertThat(settings.text("name")).isNull();
            assertThat(settings.text("name", "d")).isEqualTo("d");
            assertThat(settings.number("name", 7, 1, 9)).isEqualTo(7);
            assertThat(settings.flag("name", true)).isTrue();
            assertThat(settings.choice("name", "a", Set.of("a", "b"))).isEqualTo("a");
            assertThat(settings.url("name", "https://example.org/")).isEqualTo(URI.create("https://example.org/"));
        }
    }

    @Test
    void what_is_set_is_stripped_and_given() {
        assertThat(of(" x ").text("name")).isEqualTo("x");
        assertThat(of(" 9 ").number("name", 7, 1, 9)).isEqualTo(9);
        assertThat(of("1").number("name", 7, 1, 9)).isEqualTo(1);
        assertThat(of("false").flag("name", true)).isFalse();
        assertThat(of("true").flag("name", false)).isTrue();
        assertThat(of("b").choice("name", "a", Set.of("a", "b"))).isEqualTo("b");
        assertThat(of("http://127.0.0.1:80/v1.0").url("name", "https://example.org"))
                .isEqualTo(URI.create("http://127.0.0.1:80/v1.0"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "10", "one", "1.5", "99999999999999999999"})
    void a_number_out_of_range_is_refused_with_name_range_and_value(String value) {
        Settings settings = of(value);

        assertThatThrownBy(() -> settings.number("name", 7, 1, 9))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        failure -> assertThat(failure.field()).isEqualTo("google.name"))
                .hasMessageContainingAll("1 to 9", "was " + value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRUE", "yes", "1"})
    void a_flag_is_true_or_false(String value) {
        Settings settings = of(value);

        assertThatThrownBy(() -> settings.flag("name", false))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("google.name", "true or false", value);
    }

    @Test
    void a_choice_is_one_of_the_words() {
        Settings settings = of("c");

        assertThatThrownBy(() -> settings.choice("name", "a", Set.of("b", "a")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("google.name", "[a, b]", "was c");
    }

    @ParameterizedTest
    @ValueSource(strings = {"example.org", "/v1.0", "ftp://example.org", "http:///path", "http://a b"})
    void an_address_is_http_with_a_host(String value) {
        Settings settings = of(value);

        assertThatThrownBy(() -> settings.url("name", "https://example.org"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("google.name", "http", value);
    }

    @Test
    void an_unknown_name_is_refused_with_those_that_are_known() {
        Settings settings = of("x");

        settings.requireKnown(Set.of("name", "other"));
        assertThatThrownBy(() -> settings.requireKnown(Set.of("nmae", "other")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("google.name", "[nmae, other]");
    }

    @Test
    void the_environment_is_asked_by_name() {
        Map<String, String> environment = Map.of("A", " x ", "B", " ");
        Settings settings = new Settings("google", Map.of(), environment::get);

        assertThat(settings.environment("A")).isEqualTo("x");
        assertThat(settings.environment("B")).isNull();
        assertThat(settings.environment("C")).isNull();
        assertThat(of("x").environment("A")).isNull();
    }

    @Test
    void its_text_shows_names_and_no_values() {
        assertThat(of("s3cret").toString()).contains("google", "name").doesNotContain("s3cret");
    }
}
