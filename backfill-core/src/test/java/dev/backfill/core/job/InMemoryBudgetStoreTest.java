package dev.backfill.core.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.Quota;
import dev.backfill.testkit.ManualTime;
import dev.backfill.testkit.contract.BudgetStoreContract;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class InMemoryBudgetStoreTest implements BudgetStoreContract {
    private final ManualTime time = new ManualTime();
    private final InMemoryBudgetStore store = new InMemoryBudgetStore(time);

    @Override
    public BudgetStore drawer() {
        return store;
    }

    @Override
    public Instant now() {
        return time.instant();
    }

    @Override
    public void advance(Duration duration) {
        time.advance(duration);
    }

    @Test
    void whatIsSpentAtTheLastMomentStillLiesWithinTheBudget() {
        BudgetStore.Chunk early = store.draw("project", MINUTE, 6_000);
        assertThat(early.life()).isEqualTo(Duration.ofSeconds(3));
        // Spent at its last moment, the chunk counts at the provider for a minute from then.
        time.advance(Duration.ofSeconds(62));
        assertThat(store.draw("project", MINUTE, 1).amount()).isZero();
        time.advance(Duration.ofSeconds(1));
        assertThat(store.draw("project", MINUTE, 6_000).amount()).isEqualTo(6_000);
    }

    @Test
    void manySmallDrawsAreHeldInFewPieces() {
        Quota large = new Quota("large", Quota.Measure.UNITS, Quota.Scope.PROJECT, 200_000, Duration.ofMinutes(10));
        long given = 0;
        for (int i = 0; i < 200_000; i++) {
            given += store.draw("project", large, 1).amount();
        }
        assertThat(given).isEqualTo(200_000);
        assertThat(store.draw("project", large, 1).amount()).isZero();
    }

    @Test
    void drawsHeldAsOneAreFreedWithTheLastOfThem() {
        store.draw("project", MINUTE, 3_000);
        time.advance(Duration.ofMillis(500));
        store.draw("project", MINUTE, 3_000);
        time.advance(Duration.ofMillis(62_600));
        assertThat(store.draw("project", MINUTE, 1).amount()).isZero();
    }

    @Test
    void drawsThatFollowCloselyAreNotHeldAsOneForEver() {
        for (int i = 0; i < 10; i++) {
            store.draw("project", MINUTE, 600);
            time.advance(Duration.ofMillis(500));
        }
        time.advance(Duration.ofSeconds(59));
        assertThat(store.draw("project", MINUTE, 1).amount()).isEqualTo(1);
    }

    @Test
    void aClockThatJumpsBackGivesNothingTwice() {
        store.draw("project", MINUTE, 6_000);
        time.jumpWall(Duration.ofHours(-1));
        assertThat(store.draw("project", MINUTE, 1).amount()).isZero();
    }

    @Test
    void aStoreOfOneProcessDoesNotCareHowTheWallClockIsSet() {
        InMemoryBudgetStore own = InMemoryBudgetStore.monotonic(time);
        own.draw("project", MINUTE, 6_000);
        time.jumpWall(Duration.ofHours(5));
        assertThat(own.draw("project", MINUTE, 1).amount()).isZero();
        time.jumpWall(Duration.ofHours(-10));
        time.advance(Duration.ofSeconds(63));
        assertThat(own.draw("project", MINUTE, 1).amount()).isEqualTo(1);
    }

    @Test
    void budgetsOfMailboxesThatAreGoneAreForgotten() {
        for (int mailbox = 0; mailbox < 1_000; mailbox++) {
            store.draw("mailbox-" + mailbox, MINUTE, 1);
            time.advance(Duration.ofSeconds(1));
        }
        assertThat(store.size()).isLessThan(300);
    }
}
