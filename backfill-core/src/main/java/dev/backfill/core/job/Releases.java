package dev.backfill.core.job;

import java.util.ArrayList;
import java.util.List;

/** Closes things of which one that cannot be closed must not keep the others open. Stateless and thread-safe. */
public final class Releases {
    private Releases() {}

    /**
     * Closes all, on the calling thread.
     *
     * @param closings close one thing each, in this order
     * @return what they threw, in that order
     */
    public static List<Throwable> all(Iterable<? extends Runnable> closings) {
        List<Throwable> thrown = new ArrayList<>();
        for (Runnable closing : closings) {
            try {
                closing.run();
            } catch (RuntimeException | LinkageError | AssertionError stuck) {
                thrown.add(stuck);
            }
        }
        return thrown;
    }
}
