package dev.backfill.core.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.Estimate;
import dev.backfill.api.InvalidRequestException;
import dev.backfill.api.JobState;
import dev.backfill.api.Waiting;
import dev.backfill.core.Backfill;
import dev.backfill.core.BackfillBuilder;
import dev.backfill.core.throttle.DrawingStore;
import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.Quota;
import dev.backfill.spi.Quota.Measure;
import dev.backfill.spi.Quota.Scope;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.time.Instant;
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
        BudgetStore all = DrawingStore.drawing((key, quota, wanted) -> {
            drawn.add(key);
            return new BudgetStore.Chunk(wanted, Duration.ofMinutes(1), null);
        });
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

    @Test
    void aShareOfADayParksTheJobUntilItIsFreeAgain() {
        Quota day = new Quota("daily", Measure.REQUESTS, Scope.PROJECT, 1_000, Duration.ofDays(1));
        try (EngineRig rig =
                rig(ScriptedSource.builder(), builder -> builder.quotas(ScriptedSource.DEFAULT_ID, List.of(day)))) {
            BackfillRequest share =
                    EngineRig.request().batchSize(1).dailyShare(0.02).build();
            // 200 messages in 200 requests; 2 % of 1,000 are 20, of which 95 % are planned on.
            Estimate estimate = rig.jobs().estimate(share);
            assertThat(estimate.time()).isZero();

            BackfillJob parked = rig.await(
                    rig.jobs().start(share).id(),
                    job -> job.waiting() != null && job.waiting().reason() == Waiting.Reason.PARKED);

            assertThat(parked.state()).isEqualTo(JobState.QUEUED);
            assertThat(requireNonNull(requireNonNull(parked.waiting()).until()))
                    .isAfter(Instant.now().plus(Duration.ofHours(23)));
            // A few requests ask for the mailbox's name.
            assertThat(parked.progress().apiCalls()).isBetween(19L, 22L);
            assertThat(rig.jobs().cancel(parked.id()).state()).isEqualTo(JobState.CANCELLED);
        }
    }

    @Test
    void aShareIsOfWhatTheProviderSaysUnlessTheHostKnowsBetter() {
        Quota ofProvider = new Quota("free", Measure.REQUESTS, Scope.PROJECT, 1_000, Duration.ofDays(1));
        Set<String> drawn = new ConcurrentSkipListSet<>();
        BudgetStore all = DrawingStore.drawing((key, quota, wanted) -> {
            drawn.add(key.substring(key.lastIndexOf('/') + 1) + "=" + quota.amount());
            return new BudgetStore.Chunk(wanted, Duration.ofMinutes(1), null);
        });
        BackfillRequest half = EngineRig.request().dailyShare(0.5).build();
        try (EngineRig rig =
                rig(ScriptedSource.builder().dailyAllowance(ofProvider), builder -> builder.budgets(all))) {
            rig.run(half);
        }
        assertThat(drawn).containsExactly("free-share=475");

        drawn.clear();
        Quota ofHost = new Quota("paid", Measure.REQUESTS, Scope.PROJECT, 10_000, Duration.ofDays(1));
        try (EngineRig rig = rig(
                ScriptedSource.builder().dailyAllowance(ofProvider),
                builder -> builder.budgets(all).quotas(ScriptedSource.DEFAULT_ID, List.of(ofHost)))) {
            rig.run(half);
        }
        assertThat(drawn).containsExactlyInAnyOrder("paid=9500", "paid-share=4750");
    }

    @Test
    void aShareOfADayThatNobodyCountsIsRefused() {
        try (EngineRig rig = rig(ScriptedSource.builder(), builder -> builder)) {
            BackfillRequest share = EngineRig.request().dailyShare(0.5).build();

            assertThatThrownBy(() -> rig.jobs().start(share))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("daily_share")
                    .hasMessageContaining(ScriptedSource.DEFAULT_ID)
                    .hasMessageContaining("BackfillBuilder.quotas");
            assertThatThrownBy(() -> rig.jobs().estimate(share)).isInstanceOf(InvalidRequestException.class);
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
