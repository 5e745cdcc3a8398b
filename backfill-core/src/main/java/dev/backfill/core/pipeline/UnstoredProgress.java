package dev.backfill.core.pipeline;

import dev.backfill.spi.Checkpoint;
import dev.backfill.spi.FailureRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What of a run's progress the store does not know yet. Confined to the run's thread. */
final class UnstoredProgress {
    private final Map<String, PartitionState> changed = new LinkedHashMap<>();
    private final Map<String, String> pins = new HashMap<>();
    private final List<FailureRecord> failures = new ArrayList<>();
    private long failureRows;

    /** @param failureRows how many failure rows are stored */
    UnstoredProgress(long failureRows) {
        this.failureRows = failureRows;
    }

    /** Hears that a partition is another than the stored one; what is stored of it is its state at the checkpoint. */
    void changed(PartitionState state) {
        changed.put(state.partition().id(), state);
    }

    /** Hears of marks, a scope each. */
    void reached(Map<String, String> marks) {
        pins.putAll(marks);
    }

    /** Hears of failures, and numbers them. */
    void failed(List<Page.Failure> more) {
        for (Page.Failure failure : more) {
            failures.add(new FailureRecord(
                    ++failureRows, failure.ref(), failure.stage(), failure.kind(), failure.reason(), failure.at()));
        }
    }

    /** {@return the marks} */
    Map<String, String> pins() {
        return Map.copyOf(pins);
    }

    /** {@return true if the store lacks nothing} */
    boolean isEmpty() {
        return changed.isEmpty() && pins.isEmpty() && failures.isEmpty();
    }

    /** {@return all of it; from here on it counts as stored} */
    Checkpoint take() {
        Checkpoint checkpoint = new Checkpoint(
                changed.values().stream().map(PartitionState::toRecord).toList(), pins, failures);
        changed.clear();
        pins.clear();
        failures.clear();
        return checkpoint;
    }
}
