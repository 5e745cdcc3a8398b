package dev.backfill.examples.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.testkit.mail.StoredMail;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What more instances on one PostgreSQL give, against a provider that takes its time, so that they wait and hardly compute. It
 * prints a table, and asserts no more than that everything arrives.
 */
class ScaleOutTest {
    private static final int SLOTS = 2;

    @TempDir
    private Path folder;

    /**
     * How so many instances did.
     *
     * @param messagesPerSecond of all together
     * @param cores how many of the machine's they kept busy
     */
    private record Figure(int instances, double messagesPerSecond, double cores) {}

    /** Looks whether it works; so little work says nothing of how well. */
    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void moreInstancesShareALittleWork() throws IOException, SQLException {
        report(4, 5, Duration.ofMillis(20), List.of(1, 2));
    }

    @Test
    @Tag("campaign")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void moreInstancesShareTheWork() throws IOException, SQLException {
        report(16, Integer.getInteger("messages", 300), Duration.ofMillis(200), List.of(1, 2, 4));
    }

    private void report(int mailboxes, int messages, Duration latency, List<Integer> sizes)
            throws IOException, SQLException {
        List<Figure> figures = new ArrayList<>();
        try (PostgresServer postgres = new PostgresServer(folder)) {
            for (int instances : sizes) {
                figures.add(measure(postgres, instances, mailboxes, messages, latency));
            }
        }
        double alone = figures.get(0).messagesPerSecond();
        System.out.printf(
                "ScaleOutTest: %d mailboxes of %d messages, %d slots an instance, answers after %d ms%n",
                mailboxes, messages, SLOTS, latency.toMillis());
        for (Figure figure : figures) {
            System.out.printf(
                    "ScaleOutTest: %d instances: %.1f messages/s, %.2f of linear, %.2f cores%n",
                    figure.instances(),
                    figure.messagesPerSecond(),
                    figure.messagesPerSecond() / figure.instances() / alone,
                    figure.cores());
        }
    }

    private static Figure measure(PostgresServer postgres, int instances, int count, int messages, Duration latency)
            throws IOException, SQLException {
        Map<String, List<StoredMail>> mailboxes = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            mailboxes.put("owner" + i + "@example.com", CrashWorld.mails(i, messages));
        }
        try (CrashWorld world = new CrashWorld(postgres.newDatabase(), mailboxes, gmail -> gmail.latency(latency))) {
            List<Worker> workers = new ArrayList<>();
            for (int i = 0; i < instances; i++) {
                workers.add(world.worker("worker-" + i, "heartbeat=", "slots=" + SLOTS, "batch=100"));
            }
            workers.forEach(worker -> worker.await("@ready"));
            Duration cpuBefore = cpu(workers);
            long before = System.nanoTime();
            mailboxes.keySet().forEach(workers.get(0)::start);
            world.custody()
                    .await(
                            Duration.ofMinutes(10),
                            "all jobs to complete",
                            () -> world.custody().completed() == count);
            double seconds = (System.nanoTime() - before) / 1e9;
            assertThat(world.arrived()).isEqualTo((long) count * messages);
            return new Figure(
                    instances,
                    count * messages / seconds,
                    cpu(workers).minus(cpuBefore).toMillis() / 1e3 / seconds);
        }
    }

    private static Duration cpu(List<Worker> workers) {
        return workers.stream().map(Worker::cpu).reduce(Duration.ZERO, Duration::plus);
    }
}
