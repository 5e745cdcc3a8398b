package dev.backfill.core.throttle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.InvalidRequestException;
import dev.backfill.core.job.InMemoryBudgetStore;
import dev.backfill.core.metrics.EngineMetrics;
import dev.backfill.core.time.StopToken;
import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.Operation;
import dev.backfill.spi.Quota;
import dev.backfill.spi.Quota.Measure;
import dev.backfill.spi.Quota.Scope;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole gates on one thread and simulated time: what reaches the provider never exceeds a quota, and comes near it. */
@Timeout(60)
class GateQuotaTest {
    private static final Duration WINDOW = Duration.ofSeconds(30);

    private final SkippingTime time = new SkippingTime();
    private final StopToken stop = new StopToken();
    private BudgetStore store = InMemoryBudgetStore.monotonic(time);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void allQuotasOfAMailboxHoldAtOnceRetriesAndThrottlingsIncluded(long seed) {
        Random random = new Random(seed);
        Quota requests = new Quota("requests", Measure.REQUESTS, Scope.MAILBOX, 200, WINDOW);
        Quota units = new Quota("units", Measure.UNITS, Scope.MAILBOX, 900, Duration.ofSeconds(20));
        MailboxGate gate = open(instance(), "a", List.of(requests, units), 50);
        SlidingWindowCheck requestsSent = new SlidingWindowCheck(requests.window());
        SlidingWindowCheck unitsSent = new SlidingWindowCheck(units.window());
        SlidingWindowCheck aSecond = new SlidingWindowCheck(Duration.ofSeconds(1));

        for (int i = 0; i < 2_000; i++) {
            Operation operation = new Operation("any", 1 + random.nextInt(9));
            gate.calls().call(operation, () -> {
                requestsSent.spent(time.nanoTime(), 1);
                unitsSent.spent(time.nanoTime(), operation.units());
                aSecond.spent(time.nanoTime(), 1);
                time.pass(Duration.ofMillis(random.nextInt(300)));
                if (random.nextInt(50) == 0) {
                    throw Rig.error(Kind.RETRY);
                }
                if (random.nextInt(100) == 0) {
                    throw Rig.throttled(null);
                }
                return "answer";
            });
        }

        assertThat(requestsSent.most()).isLessThanOrEqualTo(190);
        assertThat(unitsSent.most()).isLessThanOrEqualTo(855);
        assertThat(aSecond.most()).isLessThanOrEqualTo(50);
        // Nothing is counted twice, and nothing is left out.
        assertThat(gate.stats().apiCalls()).isEqualTo(requestsSent.total());
        assertThat(gate.stats().apiCalls())
                .isEqualTo(2_000 + gate.stats().retries() + gate.stats().throttlings());
    }

    @Test
    void gatesOfOneMailboxShareItsQuotaAlsoOneAfterTheOther() {
        Quota quota = new Quota("requests", Measure.REQUESTS, Scope.MAILBOX, 100, WINDOW);
        Throttle instance = instance();
        SlidingWindowCheck sent = new SlidingWindowCheck(WINDOW);

        for (int run = 0; run < 20; run++) {
            try (MailboxGate one = open(instance, "account-" + run, List.of(quota), 1_000);
                    MailboxGate other = open(instance, "mailbox", List.of(quota), 1_000)) {
                one.rekey("mailbox");
                one.rekey("mailbox");
                for (int i = 0; i < 20; i++) {
                    one.calls().call(Rig.GET, () -> record(sent));
                    other.calls().call(Rig.GET, () -> record(sent));
                }
            }
        }

        assertThat(sent.total()).isEqualTo(800);
        assertThat(sent.most()).isLessThanOrEqualTo(95);
    }

    @Test
    void whatIsWholeAgainIsForgotten() {
        Quota quota = new Quota("requests", Measure.REQUESTS, Scope.MAILBOX, 100, WINDOW);
        Throttle instance = instance();
        for (int i = 0; i < 50; i++) {
            try (MailboxGate gate = open(instance, "mailbox-" + i, List.of(quota), 1_000)) {
                gate.calls().call(Rig.GET, () -> "answer");
            }
        }
        MailboxGate open = open(instance, "open", List.of(quota), 1_000);
        assertThat(instance.mailboxes().size()).isEqualTo(51);

        time.pass(Duration.ofMinutes(2));
        open(instance, "new", List.of(quota), 1_000).close();

        assertThat(instance.mailboxes().size()).isEqualTo(2);
        assertThat(open.calls().call(Rig.GET, () -> "still")).isEqualTo("still");
    }

    @Test
    void instancesThatShareAProjectKeepToItsBudgetTogetherAndUseIt() {
        Quota quota = new Quota("project", Measure.UNITS, Scope.PROJECT, 60_000, Duration.ofSeconds(60));
        SlidingWindowCheck sent = new SlidingWindowCheck(quota.window());
        List<MailboxGate> gates = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            gates.add(open(instance(), "mailbox-" + i, List.of(quota), 1_000_000));
        }
        Operation get = new Operation("get", 20);
        long begin = time.nanoTime();

        // The third instance has little to do, and must not eat what the others need.
        for (int i = 0; i < 20_000; i++) {
            MailboxGate gate = i % 100 == 0 ? gates.get(2) : gates.get(i % 2);
            gate.calls().call(get, () -> {
                sent.spent(time.nanoTime(), 20);
                time.pass(Duration.ofMillis(1));
                return "answer";
            });
        }

        double windows = (time.nanoTime() - begin) / (double) quota.window().toNanos();
        assertThat(windows).isGreaterThan(4);
        assertThat(sent.most()).isLessThanOrEqualTo(57_000);
        assertThat(sent.total() / (57_000 * windows)).isGreaterThan(0.85);
    }

    @Test
    void withoutTheStoreNothingIsSentAndWithItAgainEverythingIs() {
        Quota quota = new Quota("project", Measure.REQUESTS, Scope.PROJECT, 60_000, Duration.ofSeconds(60));
        Instant back = time.instant().plusSeconds(40);
        BudgetStore healthy = store;
        store = DrawingStore.drawing((key, budget, wanted) -> {
            if (time.instant().isBefore(back)) {
                throw new IllegalStateException("planned: no database");
            }
            return healthy.draw(key, budget, wanted);
        });
        MailboxGate gate = open(instance(), "a", List.of(quota), 1_000);

        Instant sent = gate.calls().call(Rig.GET, time::instant);

        assertThat(sent).isBetween(back, back.plusSeconds(1));
        assertThat(gate.stats().apiCalls()).isEqualTo(1);
    }

    @Test
    void anUnspentChunkExpires() {
        Quota quota = new Quota("project", Measure.REQUESTS, Scope.PROJECT, 60_000, Duration.ofSeconds(60));
        List<Long> drawn = new ArrayList<>();
        BudgetStore counted = store;
        store = DrawingStore.drawing((key, budget, wanted) -> {
            BudgetStore.Chunk chunk = counted.draw(key, budget, wanted);
            drawn.add(chunk.amount());
            return chunk;
        });
        MailboxGate gate = open(instance(), "a", List.of(quota), 1_000);
        for (int i = 0; i < 4; i++) {
            gate.calls().call(Rig.GET, () -> "answer");
        }
        // 1, then 2, then 4, of which 3 are left
        assertThat(drawn).containsExactly(1L, 2L, 4L);
        time.pass(Duration.ofSeconds(10));

        gate.calls().call(Rig.GET, () -> "answer");

        assertThat(drawn).containsExactly(1L, 2L, 4L, 2L);
    }

    @Test
    void aBudgetSpentForTheDayParksTheJob() {
        Quota quota = new Quota("daily", Measure.REQUESTS, Scope.PROJECT, 10, Duration.ofDays(1));
        MailboxGate gate = open(instance(), "a", List.of(quota), 1_000);
        for (int i = 0; i < 9; i++) {
            gate.calls().call(Rig.GET, () -> "answer");
        }

        assertThatThrownBy(() -> gate.calls().call(Rig.GET, () -> "never"))
                .isInstanceOfSatisfying(SourceException.class, e -> {
                    assertThat(e.kind()).isEqualTo(Kind.PARKED);
                    assertThat(e.code()).isEqualTo("QUOTA_USED_UP");
                    assertThat(e.retryAt().orElseThrow()).isAfter(time.instant().plus(Duration.ofHours(23)));
                });
    }

    @Test
    void aQuotaThatCannotBeKeptIsRefusedByName() {
        Quota quota = new Quota("app-wide", Measure.CONCURRENT, Scope.PROJECT, 4, Duration.ZERO);

        assertThatThrownBy(() -> open(instance(), "a", List.of(quota), 1))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("app-wide");
    }

    private String record(SlidingWindowCheck sent) {
        sent.spent(time.nanoTime(), 1);
        return "answer";
    }

    private Throttle instance() {
        return new Throttle(
                time,
                Runnable::run,
                store,
                new MemoryBudget(1),
                ThrottleConfig.DEFAULT,
                EngineMetrics.NONE,
                new Random(9)::nextDouble);
    }

    private MailboxGate open(Throttle instance, String mailbox, List<Quota> quotas, int rate) {
        return instance.open(new GateRequest(
                "fake",
                "fake/project",
                mailbox,
                quotas,
                List.of(),
                rate,
                stop,
                () -> "token",
                GateRequest.Priority.JOB));
    }
}
