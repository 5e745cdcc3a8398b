package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.UserId;
import dev.backfill.core.Backfill;
import dev.backfill.core.EngineConfig;
import dev.backfill.spi.Quota;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedAccount;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two engines on one PostgreSQL, at work on two mailboxes of one project: the provider sees no more than the project may send. */
@Timeout(60)
class SharedBudgetTest {
    private static final Quota PROJECT =
            new Quota("project", Quota.Measure.REQUESTS, Quota.Scope.PROJECT, 15, Duration.ofSeconds(1));
    private static final UserId USER = UserId.of("u1");

    private final String schema = Postgres.newSchema();
    private final ConcurrentLinkedQueue<Long> sent = new ConcurrentLinkedQueue<>();

    @Test
    void enginesOnOneDatabaseStayUnderOneBudget() {
        try (JdbcPersistence here = open();
                JdbcPersistence there = open();
                BackfillManager one = engine("one", here);
                BackfillManager other = engine("other", there)) {
            // Each engine has room for one job.
            List<JobId> jobs = List.of(start(one, "a"), start(one, "b"), start(other, "c"));
            for (JobId id : jobs) {
                Until.is("the end", () -> one.forUser(USER).status(id).state().isTerminal());
                assertThat(one.forUser(USER).status(id).state()).isEqualTo(JobState.COMPLETED);
            }
        }
        long[] times = sent.stream().mapToLong(Long::longValue).sorted().toArray();
        assertThat(times).hasSizeGreaterThan(3 * (int) PROJECT.amount());
        int first = 0;
        for (int last = 0; last < times.length; last++) {
            while (times[last] - times[first] >= PROJECT.window().toNanos()) {
                first++;
            }
            assertThat(last - first + 1).as("requests within a second").isLessThanOrEqualTo((int) PROJECT.amount());
        }
    }

    private JdbcPersistence open() {
        return JdbcPersistence.dataSource(Postgres.dataSource()).schema(schema).open();
    }

    private BackfillManager engine(String name, JdbcPersistence store) {
        ScriptedSource.Builder source =
                ScriptedSource.builder().quotas(PROJECT).onRequest(operation -> sent.add(System.nanoTime()));
        for (String account : List.of("a", "b", "c")) {
            source.account(account, ScriptedAccount.of("mailbox-of-" + account, ScriptedFolder.inbox(20)));
        }
        return Backfill.builder()
                .autoDiscovery(false)
                .environment(variable -> null)
                .source(source.build())
                .sink(new RecordingSink())
                .store(store)
                .config(EngineConfig.builder()
                        .instanceName(name)
                        .maxConcurrentJobs(1)
                        .build())
                .accessTokens(account -> () -> "token")
                .build();
    }

    private static JobId start(BackfillManager engine, String account) {
        return engine.forUser(USER)
                .start(BackfillRequest.builder(ScriptedSource.DEFAULT_ID, account)
                        .batchSize(1)
                        .rateLimit(BackfillRequest.MAX_RATE_LIMIT)
                        .build())
                .id();
    }
}
