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
            OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
            return system == null ? MachineLoad::unknown : system::getCpuLoad;
        } catch (LinkageError | IllegalArgumentException missing) {
            // A runtime that was linked without jdk.management, or is no HotSpot.
            return MachineLoad::unknown;
        }
    }

    private static double unknown() {
        return -1;
    }
}
