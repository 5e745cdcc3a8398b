package dev.backfill.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VariablesTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            PUBSUB_EMULATOR_HOST | garbage           | HOST:PORT
            PUBSUB_EMULATOR_HOST | localhost:0       | 1 to 65535
            PUBSUB_EMULATOR_HOST | localhost:65536   | 1 to 65535
            PUBSUB_EMULATOR_HOST | localhost:http    | HOST:PORT
            PUBSUB_EMULATOR_HOST | http://localhost:8085 | without a scheme
            PUBSUB_EMULATOR_HOST | a b:8085          | HOST:PORT
            PUBSUB_PROJECT_ID    | a b               | letters, digits
            PUBSUB_PROJECT_ID    | a/topics/b        | letters, digits
            MAX_CONCURRENT_JOBS  | 0                 | 1 to 1000
            MAX_CONCURRENT_JOBS  | many              | 1 to 1000
            JOB_TIMEOUT_HOURS    | 0                 | 1 to 8760
            DEFAULT_BATCH_SIZE   | 1001              | 1 to 1000
            DEFAULT_RATE_LIMIT   | -1                | 1 to 1000
            LOG_LEVEL            | loud              | trace, debug, info, warn, error or off
            OFFICE_SERVICE_PORT  | 0                 | 1 to 65535
            OFFICE_SERVICE_PORT  | 65536             | 1 to 65535
            OFFICE_SERVICE_PORT  | http              | 1 to 65535
            """)
    void aWrongVariableIsOneLineBeforeAnythingStarts(String variable, String value, String form) {
        Path store = folder.resolve("jobs.db");

        Session session = Session.run(Map.of(variable, value), "--messages", 1, "--store", store);

        assertThat(session.exitCode()).as(session.all()).isEqualTo(2);
        assertThat(session.out()).as("nothing was begun").isEmpty();
        assertThat(session.err()).contains(variable, form, "was " + value);
        assertThat(session.err().lines()).hasSize(1);
        assertThat(store).doesNotExist();
    }

    @Test
    void blankMeansNotSet() {
        Map<String, String> blank = Map.of(
                "PUBSUB_EMULATOR_HOST", " ", "PUBSUB_PROJECT_ID", "", "LOG_LEVEL", "", "OFFICE_SERVICE_PORT", " ");

        Session session = Session.run(blank, "--messages", 3, "--provider", "google");

        assertThat(session.exitCode()).as(session.all()).isZero();
    }

    @Test
    void whatOfficeServicesAreGivenElsewhereIsTaken() throws UserMistake {
        for (String level : new String[] {"INFO", "warn", "Warning", "DEBUG"}) {
            Variables.check(Map.of("LOG_LEVEL", level, "OFFICE_SERVICE_PORT", "8000"));
        }
    }
}
