package dev.backfill.store.jdbc;

import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.UserId;
import dev.backfill.core.Backfill;
import dev.backfill.core.BackfillBuilder;
import dev.backfill.core.EngineConfig;
import dev.backfill.core.EngineConfigBuilder;
import dev.backfill.spi.EmailSource;
import dev.backfill.spi.Persistence;
import dev.backfill.spi.TimeSource;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Engines over stores of a test, one sink for all, closed in the order opposite to how they were opened. Thread-safe but for opening. */
final class StoreEngines implements AutoCloseable {
    static final UserId USER = UserId.of("u1");

    private final RecordingSink sink = new RecordingSink();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    RecordingSink sink() {
        return sink;
    }

    /** Closes something before everything that was opened earlier. */
    <T extends AutoCloseable> T own(T one) {
        opened.push(one);
        return one;
    }

    BackfillManager engine(String instance, EmailSource source, Persistence persistence) {
        return engine(instance, source, persistence, config -> config);
    }

    BackfillManager engine(
            String instance, EmailSource source, Persistence persistence, UnaryOperator<EngineConfigBuilder> change) {
        return engine(instance, source, persistence, null, change);
    }

    /** With another clock; null for the machine's. */
    BackfillManager engine(
            String instance,
            EmailSource source,
            Persistence persistence,
            @Nullable TimeSource time,
            UnaryOperator<EngineConfigBuilder> change) {
        BackfillBuilder builder = Backfill.builder()
                .autoDiscovery(false)
                .environment(name -> null)
                .source(source)
                .sink(sink)
                .store(persistence)
                .config(change.apply(
                                EngineConfig.builder().instanceName(instance).sweepInterval(Duration.ofMillis(100)))
                        .build())
                .accessTokens(account -> () -> "none");
        return own((time == null ? builder : builder.time(time)).build());
    }

    static BackfillRequest request(String account) {
        return BackfillRequest.builder(ScriptedSource.DEFAULT_ID, account).build();
    }

    static JobState state(BackfillManager manager, JobId id) {
        return manager.forUser(USER).status(id).state();
    }

    static void awaitState(BackfillManager manager, JobId id, JobState state) {
        Until.is(id + " to be " + state, () -> state(manager, id) == state);
    }

    @Override
    public void close() {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception failed) {
                throw new IllegalStateException(failed);
            }
        }
    }
}
