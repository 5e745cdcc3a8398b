package dev.backfill.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.Quota;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * All that a {@link BudgetStore} must do. Its author implements the three methods without a body.
 *
 * <p>Not thread-safe: JUnit makes an instance for each test and calls it on one thread.
 */
public interface BudgetStoreContract {
    /** A minute's budget. */
    Quota MINUTE = new Quota("minute", Quota.Measure.UNITS, Quota.Scope.PROJECT, 6_000, Duration.ofMinutes(1));

    /** A second's budget. */
    Quota SECOND = new Quota("second", Quota.Measure.REQUESTS, Quota.Scope.PROJECT, 50, Duration.ofSeconds(1));

    /**
     * Opens the budgets as one more instance would. Within a test all drawers share the budgets, which are unspent at its
     * start.
     *
     * @return a drawer
     */
    BudgetStore drawer();

    /** {@return the time by which the store counts} */
    Instant now();

    /**
     * Moves the time by which the store counts.
     *
     * @param duration how far
     */
    void advance(Duration duration);

    /** What is asked for is given while there is enough. */
    @Test
    default void whatIsAskedForIsGivenWhileItLasts() {
        BudgetStore.Chunk chunk = drawer().draw("project", MINUTE, 100);
        assertThat(chunk.amount()).isEqualTo(100);
        assertThat(chunk.life()).isPositive().isLessThanOrEqualTo(MINUTE.window());
        assertThat(chunk.retryAfter()).isNull();
    }

    /** Whatever instance draws, all draw from one budget; the rest is given as it is. */
    @Test
    default void allDrawersShareTheBudget() {
        assertThat(drawer().draw("project", MINUTE, 4_000).amount()).isEqualTo(4_000);
        assertThat(drawer().draw("project", MINUTE, 4_000).amount()).isEqualTo(2_000);
        assertThat(drawer().draw("project", MINUTE, 1).amount()).isZero();
    }

    /** Another key is another budget. */
    @Test
    default void everyKeyHasItsOwnBudget() {
        assertThat(drawer().draw("project-1", MINUTE, 6_000).amount()).isEqualTo(6_000);
        assertThat(drawer().draw("project-2", MINUTE, 6_000).amount()).isEqualTo(6_000);
    }

    /** Who comes away empty knows when to come back, and then it is worth it. */
    @Test
    default void anEmptyChunkTellsWhenToComeBack() {
        BudgetStore drawer = drawer();
        drawer.draw("project", MINUTE, 6_000);
        BudgetStore.Chunk empty = drawer.draw("project", MINUTE, 10);
        assertThat(empty.amount()).isZero();
        Duration retryAfter = empty.retryAfter();
        assertThat(retryAfter)
                .isNotNull()
                .isPositive()
                .isLessThanOrEqualTo(MINUTE.window().multipliedBy(2));
        if (retryAfter != null) {
            advance(retryAfter);
        }
        assertThat(drawer.draw("project", MINUTE, 10).amount()).isEqualTo(10);
    }

    /** Unspent chunks are lost, not saved up. */
    @Test
    default void aBudgetDoesNotGrowWhileNobodyDraws() {
        BudgetStore drawer = drawer();
        drawer.draw("project", SECOND, 10);
        advance(Duration.ofHours(1));
        assertThat(drawer.draw("project", SECOND, 50).amount()).isEqualTo(50);
        assertThat(drawer.draw("project", SECOND, 50).amount()).isZero();
    }

    /** In no stretch of time as long as the window more is given than the amount, and over time nearly all of it. */
    @Test
    default void noWindowGivesMoreThanTheAmount() {
        for (Quota budget : List.of(MINUTE, SECOND)) {
            Random random = new Random(42);
            List<BudgetStore> drawers = List.of(drawer(), drawer(), drawer());
            List<Drawn> drawn = new ArrayList<>();
            Instant begin = now();
            long windows = 20;
            while (now().isBefore(begin.plus(budget.window().multipliedBy(windows)))) {
                advance(budget.window().dividedBy(200).multipliedBy(random.nextInt(7)));
                BudgetStore drawer = drawers.get(random.nextInt(drawers.size()));
                long wanted = 1L + random.nextInt((int) budget.amount() / 10);
                drawn.add(new Drawn(
                        now(), drawer.draw(budget.name(), budget, wanted).amount()));
                assertThat(since(drawn, now().minus(budget.window()))).isLessThanOrEqualTo(budget.amount());
            }
            assertThat(since(drawn, begin.minusSeconds(1)))
                    .as("given of %s in %s windows", budget, windows)
                    .isGreaterThanOrEqualTo(budget.amount() * windows * 8 / 10);
        }
    }

    /** Drawers at once get no more than there is, and no less. */
    @Test
    default void drawersAtOnceGetNoMoreThanThereIs() {
        AtomicLong given = new AtomicLong();
        assertThat(Together.run(8, number -> {
                    BudgetStore drawer = drawer();
                    for (int i = 0; i < 50; i++) {
                        given.addAndGet(drawer.draw("project", MINUTE, 37).amount());
                    }
                }))
                .isEmpty();
        assertThat(given).hasValue(MINUTE.amount());
    }

    /** What was spent without a draw is held against all, and made up for if it was more than there is. */
    @Test
    default void whatIsBookedIsHeldAgainstAllDrawers() {
        drawer().spend("project", MINUTE, 4_000);
        assertThat(drawer().draw("project", MINUTE, 6_000).amount()).isEqualTo(2_000);
        drawer().spend("project", MINUTE, 5_000);
        advance(MINUTE.window().dividedBy(2));
        assertThat(drawer().draw("project", MINUTE, 1).amount()).isZero();
        assertThat(drawer().draw("other", MINUTE, 6_000).amount()).isEqualTo(6_000);
        advance(MINUTE.window());
        assertThat(drawer().draw("project", MINUTE, 6_000).amount()).isEqualTo(6_000);
    }

    /** Nobody can book nothing. */
    @Test
    default void aBookingOfNothingIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> drawer().spend("project", MINUTE, 0));
    }

    /** Nobody can want more than the whole budget. */
    @Test
    default void anImpossibleWishIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> drawer().draw("project", MINUTE, 6_001));
        assertThatIllegalArgumentException().isThrownBy(() -> drawer().draw("project", MINUTE, 0));
    }

    private static long since(List<Drawn> drawn, Instant after) {
        return drawn.stream()
                .filter(one -> one.at().isAfter(after))
                .mapToLong(Drawn::amount)
                .sum();
    }

    /**
     * What was given when. Immutable.
     *
     * @param at when
     * @param amount how much
     */
    record Drawn(Instant at, long amount) {}
}
