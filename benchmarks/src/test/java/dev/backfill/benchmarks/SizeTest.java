package dev.backfill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SizeTest {
    @Test
    void aPartOfFewIsOneAtTheLeast() {
        assertThat(new Size(false, 0.01).of(10)).isEqualTo(1);
        assertThat(new Size(false, 2).of(10)).isEqualTo(20);
    }

    @Test
    void aRateIsMeasuredOverOneWholeWindowAfterTheFirstUnlessItIsAQuickLook() {
        assertThat(new Size(false, 1).windows(5)).isEqualTo(5);
        assertThat(new Size(false, 0.1).windows(5)).isEqualTo(2.1);
        assertThat(new Size(true, 0.01).windows(5)).isEqualTo(1.4);
    }
}
