package dev.backfill.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/** What this process uses of the machine. Stateless. */
final class Machine {
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private Machine() {}

    /** {@return the processor time of all threads since the process began} */
    static Duration cpu() {
        return Duration.ofNanos(SYSTEM.getProcessCpuTime());
    }

    /** {@return how many platform threads there are; virtual ones are not counted} */
    static int threads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }

    /** {@return bytes of the heap that are in use, garbage left out} */
    static long liveHeap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
