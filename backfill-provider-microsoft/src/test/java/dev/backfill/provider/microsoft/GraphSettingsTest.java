package dev.backfill.provider.microsoft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.InvalidRequestException;
import dev.backfill.spi.Settings;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings and the limits that follow from them. */
class GraphSettingsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://graph.example.com/v1.0",
                "https://graph.microsoft.com",
                "https://graph.microsoft.com/v1.0?x=1",
                "ftp://graph/v1.0",
                "nonsense"
            })
    void aBaseUrlThatCannotBeRightIsRefused(String url) {
        Settings settings = Settings.of("microsoft", Map.of("base-url", url));

        assertThatThrownBy(() -> new MicrosoftEmailSource().quotas(settings))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("base-url");
    }

    @Test
    void settingsAreChecked() {
        MicrosoftEmailSource source = new MicrosoftEmailSource();

        assertThat(source.quotas(Settings.of("microsoft", Map.of("base-url", "https://graph.microsoft.us/v1.0/"))))
                .extracting(quota -> quota.amount())
                .containsExactly(10_000L, 4L, 130_000L);
        assertThatThrownBy(() -> source.quotas(Settings.of("microsoft", Map.of("body", "rtf"))))
                .hasMessageContaining("native");
        assertThatThrownBy(() -> source.quotas(Settings.of("microsoft", Map.of("read-timeout-seconds", "0"))))
                .hasMessageContaining("1 to 3600");
        assertThatThrownBy(() -> source.quotas(Settings.of("microsoft", Map.of("colour", "red"))))
                .hasMessageContaining("colour");
    }
}
