package dev.backfill.core.throttle;

import dev.backfill.spi.SourceException;
import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Until when nothing is sent to a mailbox, or to a whole project, because the provider throttled. Answers to requests that
 * were sent before the fence went up tell nothing new: they do not make it grow. Thread-safe.
 */
final class Fence {
    /** The least a throttling holds, whatever the provider says: asking again at once is counted too. */
    static final Duration FLOOR = Duration.ofSeconds(1);

    /** The longest it holds: what a provider says beyond this is asked again. */
    static final Duration LONGEST = Duration.ofDays(1);

    /** A fence that is up: for how long, until when by the wall clock, and what the provider called it. */
    record Hold(SourceException.Scope scope, long nanos, Instant until, String code) {}

    private final SourceException.Scope scope;
    private final TimeSource time;
    private final ThrottleConfig config;
    private final DoubleSupplier random;

    private final Object lock = new Object();
    // All guarded by the lock
    private boolean raised;
    private long untilNanos;
    private String code = "";
    private int inARow;
    private long epoch;

    Fence(SourceException.Scope scope, TimeSource time, ThrottleConfig config, DoubleSupplier random) {
        this.scope = scope;
        this.time = time;
        this.config = config;
        this.random = random;
    }

    /** Changes each time the fence goes up anew. */
    long epoch() {
        synchronized (lock) {
            return epoch;
        }
    }

    /** {@return what holds requests back now; null when nothing does} */
    @Nullable
    Hold hold() {
        synchronized (lock) {
            long left = raised ? untilNanos - time.nanoTime() : 0;
            if (left <= 0) {
                raised = false;
                return null;
            }
            return new Hold(scope, left, time.instant().plusNanos(left), code);
        }
    }

    void raise(SourceException error, long sentInEpoch) {
        synchronized (lock) {
            boolean news = sentInEpoch == epoch;
            if (news) {
                epoch++;
                inARow++;
            }
            Duration length = error.retryAt()
                    .map(at -> Duration.between(time.instant(), at))
                    .orElseGet(() -> news ? grown() : FLOOR);
            long until = time.nanoTime() + Nanos.of(within(length));
            if (!raised || until - untilNanos > 0) {
                raised = true;
                untilNanos = until;
                code = error.code();
            }
        }
    }

    private static Duration within(Duration length) {
        if (length.compareTo(FLOOR) < 0) {
            return FLOOR;
        }
        return length.compareTo(LONGEST) > 0 ? LONGEST : length;
    }

    /** The upper half of the doubled length, at random, so that several processes do not come back in step. */
    private Duration grown() {
        Duration longest = Nanos.doubled(config.firstFence(), inARow - 1, config.maxFence());
        return Nanos.part(longest, 0.5 + random.getAsDouble() / 2);
    }

    void succeeded(long sentInEpoch) {
        synchronized (lock) {
            if (sentInEpoch == epoch) {
                inARow = 0;
            }
        }
    }
}
