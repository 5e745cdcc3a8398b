package dev.backfill.examples.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.examples.quickstart.Quickstart;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/embedding.md says of modules: api and core on the module path, providers, sink and their SDKs on the class path. */
class ModulePathTest {
    /** Our two modules and what they require. */
    private static final String MODULES =
            ".*(backfill-(api|core)|dev.failsafe.failsafe|bucket4j|slf4j-api|jackson-core|jspecify).*";

    @TempDir
    private Path folder;

    @Test
    void theEngineIsAModuleAndFindsProvidersAndSinkOnTheClassPath() throws Exception {
        Jvm probe = Jvm.run(folder, command(DiscoveryProbe.class, "nobody"));

        assertThat(probe.output())
                .contains("engine in module dev.backfill.core")
                .contains("has the id \"nobody\"; there are [google, microsoft]")
                .doesNotContain("could not be used", "does not declare");
    }

    @Test
    void theQuickstartRunsWithTheEngineAsAModule() throws Exception {
        Jvm quickstart = Jvm.run(folder, command(Quickstart.class, "--messages", "20", "--verify"));

        assertThat(quickstart.output()).contains("Microsoft verified", "Google verified");
        assertThat(quickstart.exitCode()).as(quickstart.output()).isZero();
    }

    private static List<String> command(Class<?> main, String... arguments) {
        List<Path> modules = new ArrayList<>();
        List<Path> others = new ArrayList<>(List.of(Jvm.testClasses()));
        for (Path entry : Jvm.classPath()) {
            (entry.toString().replace('\\', '.').replace('/', '.').matches(MODULES) ? modules : others).add(entry);
        }
        List<String> command = new ArrayList<>(List.of(
                "-p",
                Jvm.path(modules),
                "--add-modules",
                "dev.backfill.core",
                "-cp",
                Jvm.path(others),
                main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }
}
