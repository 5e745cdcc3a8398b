package dev.backfill.examples.quickstart;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javax.management.ListenerNotFoundException;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;

/**
 * The largest used heap seen, garbage included: the sum of all heap pools at one moment, looked at before and after each garbage
 * collection, and whenever {@link #sample()} is called. Thread-safe.
 */
final class HeapPeak implements AutoCloseable {
    private static final long MEBIBYTE = 1L << 20;

    private final Set<String> heapPools = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .map(MemoryPoolMXBean::getName)
            .collect(Collectors.toSet());
    private final AtomicLong most = new AtomicLong();
    private final NotificationListener listener = this::collected;
    private final List<NotificationEmitter> listenedTo = new ArrayList<>();

    private HeapPeak() {}

    /** Begins to look. */
    static HeapPeak start() {
        HeapPeak peak = new HeapPeak();
        ManagementFactory.getGarbageCollectorMXBeans().forEach(collector -> {
            if (collector instanceof NotificationEmitter emitter) {
                emitter.addNotificationListener(peak.listener, null, null);
                peak.listenedTo.add(emitter);
            }
        });
        return peak;
    }

    private void collected(Notification notification, Object handback) {
        if (notification.getType().equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)
                && notification.getUserData() instanceof CompositeData data) {
            GarbageCollectionNotificationInfo info = GarbageCollectionNotificationInfo.from(data);
            see(info.getGcInfo().getMemoryUsageBeforeGc());
            see(info.getGcInfo().getMemoryUsageAfterGc());
        }
    }

    /** Takes what the pools held at one moment; those that are no heap do not count. */
    void see(Map<String, MemoryUsage> pools) {
        see(pools.entrySet().stream()
                .filter(pool -> heapPools.contains(pool.getKey()))
                .mapToLong(pool -> pool.getValue().getUsed())
                .sum());
    }

    private void see(long bytes) {
        most.accumulateAndGet(bytes, Math::max);
    }

    /** Looks now. */
    void sample() {
        see(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }

    /** The largest seen, in whole mebibytes. */
    long mebibytes() {
        sample();
        return most.get() / MEBIBYTE;
    }

    @Override
    public void close() {
        for (NotificationEmitter emitter : listenedTo) {
            try {
                emitter.removeNotificationListener(listener);
            } catch (ListenerNotFoundException alreadyGone) {
                // closed twice
            }
        }
    }
}
