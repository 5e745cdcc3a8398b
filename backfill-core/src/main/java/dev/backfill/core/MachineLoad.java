package dev.backfill.core;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.DoubleSupplier;

/** How busy the machine's cores are, or the container's where there is one, as the JVM tells it. */
final class MachineLoad {
    private MachineLoad() {}

    /** {@return what gives the load since it was asked before, 0 for idle to 1; negative if the JVM does not know} */
    static DoubleSupplier ofJvm() {
        try {
            return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)::getCpuLoad;
        } catch (LinkageError | IllegalArgumentException missing) {
            // A runtime that was linked without jdk.management, or is no HotSpot.
            return () -> -1;
        }
    }
}
