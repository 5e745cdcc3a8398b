package dev.backfill.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HeapPeakTest {
    private static final long GIBIBYTE = 1L << 30;

    @Test
    void peaksOfPoolsAtDifferentTimesDoNotAddUp() {
        List<String> pools = names(MemoryType.HEAP);
        assertThat(pools).as("a collector with generations or regions").hasSizeGreaterThan(1);
        try (HeapPeak peak = HeapPeak.start()) {
            peak.see(Map.of(pools.get(0), used(3_000), pools.get(1), used(1_000)));
            peak.see(Map.of(pools.get(0), used(500), pools.get(1), used(3_000)));

            assertThat(peak.mebibytes()).isEqualTo(4_000 * GIBIBYTE >> 20);
        }
    }

    @Test
    void onlyTheHeapCounts() {
        try (HeapPeak peak = HeapPeak.start()) {
            peak.see(Map.of(names(MemoryType.NON_HEAP).get(0), used(5_000)));

            assertThat(peak.mebibytes()).isBetween(1L, Runtime.getRuntime().maxMemory() >> 20);
        }
    }

    @Test
    void whatIsHeldIsSeen() {
        byte[] held = new byte[8 << 20];
        try (HeapPeak peak = HeapPeak.start()) {
            peak.sample();
            assertThat(peak.mebibytes()).isGreaterThanOrEqualTo(held.length >> 20);
        }
    }

    private static List<String> names(MemoryType type) {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == type)
                .map(MemoryPoolMXBean::getName)
                .toList();
    }

    private static MemoryUsage used(long gibibytes) {
        return new MemoryUsage(0, gibibytes * GIBIBYTE, gibibytes * GIBIBYTE, -1);
    }
}
