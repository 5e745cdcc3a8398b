package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.InvalidRequestException;
import dev.backfill.api.JobState;
import dev.backfill.core.Backfill;
import dev.backfill.core.BackfillBuilder;
import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.Quota;
import dev.backfill.spi.Quota.Measure;
import dev.backfill.spi.Quota.Scope;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a host says of quotas. */
@Timeout(60)
class QuotaPlanTest {
    private static final Quota HOURLY = new Quota("hourly", Measure.REQUESTS, Scope.MAILBOX, 100, Duration.ofHours(1));

    @Test
    void theHostsQuotasStandInForTheProviders() {
        try (EngineRig rig = rig(
                ScriptedSource.builder().quotas(HOURLY),
                builder -> builder.quotas(ScriptedSource.DEFAULT_ID, List.of(Quota.concurrent("two", 2))))) {
            BackfillJob job = rig.run(EngineRig.request().batchSize(1).build());

            assertThat(job.state()).isEqualTo(JobState.COMPLETED);
            assertThat(job.progress().apiCalls()).isGreaterThan(HOURLY.amount());
        }
    }

    @Test
    void aQuotaThatCannotBeKeptIsRefusedAtOnce() {
        Quota atOnce = new Quota("all-at-once", Measure.CONCURRENT, Scope.GLOBAL, 4, Duration.ZERO);

        assertThatThrownBy(() -> builder()
                        .quotas(ScriptedSource.DEFAULT_ID, List.of(atOnce))
                        .build())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("all-at-once")
                .hasMessageContaining("CONCURRENT");
    }

    @Test
    void quotasOfAProviderThatIsNotThereAreRefused() {
        assertThatThrownBy(() -> builder().quotas("nobody", List.of()).build())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("nobody")
                .hasMessageContaining(ScriptedSource.DEFAULT_ID);
    }

    @Test
    void projectsPayForThemselvesAndAllForWhatIsGlobal() {
        Set<String> drawn = new ConcurrentSkipListSet<>();
        BudgetStore all = (key, quota, wanted) -> {
            drawn.add(key);
            return new BudgetStore.Chunk(wanted, Duration.ofMinutes(1), null);
        };
        Quota project = new Quota("app", Measure.REQUESTS, Scope.PROJECT, 1_000, Duration.ofSeconds(10));
        Quota global = new Quota("everybody", Measure.REQUESTS, Scope.GLOBAL, 1_000, Duration.ofSeconds(10));
        try (EngineRig rig = rig(
                ScriptedSource.builder().quotas(project, global),
                builder -> builder.budgets(all).quotaProject(account -> "tenant-7"))) {
            rig.run(EngineRig.request().build());
        }

        assertThat(drawn)
                .containsExactlyInAnyOrder(
                        ScriptedSource.DEFAULT_ID + "/tenant-7/app", ScriptedSource.DEFAULT_ID + "/everybody");
    }

    @Test
    void aProjectWithoutANameFailsTheJobAndSaysSo() {
        try (EngineRig rig = rig(ScriptedSource.builder(), builder -> builder.quotaProject(account -> " "))) {
            BackfillJob job = rig.run(EngineRig.request().build());

            assertThat(job.failureCode()).isEqualTo("QUOTA_PROJECT");
            assertThat(job.failureMessage()).contains("quotaProject(..)");
        }
    }

    private static BackfillBuilder builder() {
        return Backfill.builder()
                .autoDiscovery(false)
                .environment(name -> null)
                .source(source(ScriptedSource.builder()))
                .sink(new RecordingSink())
                .accessTokens(account -> () -> "token");
    }

    private static ScriptedSource source(ScriptedSource.Builder builder) {
        return builder.mailbox(ScriptedFolder.inbox(200)).build();
    }

    private static EngineRig rig(
            ScriptedSource.Builder source, java.util.function.UnaryOperator<BackfillBuilder> changes) {
        return new EngineRig(source(source), new RecordingSink(), changes);
    }
}
