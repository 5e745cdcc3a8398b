package dev.backfill.testkit.pubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

class PubSubEmulatorTest {
    /** Google's own, so that our expectations are not only our own. */
    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    class TheRealOne implements PubSubBehaviour {
        private PubSubEmulator emulator;

        @BeforeAll
        void start() {
            Optional<Path> jar = PubSubEmulator.find();
            if (jar.isEmpty()) {
                System.out.println("NOT RUN against Google's emulator. " + PubSubEmulator.notFound());
            }
            Assumptions.assumeTrue(jar.isPresent(), PubSubEmulator::notFound);
            emulator = PubSubEmulator.start(jar.orElseThrow());
        }

        @AfterAll
        void stop() {
            if (emulator != null) {
                emulator.close();
            }
        }

        @Override
        public String host() {
            return emulator.host();
        }
    }

    @Test
    void theNewestJarOfAnSdkIsFound(@TempDir Path sdk) throws IOException {
        Path lib = Files.createDirectories(sdk.resolve("platform/pubsub-emulator/lib"));
        Files.createFile(lib.resolve("cloud-pubsub-emulator-0.8.14-all.jar"));
        Path newest = Files.createFile(lib.resolve("cloud-pubsub-emulator-0.8.20-all.jar"));
        Files.createFile(lib.resolve("something-else-9-all.jar"));

        assertThat(EmulatorJar.find(name -> null, List.of(sdk.resolve("none"), sdk)))
                .contains(newest);
    }

    @Test
    void aNamedJarWins(@TempDir Path folder) throws IOException {
        Path jar = Files.createFile(folder.resolve("emulator.jar"));
        assertThat(EmulatorJar.find(name -> jar.toString(), List.of())).contains(jar);
    }

    @Test
    void aNamedJarThatIsNotThereIsAnError(@TempDir Path folder) {
        assertThatThrownBy(() ->
                        EmulatorJar.find(name -> folder.resolve("missing.jar").toString(), List.of()))
                .hasMessageContaining("PUBSUB_EMULATOR_JAR")
                .hasMessageContaining("missing.jar");
    }

    @Test
    void noJarIsNoError(@TempDir Path empty) {
        assertThat(EmulatorJar.find(name -> null, List.of(empty))).isEmpty();
        assertThat(PubSubEmulator.notFound()).contains("PUBSUB_EMULATOR_JAR");
    }

    @Test
    void whatIsNoEmulatorIsAClearError(@TempDir Path folder) throws IOException {
        Path jar = Files.writeString(folder.resolve("broken.jar"), "not a jar");
        assertThatThrownBy(() -> PubSubEmulator.start(jar))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("did not start");
    }
}
