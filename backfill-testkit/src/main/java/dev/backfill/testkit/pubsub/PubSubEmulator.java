package dev.backfill.testkit.pubsub;

import dev.backfill.testkit.LatePorts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Google's own Pub/Sub emulator as a process on a free port of 127.0.0.1, wherever its jar is found; see {@link #find()}.
 * Thread-safe.
 */
public final class PubSubEmulator implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(5);
    /** Another process may still take the port before the emulator does. */
    private static final int ATTEMPTS = 3;

    private static final String READY = "listening on";

    private final Process process;
    private final int port;

    private PubSubEmulator(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Looks for the emulator's jar: the system property or environment variable PUBSUB_EMULATOR_JAR, else
     * {@code platform/pubsub-emulator/lib/cloud-pubsub-emulator-*-all.jar} of a Google Cloud SDK in one of its usual folders.
     *
     * @return the jar, or empty when there is none; then {@link #notFound()} says what to do
     */
    public static Optional<Path> find() {
        return EmulatorJar.find();
    }

    /** {@return one sentence that says that there is no emulator, where it was looked for, and how to bring it} */
    public static String notFound() {
        return EmulatorJar.notFound();
    }

    /**
     * Starts an emulator; blocks until it answers, 60 seconds at most.
     *
     * @param jar its jar
     * @return the running emulator, without topics
     * @throws IllegalStateException if it does not start; with its last words
     */
    public static PubSubEmulator start(Path jar) {
        IllegalStateException problem = new IllegalStateException("The Pub/Sub emulator was not started");
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                return startOnce(jar);
            } catch (IllegalStateException e) {
                problem = e;
            }
        }
        throw problem;
    }

    private static PubSubEmulator startOnce(Path jar) {
        try {
            int port = LatePorts.next();
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-jar",
                            jar.toString(),
                            "--host=127.0.0.1",
                            "--port=" + port)
                    .redirectErrorStream(true)
                    .start();
            PubSubEmulator emulator = new PubSubEmulator(process, port);
            emulator.awaitReady();
            return emulator;
        } catch (IOException e) {
            throw new UncheckedIOException("The Pub/Sub emulator cannot be started from " + jar, e);
        }
    }

    /** {@return host and port, as PUBSUB_EMULATOR_HOST would hold them} */
    public String host() {
        return "127.0.0.1:" + port;
    }

    /** Ends the process and waits for that, 10 seconds at most. Closing twice does nothing. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void awaitReady() {
        CompletableFuture<Void> ready = new CompletableFuture<>();
        Thread reader = new Thread(() -> readOutput(ready), "pubsub-emulator-output");
        reader.setDaemon(true);
        reader.start();
        try {
            ready.get(START.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the Pub/Sub emulator started", e);
        } catch (ExecutionException | TimeoutException e) {
            close();
            throw new IllegalStateException("The Pub/Sub emulator did not start: " + e.getMessage(), e);
        }
    }

    /** Reads to the end: a process whose output nobody reads stops when the pipe is full. */
    private void readOutput(CompletableFuture<Void> ready) {
        String last = "no output";
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                last = line;
                if (line.contains(READY)) {
                    ready.complete(null);
                }
            }
        } catch (IOException closed) {
            last = closed.toString();
        }
        ready.completeExceptionally(new IllegalStateException(last));
    }
}
