package dev.backfill.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What this process uses of the machine. Stateless. */
final class Machine {
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String MOST_RESIDENT = "VmHWM:";

    private Machine() {}

    /** {@return the processor time of all threads since the process began} */
    static Duration cpu() {
        return Duration.ofNanos(SYSTEM.getProcessCpuTime());
    }

    /** {@return how many platform threads there are; virtual ones are not counted} */
    static int threads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }

    /**
     * Waits until no platform thread of some names lives any more.
     *
     * @param names of the threads that are to end
     * @param atMost how long to wait
     * @return how many live all the same; 0 if they have ended
     */
    static int awaitEnds(Predicate<String> names, Duration atMost) {
        long begin = System.nanoTime();
        int left = living(names);
        while (left > 0 && System.nanoTime() - begin < atMost.toNanos()) {
            LockSupport.parkNanos(POLL_NANOS);
            left = living(names);
        }
        return left;
    }

    private static int living(Predicate<String> names) {
        return (int) Stream.of(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
                .filter(thread -> thread != null && names.test(thread.getThreadName()))
                .count();
    }

    /** {@return bytes of the heap that are in use, garbage left out} */
    static long liveHeap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /** {@return bytes that threads which live now have allocated since they began} */
    static long allocated() {
        long sum = 0;
        for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
            sum += Math.max(0, bytes);
        }
        return sum;
    }

    /** {@return the most bytes of memory that this process ever held, heap and all else; 0 where the system does not say} */
    static long mostResident() {
        if (!Files.isReadable(STATUS)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith(MOST_RESIDENT))
                    .map(line -> line.replaceAll("\\D", ""))
                    .mapToLong(kilobytes -> Long.parseLong(kilobytes) << 10)
                    .findFirst()
                    .orElse(0);
        } catch (IOException unreadable) {
            return 0;
        }
    }
}
