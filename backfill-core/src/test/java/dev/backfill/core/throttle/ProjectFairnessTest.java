package dev.backfill.core.throttle;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.Operation;
import dev.backfill.spi.Quota;
import dev.backfill.testkit.AutoAdvance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Mailboxes that share what is not enough for all get the same of it. */
@Timeout(60)
class ProjectFairnessTest {
    private final Rig rig = new Rig();

    @AfterEach
    void close() {
        rig.close();
    }

    /** What one call finds in its way, on the time of the test. */
    private DrawnBudgets budgets(long amount, Duration window) {
        Quota quota = new Quota("project", Quota.Measure.UNITS, Quota.Scope.PROJECT, amount, window);
        ThrottleConfig whole = ThrottleConfig.DEFAULT.withQuotaShare(1);
        return new DrawnBudgets(rig.budgets, List.of(new DrawnBudget(rig.time, "fake/project", quota, whole)));
    }

    /** Tries until something but a draw is in the way. */
    private @Nullable Obstacle tryTake(DrawnBudgets budgets, int units, String who) throws InterruptedException {
        Operation operation = new Operation("any", units);
        Obstacle obstacle = budgets.take(operation, who, () -> null);
        while (obstacle instanceof Obstacle.Draw draw) {
            assertThat(budgets.draw(draw, rig.stop)).isTrue();
            obstacle = budgets.take(operation, who, () -> null);
        }
        if (obstacle == null) {
            budgets.leave(who);
        }
        return obstacle;
    }

    @Test
    void whoeverFoundTheBudgetSpentFirstIsServedFirst() throws InterruptedException {
        DrawnBudgets budgets = budgets(1, Duration.ofSeconds(100));
        assertThat(tryTake(budgets, 1, "spender")).isNull();
        assertThat(tryTake(budgets, 1, "first")).isInstanceOf(Obstacle.Quota.class);
        assertThat(tryTake(budgets, 1, "second")).isInstanceOf(Obstacle.Turn.class);
        assertThat(tryTake(budgets, 1, "third")).isInstanceOf(Obstacle.Turn.class);

        rig.time.advance(Duration.ofSeconds(105));
        assertThat(tryTake(budgets, 1, "third")).isInstanceOf(Obstacle.Turn.class);
        assertThat(tryTake(budgets, 1, "first")).isNull();
        assertThat(tryTake(budgets, 1, "first")).isInstanceOf(Obstacle.Turn.class);
        Obstacle.Turn third = (Obstacle.Turn) requireNonNull(tryTake(budgets, 1, "third"));

        // Whoever has something else in its way makes room.
        budgets.leave("second");
        assertThat(third.comes().isFired()).isTrue();
        rig.time.advance(Duration.ofSeconds(105));
        assertThat(tryTake(budgets, 1, "third")).isNull();
    }

    @Test
    void aDearRequestThatWaitsIsNotOvertakenByCheapOnes() throws InterruptedException {
        DrawnBudgets budgets = budgets(60, Duration.ofSeconds(100));
        assertThat(tryTake(budgets, 40, "spender")).isNull();
        assertThat(tryTake(budgets, 30, "dear")).isInstanceOf(Obstacle.Quota.class);

        // There would be enough for it.
        assertThat(tryTake(budgets, 1, "cheap")).isInstanceOf(Obstacle.Turn.class);

        rig.time.advance(Duration.ofSeconds(210));
        assertThat(tryTake(budgets, 1, "cheap")).isInstanceOf(Obstacle.Turn.class);
        assertThat(tryTake(budgets, 30, "dear")).isNull();
    }

    @Test
    void cheapRequestsOfOthersDoNotStarveADearOne() {
        rig.quota(new Quota("project", Quota.Measure.UNITS, Quota.Scope.PROJECT, 100, Duration.ofSeconds(10)));
        Operation cheap = new Operation("list", 1);
        Operation dear = new Operation("export", 60);
        AtomicInteger cheapSent = new AtomicInteger();
        try (AutoAdvance running = rig.time.autoAdvance(Duration.ofMillis(20), Duration.ofDays(1))) {
            List<CompletableFuture<Integer>> callers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                MailboxGate gate = rig.open("cheap-" + i, rig.stop);
                callers.add(rig.async(() -> {
                    for (int n = 0; n < 100; n++) {
                        gate.calls().call(cheap, cheapSent::incrementAndGet);
                    }
                    return 100;
                }));
            }
            MailboxGate gate = rig.open("dear", rig.stop);
            int before = Rig.get(rig.async(() -> {
                gate.calls().call(dear, () -> "first");
                gate.calls().call(dear, () -> "second");
                return gate.calls().call(dear, cheapSent::get);
            }));

            assertThat(before).as("cheap requests before the third dear one").isLessThan(500);
            callers.forEach(Rig::get);
            assertThat(running).isNotNull();
        }
    }
}
