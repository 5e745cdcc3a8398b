package dev.backfill.examples.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.examples.quickstart.Quickstart;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/embedding.md says of fat jars. The services lie in a jar of their own, so that the rest is packed once. */
class FatJarTest {
    @TempDir
    private static Path folder;

    private static Path rest;
    private static List<Path> classPath;

    @BeforeAll
    static void packAllButWhatOnlyTestsAndGraphsOwnClientNeed() throws IOException {
        classPath = Jvm.classPath().stream()
                .filter(entry -> !entry.getFileName()
                        .toString()
                        .matches("(microsoft-graph-[0-9]|archunit|byte-buddy|assertj|junit|surefire).*\\.jar"))
                .toList();
        rest = folder.resolve("rest.jar");
        FatJar.pack(classPath, rest);
    }

    @Test
    void mergedServicesKeepBothProvidersAndTheQuickstartRuns() throws Exception {
        Path services = folder.resolve("merged.jar");
        FatJar.packServices(classPath, services, String::concat);

        assertThat(probe(services, "nobody").output())
                .contains("has the id \"nobody\"; there are [google, microsoft]")
                .doesNotContain("could not be used");
        Jvm quickstart = Jvm.run(
                folder,
                List.of(
                        "-cp",
                        Jvm.path(List.of(rest, services)),
                        Quickstart.class.getName(),
                        "--provider",
                        "google",
                        "--messages",
                        "20",
                        "--verify"));
        assertThat(quickstart.output()).contains("Google verified, every field of 20 messages compared");
        assertThat(quickstart.exitCode()).as(quickstart.output()).isZero();
    }

    @Test
    void servicesOfWhichTheLastWinsLoseAProviderAndTheErrorSaysWhatToDo() throws Exception {
        Path services = folder.resolve("last.jar");
        FatJar.packServices(classPath, services, (first, last) -> last);

        assertThat(probe(services, "microsoft").output())
                .contains("has the id \"microsoft\"; there are [google]")
                .contains("add dev.backfill:backfill-provider-microsoft:")
                .contains("a fat jar must merge the files of META-INF/services");
    }

    @Test
    void settingsOfALostProviderSayWhatToDoToo() throws Exception {
        Path services = folder.resolve("lost.jar");
        FatJar.packServices(classPath, services, (first, last) -> last);

        assertThat(probe(services, "microsoft", "settings").output())
                .contains("settings: are for microsoft, but there are only [google, pubsub, recording]")
                .contains("A fat jar must merge the files of META-INF/services");
    }

    @Test
    void servicesThatAreLeftOutLoseTheSinkAndTheErrorSaysWhatToDo() throws Exception {
        Path services = folder.resolve("none.jar");
        FatJar.packServices(List.of(), services, String::concat);

        assertThat(probe(services, "microsoft", "sink").output())
                .contains("there is no sink; add dev.backfill:backfill-publisher-pubsub")
                .contains("a fat jar must merge the files of META-INF/services");
    }

    private static Jvm probe(Path services, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(
                List.of("-cp", Jvm.path(List.of(rest, services, Jvm.testClasses())), DiscoveryProbe.class.getName()));
        command.addAll(List.of(arguments));
        return Jvm.run(folder, command);
    }
}
