package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.UserId;
import dev.backfill.api.UserJobs;
import dev.backfill.core.Backfill;
import dev.backfill.core.BackfillBuilder;
import dev.backfill.core.EngineConfig;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What checkpoints cost: the engine on each store, a provider and a sink that take no time, rounds of all three in turn. */
@Tag("campaign")
class EngineThroughputTest {
    private static final int MESSAGES = Integer.getInteger("messages", 50_000);
    private static final int ROUNDS = Integer.getInteger("rounds", 5);
    private static final UserId USER = UserId.of("u1");

    @TempDir
    private Path folder;

    private final ScriptedSource source =
            ScriptedSource.builder().mailbox(ScriptedFolder.inbox(MESSAGES)).build();
    private final Map<String, List<Double>> rates = new TreeMap<>();

    @Test
    void ofEachStore() {
        try (JdbcPersistence file =
                        JdbcPersistence.file(folder.resolve("jobs.db")).open();
                JdbcPersistence shared = JdbcPersistence.dataSource(Postgres.dataSource())
                        .schema(Postgres.newSchema())
                        .open()) {
            for (int round = 0; round < ROUNDS; round++) {
                measure("memory", builder -> builder);
                measure("sqlite", builder -> builder.store(file));
                measure("postgresql", builder -> builder.store(shared));
            }
        }
        double memory = median("memory");
        rates.keySet()
                .forEach(store -> System.out.printf(
                        "%s: %.0f messages/s, %.2f of memory%n", store, median(store), median(store) / memory));
    }

    private void measure(String name, UnaryOperator<BackfillBuilder> store) {
        BackfillBuilder builder = Backfill.builder()
                .autoDiscovery(false)
                .environment(variable -> null)
                .source(source)
                .sink(new RecordingSink().countsOnly())
                .config(EngineConfig.builder()
                        .sweepInterval(Duration.ofMillis(20))
                        .build())
                .accessTokens(account -> () -> "token");
        try (BackfillManager engine = store.apply(builder).build()) {
            UserJobs jobs = engine.forUser(USER);
            BackfillRequest request = BackfillRequest.builder(ScriptedSource.DEFAULT_ID, "me")
                    .rateLimit(BackfillRequest.MAX_RATE_LIMIT)
                    .build();
            JobId id = jobs.start(request).id();
            Until.is("the end", () -> jobs.status(id).state().isTerminal());
            BackfillJob end = jobs.status(id);
            assertThat(end.state()).isEqualTo(JobState.COMPLETED);
            assertThat(end.progress().published()).isEqualTo(MESSAGES);
            double seconds = Duration.between(end.startedAt(), end.endedAt()).toNanos() / 1e9;
            rates.computeIfAbsent(name, key -> new ArrayList<>()).add(MESSAGES / seconds);
        }
    }

    private double median(String name) {
        List<Double> sorted = new ArrayList<>(rates.getOrDefault(name, List.of(0.0)));
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }
}
