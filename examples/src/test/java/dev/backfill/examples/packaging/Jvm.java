package dev.backfill.examples.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One run of another JVM of this JDK. Immutable.
 *
 * @param exitCode its exit code
 * @param output all that it said
 */
record Jvm(int exitCode, String output) {
    private static final long PATIENCE_SECONDS = 100;

    /** Runs to the end; the output is kept in a file meanwhile, so that nothing waits for a reader. */
    static Jvm run(Path folder, List<String> arguments) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "jvm", ".txt");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().keySet().removeAll(List.of("PUBSUB_EMULATOR_HOST", "QUICKSTART_EXIT_FILE"));
        Process process = builder.start();
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            return new Jvm(process.exitValue(), Files.readString(output));
        } finally {
            process.destroyForcibly();
        }
    }

    /** What this JVM's tests run on: jars, or folders of classes where a module is not packaged yet; without the tests. */
    static List<Path> classPath() {
        String named = System.getProperty("surefire.test.class.path");
        return Stream.of((named == null ? System.getProperty("java.class.path") : named).split(File.pathSeparator))
                .map(Path::of)
                .filter(entry -> !entry.endsWith("test-classes"))
                .toList();
    }

    /** Where the tests' own classes are. */
    static Path testClasses() {
        return Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolve("target/test-classes");
    }

    static String path(List<Path> entries) {
        return String.join(
                File.pathSeparator, entries.stream().map(Path::toString).toList());
    }
}
