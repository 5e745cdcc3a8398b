package dev.backfill.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetGrantsTest {
    private static final Instant BEGIN = Instant.parse("2026-11-24T00:00:00Z");

    /** A part of what was drawn, as late as it may be spent. */
    private record Spent(Instant at, long amount) {}

    /** However it is drawn, and spent as late as it may be, no window holds more than the budget; the text loses nothing. */
    @ParameterizedTest
    @ValueSource(longs = {1, 60, 600, 86_400})
    void noWindowHoldsMoreThanTheBudget(long windowSeconds) {
        long seed = 7 + windowSeconds;
        Random random = new Random(seed);
        Quota budget =
                new Quota("any", Quota.Measure.UNITS, Quota.Scope.PROJECT, 1_000, Duration.ofSeconds(windowSeconds));
        BudgetGrants grants = BudgetGrants.NONE;
        Deque<Spent> spent = new ArrayDeque<>();
        Instant now = BEGIN;
        long total = 0;
        while (now.isBefore(BEGIN.plusSeconds(20 * windowSeconds))) {
            now = now.plus(budget.window().dividedBy(2_000).multipliedBy(random.nextInt(20)));
            BudgetGrants.Drawn drawn = BudgetGrants.parse(grants.text()).draw(now, budget, 1L + random.nextInt(30));
            grants = drawn.after();
            total += drawn.chunk().amount();
            spent.addLast(
                    new Spent(now.plus(drawn.chunk().life()), drawn.chunk().amount()));
            Instant latest = now.plus(drawn.chunk().life());
            while (!spent.getFirst().at().isAfter(latest.minus(budget.window()))) {
                spent.removeFirst();
            }
            assertThat(spent.stream().mapToLong(Spent::amount).sum())
                    .as("seed %d", seed)
                    .isLessThanOrEqualTo(budget.amount());
            assertThat(grants.text()).hasSizeLessThan(16_000);
        }
        assertThat(total).as("seed %d", seed).isGreaterThan(16 * budget.amount());
    }

    @Test
    void aClockThatJumpsBackGivesNothingThatWasGiven() {
        Quota minute = new Quota("minute", Quota.Measure.UNITS, Quota.Scope.PROJECT, 100, Duration.ofMinutes(1));
        BudgetGrants grants = BudgetGrants.NONE.draw(BEGIN, minute, 100).after();

        BudgetStore.Chunk chunk =
                grants.draw(BEGIN.minusSeconds(3_600), minute, 1).chunk();

        assertThat(chunk.amount()).isZero();
        // Nor does it stop everybody until it is as late as it was.
        assertThat(chunk.retryAfter())
                .isBetween(Duration.ofMinutes(1), Duration.ofMinutes(1).plusSeconds(5));
    }

    /** The clock is set back again and again: more is never given in a stretch of real time than the budget. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aClockThatIsSetBackNeverMakesMoreOfTheBudget(long seed) {
        Random random = new Random(seed);
        Quota budget = new Quota("any", Quota.Measure.UNITS, Quota.Scope.PROJECT, 1_000, Duration.ofSeconds(60));
        BudgetGrants grants = BudgetGrants.NONE;
        Deque<Spent> spent = new ArrayDeque<>();
        Instant real = BEGIN;
        Duration behind = Duration.ZERO;
        long total = 0;
        for (int i = 0; i < 20_000; i++) {
            real = real.plusMillis(random.nextInt(200));
            behind = random.nextInt(500) == 0 ? behind.plusSeconds(random.nextInt(100_000)) : behind;
            BudgetGrants.Drawn drawn = grants.draw(real.minus(behind), budget, 1L + random.nextInt(30));
            grants = drawn.after();
            total += drawn.chunk().amount();
            spent.addLast(new Spent(real, drawn.chunk().amount()));
            while (!spent.getFirst().at().isAfter(real.minus(budget.window()))) {
                spent.removeFirst();
            }
            assertThat(spent.stream().mapToLong(Spent::amount).sum())
                    .as("seed %d", seed)
                    .isLessThanOrEqualTo(budget.amount());
        }
        assertThat(total).as("seed %d", seed).isGreaterThan(10 * budget.amount());
    }

    @Test
    void whatIsBookedBeyondTheBudgetIsMadeUpFor() {
        Quota minute = new Quota("minute", Quota.Measure.BYTES, Quota.Scope.PROJECT, 100, Duration.ofMinutes(1));
        BudgetGrants grants = BudgetGrants.NONE.spend(BEGIN, minute, 90);
        grants = grants.spend(BEGIN.plusSeconds(30), minute, 250);

        BudgetStore.Chunk empty = grants.draw(BEGIN.plusSeconds(31), minute, 1).chunk();
        assertThat(empty.amount()).isZero();
        // The 90 that are free at 60 s are not enough.
        assertThat(empty.retryAfter()).isEqualTo(Duration.ofSeconds(59));
        assertThat(grants.draw(BEGIN.plusSeconds(90), minute, 200 - 100).chunk().amount())
                .isEqualTo(100);
        assertThat(grants.freeAt()).isEqualTo(BEGIN.plusSeconds(90));
        assertThat(BudgetGrants.NONE.freeAt()).isEqualTo(Instant.EPOCH);
        assertThatIllegalArgumentException().isThrownBy(() -> BudgetGrants.NONE.spend(BEGIN, minute, 0));
    }

    @Test
    void whatIsNoTextOfGrantsIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> BudgetGrants.parse("1:2"));
        assertThatIllegalArgumentException().isThrownBy(() -> BudgetGrants.parse("1:2:many"));
        assertThat(BudgetGrants.parse("").text()).isEmpty();
    }
}
