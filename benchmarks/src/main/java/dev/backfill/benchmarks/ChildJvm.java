package dev.backfill.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A JVM beside this one, of the same JDK and on the same class path: what runs there shares neither heap nor processor time with
 * what is measured here. It tells its figures line by line. Confined to one thread.
 */
final class ChildJvm implements AutoCloseable {
    private static final int CLOSE_SECONDS = 10;

    private final Process process;
    private final BufferedReader lines;

    private ChildJvm(Process process) {
        this.process = process;
        this.lines = process.inputReader(StandardCharsets.UTF_8);
    }

    /**
     * Starts one.
     *
     * @param main its main class
     * @param jvmArgs what it is started with, for instance the size of its heap
     * @param arguments of its main method
     * @throws IOException if it cannot be started
     */
    static ChildJvm start(Class<?> main, List<String> jvmArgs, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmArgs);
        command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        return new ChildJvm(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** Waits for its next line; null when it has ended. */
    @Nullable
    String nextLine() throws IOException {
        return lines.readLine();
    }

    /**
     * Waits for its end.
     *
     * @throws IllegalStateException if its exit code is not 0
     */
    void requireGoodEnd() throws InterruptedException {
        int code = process.waitFor();
        if (code != 0) {
            throw new IllegalStateException("the JVM beside this one ended with " + code);
        }
    }

    /** Ends it, if it has not ended. */
    @Override
    public void close() {
        // The standard input's end is how a server is told to go.
        process.destroy();
        try {
            if (!process.waitFor(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** In the child: ends this JVM as soon as the one that started it is gone. */
    static void endWithParent() {
        InputStream parent = System.in;
        Thread watch = new Thread(
                () -> {
                    try (BufferedReader lines =
                            new BufferedReader(new InputStreamReader(parent, StandardCharsets.UTF_8))) {
                        while (lines.readLine() != null) {
                            // The parent says nothing; only its end counts.
                        }
                    } catch (IOException gone) {
                        // The same as its end.
                    }
                    Runtime.getRuntime().halt(0);
                },
                "end-with-parent");
        watch.setDaemon(true);
        watch.start();
    }
}
