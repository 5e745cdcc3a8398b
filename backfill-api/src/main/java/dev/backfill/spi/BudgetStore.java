package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Budgets that a whole app or project shares, over all instances. An instance draws a chunk worth a few seconds and spends it
 * by itself; what it does not spend in time is lost. Thread-safe. When the store cannot be reached nothing is given: it never
 * fails open.
 */
public interface BudgetStore {
    /**
     * What was drawn. Immutable.
     *
     * @param amount how much may be spent, 0 or more, at most what was asked for
     * @param life after how long the chunk is lost, counted from before it was asked for: clocks of drawer and store need not
     *     agree; zero for an amount of 0
     * @param retryAfter when to ask again after an amount of 0; null otherwise
     */
    record Chunk(long amount, Duration life, @Nullable Duration retryAfter) {
        /** Checks that an empty chunk says when to come back. */
        public Chunk {
            requireNonNull(life, "life");
            if (amount < 0 || life.isNegative() || (amount == 0) != (retryAfter != null)) {
                throw new IllegalArgumentException("an empty chunk, and no other, has a retryAfter; amount " + amount);
            }
        }

        /**
         * Makes an empty chunk.
         *
         * @param retryAfter when to ask again
         * @return the chunk
         */
        public static Chunk empty(Duration retryAfter) {
            return new Chunk(0, Duration.ZERO, retryAfter);
        }
    }

    /**
     * Draws from a budget.
     *
     * @param key who shares the budget, for instance provider and project, 1 to 320 characters
     * @param budget how much there is in a window; over time no more than {@code amount} a window is given to all together
     * @param wanted how much to draw, 1 to {@code budget.amount()}
     * @return the chunk; its amount is 0 when the budget is spent
     */
    Chunk draw(String key, Quota budget, long wanted);

    /**
     * Books what was spent without having been drawn, such as the bytes of an answer, which nobody knows before it has come. It
     * may be more than there is; then nothing is given for as long as it takes to make up for it.
     *
     * @param key as for {@link #draw}
     * @param budget as for {@link #draw}
     * @param amount what was spent, 1 or more
     */
    void spend(String key, Quota budget, long amount);
}
