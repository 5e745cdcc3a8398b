package dev.backfill.core.throttle;

import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.Quota;

/** Budget stores for tests that only draw. */
public final class DrawingStore {
    /** How something is drawn. */
    @FunctionalInterface
    public interface Draw {
        BudgetStore.Chunk draw(String key, Quota budget, long wanted);
    }

    private DrawingStore() {}

    public static BudgetStore drawing(Draw draw) {
        return new BudgetStore() {
            @Override
            public Chunk draw(String key, Quota budget, long wanted) {
                return draw.draw(key, budget, wanted);
            }

            @Override
            public void spend(String key, Quota budget, long amount) {
                throw new AssertionError("nothing is booked here");
            }
        };
    }
}
