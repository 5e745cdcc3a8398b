package dev.backfill.testkit;

import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A {@link FaultScript} and how often its faults have struck; also numbers windows, pages and walks. Thread-safe. */
final class FaultState {
    private final Monitor monitor = new Monitor();
    private final Map<Object, Integer> struck = new HashMap<>();
    private final Map<String, Integer> windows = new HashMap<>();
    private final Map<String, Integer> windowsOfAccount = new HashMap<>();
    private final Map<String, Map<String, Integer>> pages = new HashMap<>();
    private final Map<String, Integer> ends = new HashMap<>();
    private FaultScript script;

    FaultState(FaultScript script) {
        this.script = script;
    }

    /** What strikes a page now: the gates first, then the fault. */
    record Strike(List<Gate> gates, @Nullable Fault fault) {}

    void replace(FaultScript next) {
        monitor.run(() -> {
            script = next;
            struck.clear();
        });
    }

    void planned(String account, List<Partition> partitions) {
        monitor.run(() -> {
            for (Partition partition : partitions) {
                if (partition.kind() == Partition.Kind.WINDOW) {
                    windows.computeIfAbsent(
                            id(account, partition), key -> windowsOfAccount.merge(account, 1, Integer::sum) - 1);
                }
            }
        });
    }

    int page(String account, Partition partition, Position position) {
        return monitor.locked(() -> position.isStart()
                ? 0
                : pages.getOrDefault(id(account, partition), Map.of()).getOrDefault(position.value(), 0));
    }

    void pageEnded(String account, Partition partition, int page, @Nullable Position next) {
        monitor.run(() -> {
            if (next == null) {
                ends.merge(id(account, partition), 1, Integer::sum);
            } else {
                pages.computeIfAbsent(id(account, partition), key -> new HashMap<>())
                        .put(next.value(), page + 1);
            }
        });
    }

    Strike onPage(String account, Partition partition, int page) {
        return monitor.locked(() -> {
            List<Gate> gates = new ArrayList<>();
            Fault fault = null;
            for (FaultScript.OnPage one : script.onPages()) {
                if (!one.at().covers(partition.kind(), window(account, partition), partition.scope(), page)) {
                    continue;
                }
                if (one.gate() != null) {
                    gates.add(one.gate());
                }
                if (fault == null && one.fault() != null && strikes(one, one.times())) {
                    fault = one.fault();
                }
            }
            return new Strike(gates, fault);
        });
    }

    int repeats(String account, Partition partition, int page) {
        return monitor.locked(() -> script.onPages().stream()
                .filter(one -> one.at().covers(partition.kind(), window(account, partition), partition.scope(), page))
                .mapToInt(FaultScript.OnPage::repeats)
                .sum());
    }

    @Nullable
    Fault onOperation(String operation) {
        return onRequest(() -> script.onOperations().get(operation));
    }

    @Nullable
    Fault onGet(String messageId) {
        return onRequest(() -> script.onGets().get(messageId));
    }

    private @Nullable Fault onRequest(Supplier<FaultScript.@Nullable OnRequest> find) {
        return monitor.locked(() -> {
            FaultScript.OnRequest one = find.get();
            return one != null && strikes(one, one.times()) ? one.fault() : null;
        });
    }

    FaultScript.@Nullable OnMessage onMessage(String messageId) {
        return monitor.locked(() -> {
            FaultScript.OnMessage one = script.onMessages().get(messageId);
            return one != null && strikes(one, one.times()) ? one : null;
        });
    }

    /** How many windows this one shall be replaced by, 0 for none; true once a window. */
    int splits(String account, Partition partition) {
        return monitor.locked(() -> {
            Integer parts = script.splits().get(window(account, partition));
            return parts != null && strikes("split " + id(account, partition), 1) ? parts : 0;
        });
    }

    int miscount(String account, Partition partition) {
        return monitor.locked(() -> inWalk(script.miscounts(), account, partition));
    }

    int hidden(String account, Partition partition) {
        return monitor.locked(() -> inWalk(script.hidden(), account, partition));
    }

    /** The place of the one message that is left out, 1 for the oldest; 0 for none. */
    int hiddenAlone(String account, Partition partition) {
        return monitor.locked(() -> inWalk(script.hiddenAlone(), account, partition));
    }

    private int inWalk(Map<Integer, FaultScript.Shortfall> byWindow, String account, Partition partition) {
        FaultScript.Shortfall shortfall = byWindow.get(window(account, partition));
        return shortfall == null ? 0 : shortfall.in(ends.getOrDefault(id(account, partition), 0));
    }

    List<Gate> gates() {
        return monitor.locked(() -> script.onPages().stream()
                .map(FaultScript.OnPage::gate)
                .filter(gate -> gate != null)
                .toList());
    }

    private boolean strikes(Object fault, int times) {
        return times == FaultScript.ALWAYS || struck.merge(fault, 1, Integer::sum) <= times;
    }

    private int window(String account, Partition partition) {
        return windows.getOrDefault(id(account, partition), -2);
    }

    private static String id(String account, Partition partition) {
        return account + " " + partition.id();
    }
}
