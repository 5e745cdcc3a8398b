package dev.backfill.store.jdbc;

import dev.backfill.testkit.ManualTime;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for what a database or a thread of db-scheduler does, which tell nobody. */
final class Until {
    private static final int LOOK_EVERY_MILLIS = 5;

    private Until() {}

    static void is(String what, BooleanSupplier condition) {
        long looks = ManualTime.PATIENCE.toMillis() / LOOK_EVERY_MILLIS;
        CountDownLatch never = new CountDownLatch(1);
        try {
            for (long i = 0; i < looks; i++) {
                if (condition.getAsBoolean() || never.await(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + what, interrupted);
        }
        throw new AssertionError("waited in vain for " + what);
    }
}
