package dev.backfill.publisher.pubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.InvalidRequestException;
import dev.backfill.spi.Settings;
import dev.backfill.spi.SinkException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SinkSettingsTest {
    private static SinkSettings read(Map<String, String> values, Map<String, String> environment) {
        return SinkSettings.read(new Settings(PubSubMessageSink.ID, values, environment::get));
    }

    @Test
    void theDefaultsAreThoseMeasuredBest() {
        SinkSettings settings = read(Map.of("project", "p-1"), Map.of());
        assertThat(settings)
                .isEqualTo(new SinkSettings(
                        "projects/p-1/topics/emails",
                        null,
                        null,
                        false,
                        null,
                        false,
                        100,
                        1_000_000,
                        Duration.ofMillis(10),
                        Duration.ofSeconds(60),
                        0));
    }

    @Test
    void theEnvironmentStandsInForProjectAndEmulator() {
        SinkSettings settings =
                read(Map.of(), Map.of("PUBSUB_PROJECT_ID", "env-project", "PUBSUB_EMULATOR_HOST", "localhost:8085"));
        assertThat(settings.topic()).isEqualTo("projects/env-project/topics/emails");
        assertThat(settings.emulatorHost()).isEqualTo("localhost:8085");
    }

    @Test
    void aSettingWinsOverTheEnvironment() {
        SinkSettings settings = read(
                Map.of("project", "mine", "emulator-host", "[::1]:9"),
                Map.of("PUBSUB_PROJECT_ID", "env-project", "PUBSUB_EMULATOR_HOST", "localhost:8085"));
        assertThat(settings.topic()).isEqualTo("projects/mine/topics/emails");
        assertThat(settings.emulatorHost()).isEqualTo("[::1]:9");
    }

    @Test
    void theEmulatorIsNeverAssumed() {
        assertThat(read(Map.of("project", "p-1"), Map.of()).emulatorHost()).isNull();
    }

    @Test
    void aFullTopicNameNeedsNoProject() {
        assertThat(read(Map.of("topic", "projects/other/topics/mails"), Map.of())
                        .topic())
                .isEqualTo("projects/other/topics/mails");
    }

    @Test
    void aMissingProjectNamesBothPlaces() {
        assertThatThrownBy(() -> read(Map.of(), Map.of()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("pubsub.project")
                .hasMessageContaining("PUBSUB_PROJECT_ID");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "project               | has space          | letters",
                "topic                 | 1abc               | a letter",
                "topic                 | ab                 | a letter",
                "topic                 | google-topic       | goog",
                "topic                 | projects/p/topics/ | projects/PROJECT/topics/ID",
                "emulator-host         | localhost          | HOST:PORT",
                "emulator-host         | http://localhost:1 | HOST:PORT",
                "emulator-host         | localhost:0        | 1 to 65535",
                "emulator-host         | localhost:65536    | 1 to 65535",
                "endpoint              | pubsub.example     | HOST:PORT",
                "create-topic          | yes                | true or false",
                "ordering              | user-key           | true or false",
                "credentials-file      | /no/such/file.json | can be read",
                "batch-messages        | 0                  | 1 to 1000",
                "batch-messages        | 1001               | 1 to 1000",
                "batch-bytes           | 999                | 1000 to 9990000",
                "batch-bytes           | 10000000           | 1000 to 9990000",
                "batch-delay-ms        | 0                  | 1 to 10000",
                "batch-delay-ms        | soon               | 1 to 10000",
                "total-timeout-seconds | 9                  | 10 to 600",
                "max-attempts          | -1                 | 0 to 100"
            })
    void aValueThatCannotBeUsedIsNamedWithItsRange(String name, String value, String range) {
        Map<String, String> values = new HashMap<>(Map.of("project", "p-1"));
        values.put(name, value);
        assertThatThrownBy(() -> read(values, Map.of()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("pubsub." + name)
                .hasMessageContaining(value)
                .hasMessageContaining(range);
    }

    @Test
    void aWrongVariableIsNamed() {
        assertThatThrownBy(() -> read(Map.of("project", "p-1"), Map.of("PUBSUB_EMULATOR_HOST", "8085")))
                .hasMessageContaining("PUBSUB_EMULATOR_HOST")
                .hasMessageContaining("8085");
        assertThatThrownBy(() -> read(Map.of(), Map.of("PUBSUB_PROJECT_ID", "a b")))
                .hasMessageContaining("PUBSUB_PROJECT_ID");
    }

    @Test
    void anUnknownSettingIsRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> read(Map.of("project", "p-1", "batchsize", "3"), Map.of()))
                .hasMessageContaining("pubsub.batchsize")
                .hasMessageContaining("batch-messages");
    }

    @Test
    void aCredentialsFileThatHoldsNoCredentialsIsNamedWithoutItsContent(@TempDir Path folder) throws IOException {
        for (String content : List.of(
                "",
                "[1]",
                "7",
                "null",
                "{",
                "{}",
                "top-secret",
                "{\"type\":\"top-secret\"}",
                "{\"type\":[1]}",
                "{\"type\":\"service_account\",\"client_id\":\"c\",\"client_email\":\"e@example.com\","
                        + "\"private_key_id\":\"k\",\"private_key\":\"top-secret\"}")) {
            Path file = Files.writeString(folder.resolve("credentials.json"), content);
            Settings settings =
                    Settings.of(PubSubMessageSink.ID, Map.of("project", "p-1", "credentials-file", file.toString()));
            assertThatThrownBy(() -> new PubSubMessageSink().open(Sinks.context(settings)))
                    .as(content)
                    .isInstanceOfSatisfying(SinkException.class, problem -> {
                        assertThat(problem.kind()).isEqualTo(SinkException.Kind.FATAL);
                        assertThat(problem.code()).isEqualTo("CREDENTIALS");
                        assertThat(problem)
                                .hasMessageContaining("pubsub.credentials-file")
                                .hasMessageContaining(file.toString())
                                .hasMessageContaining("service account key");
                        StringWriter all = new StringWriter();
                        problem.printStackTrace(new PrintWriter(all));
                        assertThat(all.toString()).doesNotContain("top-secret");
                    });
        }
    }

    @Test
    void anEmulatorNeedsNoCredentials() {
        SinkSettings settings = read(Map.of("project", "p-1", "emulator-host", "localhost:1"), Map.of());
        assertThat(settings.credentialsFile()).isNull();
    }
}
