package dev.backfill.core.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.Operation;
import dev.backfill.spi.Quota;
import dev.backfill.spi.Quota.Measure;
import dev.backfill.spi.Quota.Scope;
import dev.backfill.testkit.ManualTime;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MeterTest {
    private static final Quota GRAPH =
            new Quota("graph", Measure.REQUESTS, Scope.MAILBOX, 10_000, Duration.ofMinutes(10));

    private final ManualTime time = new ManualTime();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void noWindowEverHoldsMoreThanThePlannedShareWhateverTheLoad(long seed) {
        Random random = new Random(seed);
        long amount = 20 + random.nextInt(500);
        Quota quota = new Quota("any", Measure.UNITS, Scope.MAILBOX, amount, Duration.ofSeconds(60));
        Meter meter = new Meter(time, quota, ThrottleConfig.DEFAULT);
        SlidingWindowCheck check = new SlidingWindowCheck(quota.window());

        for (int i = 0; i < 5_000; i++) {
            // Rushes, and pauses of any length between them
            if (random.nextInt(20) == 0) {
                time.advance(Duration.ofMillis(random.nextInt(90_000)));
            }
            Operation operation = new Operation("any", 1 + random.nextInt(10));
            pass(meter, operation);
            check.spent(time.nanoTime(), operation.units());
        }

        assertThat(check.most()).isLessThanOrEqualTo((long) (amount * 0.95));
    }

    @ParameterizedTest
    @CsvSource({"10000,600,1", "6000,60,20", "15000,60,5"})
    void aLongJobReachesNinetyEightPercentOfThePlannedShare(long amount, int windowSeconds, int units) {
        Quota quota = new Quota("any", Measure.UNITS, Scope.MAILBOX, amount, Duration.ofSeconds(windowSeconds));
        Meter meter = new Meter(time, quota, ThrottleConfig.DEFAULT);
        Operation operation = new Operation("get", units);
        long begin = time.nanoTime();
        long end = begin + quota.window().multipliedBy(10).toNanos();
        long spent = 0;

        while (time.nanoTime() - end < 0) {
            pass(meter, operation);
            // The provider's own speed, above the quota
            time.advance(Duration.ofMillis(10));
            spent += units;
        }

        double planned = amount * 0.95 * 10;
        assertThat(spent / planned).isBetween(0.98, 1.0 + 1.0 / 10);
    }

    @Test
    void aSmallJobNeverWaits() {
        Meter meter = new Meter(time, GRAPH, ThrottleConfig.DEFAULT);
        for (int i = 0; i < 2_375; i++) {
            assertThat(meter.waitNanos(time.nanoTime(), Rig.GET)).isZero();
            meter.spend(time.nanoTime(), Rig.GET);
        }

        // From here on requests are spread evenly: 9,500 in 600 s.
        assertThat(Duration.ofNanos(meter.waitNanos(time.nanoTime(), Rig.GET)).toMillis())
                .isEqualTo(600_000 / 9_500);
    }

    @Test
    void anOperationDearerThanTheQuotaGoesWhenTheWindowIsEmpty() {
        Quota quota = new Quota("tiny", Measure.UNITS, Scope.MAILBOX, 10, Duration.ofSeconds(60));
        Meter meter = new Meter(time, quota, ThrottleConfig.DEFAULT);
        Operation dear = new Operation("dear", 50);

        assertThat(meter.waitNanos(time.nanoTime(), dear)).isZero();
        meter.spend(time.nanoTime(), dear);

        assertThat(meter.waitNanos(time.nanoTime(), dear))
                .isEqualTo(Duration.ofSeconds(60).toNanos());
    }

    @Test
    void bytesAreChargedWhenTheyHaveComeAndHoldTheNextRequestBack() {
        Quota quota = new Quota("bytes", Measure.BYTES, Scope.MAILBOX, 1_000, Duration.ofHours(24));
        Meter meter = new Meter(time, quota, ThrottleConfig.DEFAULT);
        meter.spend(time.nanoTime(), Rig.GET);
        meter.received(time.nanoTime(), 900);
        assertThat(meter.waitNanos(time.nanoTime(), Rig.GET)).isZero();

        meter.received(time.nanoTime(), 5_000);

        assertThat(meter.waitNanos(time.nanoTime(), Rig.GET))
                .isEqualTo(Duration.ofHours(24).toNanos());
        time.advance(Duration.ofHours(24));
        assertThat(meter.waitNanos(time.nanoTime(), Rig.GET)).isZero();
        assertThat(meter.isIdle(time.nanoTime())).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 49, 50, 100, 1_000})
    void aJobsRateHoldsInEverySecondAndIsReached(int rate) {
        Pace pace = Pace.perSecond(time, rate);
        SlidingWindowCheck check = new SlidingWindowCheck(Duration.ofSeconds(1));
        long begin = time.nanoTime();

        while (time.nanoTime() - begin < Duration.ofSeconds(30).toNanos()) {
            time.advance(Duration.ofNanos(pace.waitNanos(1)));
            pace.spend(1);
            check.spent(time.nanoTime(), 1);
        }

        assertThat(check.most()).isLessThanOrEqualTo(rate);
        assertThat(check.total() / (30.0 * rate)).isGreaterThan(0.97);
    }

    private void pass(Meter meter, Operation operation) {
        long wait = meter.waitNanos(time.nanoTime(), operation);
        time.advance(Duration.ofNanos(wait));
        assertThat(meter.waitNanos(time.nanoTime(), operation)).isZero();
        meter.spend(time.nanoTime(), operation);
    }
}
