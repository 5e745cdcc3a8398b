package dev.backfill.examples.architecture.planted;

import dev.failsafe.RetryPolicy;
import io.github.bucket4j.Bucket;
import java.time.Clock;
import java.time.Instant;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Logger;
import org.assertj.core.api.Assertions;

/** Breaks one rule a nested class. */
final class Violations {

    private Violations() {}

    static final class SleepsOnThread {
        void run() throws InterruptedException {
            Thread.sleep(0);
        }
    }

    static final class SleepsOnTimeUnit {
        void run() throws InterruptedException {
            TimeUnit.SECONDS.sleep(0);
        }
    }

    static final class ReadsMillis {
        long run() {
            return System.currentTimeMillis();
        }
    }

    static final class ReadsNanos {
        long run() {
            return System.nanoTime();
        }
    }

    static final class ReadsNow {
        Instant run() {
            return Instant.now();
        }
    }

    static final class ReadsSystemClock {
        Clock run() {
            return Clock.systemUTC();
        }
    }

    static final class Parks {
        void run() {
            LockSupport.parkNanos(1);
        }
    }

    static final class AsksTheClockItWasGiven {
        Instant run(Clock clock) {
            return Instant.now(clock);
        }
    }

    static final class LoadsServicesByContext {
        Object run() {
            return ServiceLoader.load(Runnable.class);
        }
    }

    static final class Prints {
        void run() {
            System.out.println();
        }
    }

    static final class LogsAnError {
        void run(Throwable error) {
            org.slf4j.LoggerFactory.getLogger("planted").warn("went wrong", error);
        }
    }

    static final class LogsToJavaUtil {
        Object run() {
            return Logger.getGlobal();
        }
    }

    static final class ThrowsGenerically {
        void run() {
            throw new RuntimeException();
        }
    }

    static final class Unsupported {
        void run() {
            throw new UnsupportedOperationException();
        }
    }

    static final class LocksItself {
        synchronized void run() {}
    }

    static class ShowsItsField {
        protected int field;
    }

    static final class Retries {
        Object run() {
            return RetryPolicy.ofDefaults();
        }
    }

    static final class Counts {
        Object run() {
            return Bucket.builder();
        }
    }

    static final class UsesAForeignLibrary {
        void run() {
            Assertions.assertThat(1).isOne();
        }
    }
}
