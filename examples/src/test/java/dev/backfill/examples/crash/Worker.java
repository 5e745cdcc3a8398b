package dev.backfill.examples.crash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * A {@link CrashWorker} in a process of its own, as the test sees it: its lines, its input, and the signals it is sent.
 * Thread-safe. Closing kills it.
 */
final class Worker implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;
    private static final long LIFE_MINUTES = 10;
    private static final int LINES_SHOWN = 40;

    private final String instance;
    private final Custody custody;
    private final Process process;
    private final Writer input;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition heard = lock.newCondition();
    // Guarded by lock
    private final List<String> lines = new ArrayList<>();
    private boolean ended;

    /**
     * Starts an instance.
     *
     * @param instance its name
     * @param arguments names and values of {@link CrashWorker}, and {@code log}, the level of our own loggers
     * @param custody hears its lines
     */
    Worker(String instance, List<String> arguments, Custody custody) throws IOException {
        this.instance = instance;
        this.custody = custody;
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx160m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=" + System.getProperty("backfill.workerLog", "warn"),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                CrashWorker.class.getName()));
        arguments.stream()
                .filter(argument -> argument.startsWith("log="))
                .forEach(level -> command.add(
                        command.size() - 3, "-Dorg.slf4j.simpleLogger.log.dev.backfill=" + level.substring(4)));
        command.add("instance=" + instance);
        command.addAll(arguments);
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        input = process.outputWriter(UTF_8);
        Thread reader = new Thread(this::read, "worker-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader output = process.inputReader(UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                custody.hear(instance, line);
                hear(line);
            }
        } catch (IOException closed) {
            hear("the output broke off");
        } finally {
            end();
        }
    }

    private void end() {
        lock.lock();
        try {
            ended = true;
            heard.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void hear(String line) {
        lock.lock();
        try {
            lines.add(line);
            heard.signalAll();
        } finally {
            lock.unlock();
        }
    }

    String instance() {
        return instance;
    }

    /** How much processor time it has taken. */
    Duration cpu() {
        return process.info().totalCpuDuration().orElseThrow();
    }

    /** Sends a command; one that is dead already hears nothing. */
    void send(String command) {
        try {
            input.write(command + "\n");
            input.flush();
        } catch (IOException dead) {
            hear("not sent: " + command);
        }
    }

    /** Waits for a line, also one that came before; the rest of it is given. */
    String await(String start) {
        return await(line -> line.startsWith(start), start)
                .substring(start.length())
                .strip();
    }

    /** Waits for a line, also one that came before. */
    String await(Predicate<String> wanted, String what) {
        return awaitFrom(0, wanted, what);
    }

    /** Waits for a line behind the first so many. */
    String awaitFrom(int first, Predicate<String> wanted, String what) {
        long left = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        int next = first;
        lock.lock();
        try {
            while (true) {
                for (; next < lines.size(); next++) {
                    if (wanted.test(lines.get(next))) {
                        return lines.get(next);
                    }
                }
                if (ended || left <= 0) {
                    throw new AssertionError((ended ? "the worker ended" : "waited too long") + " before " + what
                            + "; it said last " + said());
                }
                left = heard.awaitNanos(left);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stopped);
        } finally {
            lock.unlock();
        }
    }

    /** The last lines that are no answers to a test's own polling. */
    private List<String> said() {
        List<String> told =
                lines().stream().filter(line -> !line.startsWith("@status")).toList();
        return told.subList(Math.max(0, told.size() - LINES_SHOWN), told.size());
    }

    /** How many lines there are by now. */
    int size() {
        lock.lock();
        try {
            return lines.size();
        } finally {
            lock.unlock();
        }
    }

    /** The lines so far. */
    List<String> lines() {
        lock.lock();
        try {
            return List.copyOf(lines);
        } finally {
            lock.unlock();
        }
    }

    /** Starts a backfill. */
    JobId start(String account) {
        send("start " + account);
        return new JobId(await("@started " + account));
    }

    /** Gives a job as it is stored. */
    JobLine status(JobId id) {
        int before = size();
        send("status " + id);
        return JobLine.of(awaitFrom(before, line -> line.startsWith("@status " + id), "the status"));
    }

    /** Asks for a job until it is in a state; the store is asked, whoever runs it. */
    JobLine awaitStatus(JobId id, Predicate<JobLine> wanted) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        JobLine job = status(id);
        while (!wanted.test(job)) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError(
                        "waited too long for a job that is " + job + "; the worker said last " + said());
            }
            pause();
            job = status(id);
        }
        return job;
    }

    private void pause() {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(20);
            while (left > 0) {
                left = heard.awaitNanos(left);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stopped);
        } finally {
            lock.unlock();
        }
    }

    /** A job as a worker tells of it. */
    record JobLine(JobId id, JobState state, long listed, long published, long skipped, long failed) {
        static JobLine of(String line) {
            String[] words = line.split(" ");
            return new JobLine(
                    new JobId(words[1]),
                    JobState.valueOf(words[2]),
                    Long.parseLong(words[3]),
                    Long.parseLong(words[4]),
                    Long.parseLong(words[5]),
                    Long.parseLong(words[6]));
        }
    }

    /** Kills it, and waits until it is gone. */
    void kill() {
        process.destroyForcibly();
        awaitDeath();
    }

    /** Waits until it has died by itself, which may be at the end of a large mailbox. */
    int awaitDeath() {
        try {
            assertThat(process.waitFor(LIFE_MINUTES, TimeUnit.MINUTES))
                    .as("the worker ends")
                    .isTrue();
            return process.exitValue();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stopped);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Stops all its threads until {@link #thaw()}. */
    void freeze() {
        signal("-STOP");
    }

    /** Lets it go on. */
    void thaw() {
        signal("-CONT");
    }

    private void signal(String name) {
        try {
            Process kill = new ProcessBuilder("kill", name, Long.toString(process.pid())).start();
            assertThat(kill.waitFor()).isZero();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stopped);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
