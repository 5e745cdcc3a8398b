package dev.backfill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.backfill.testkit.ManualTime;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SamplesTest {
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final int A_SECOND = 100;

    private final ManualTime time = new ManualTime();
    private final AtomicLong counter = new AtomicLong();
    private final Samples samples = new Samples(time, counter::get);

    private void grow(int seconds, int each) {
        for (int i = 0; i < seconds; i++) {
            time.advance(Duration.ofSeconds(1));
            counter.addAndGet(each);
            samples.take();
        }
    }

    @Test
    void neitherTheBurstOfTheFirstWindowCountsNorTheTimeBeforeItNorTheSlowEnd() {
        samples.take();
        time.advance(Duration.ofSeconds(7));
        samples.take();
        grow(1, 5_000);
        grow(30, A_SECOND);
        grow(20, 1);

        assertThat(samples.rate(WINDOW)).isCloseTo(A_SECOND, within(0.01));
    }

    /** Room that comes back in steps: all of a window's in its first second. */
    @Test
    void wholeWindowsAreCounted() {
        for (int window = 0; window < 4; window++) {
            grow(1, 10 * A_SECOND);
            grow(9, 0);
        }
        grow(1, 10 * A_SECOND);

        assertThat(samples.rate(WINDOW)).isCloseTo(A_SECOND, within(0.01));
    }

    @Test
    void aRunThatIsOverWithinItsFirstWindowHasNoRate() {
        grow(9, A_SECOND);

        assertThatIllegalStateException()
                .isThrownBy(() -> samples.rate(WINDOW))
                .withMessage("the run was too short to be measured");
    }
}
