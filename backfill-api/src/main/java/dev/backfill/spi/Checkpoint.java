package dev.backfill.spi;

import java.util.List;
import java.util.Map;

/**
 * What a run adds to its job in one write. Immutable and thread-safe.
 *
 * @param partitions partitions that are new or moved on; stored in place of those with the same partition id
 * @param pins new tokens by scope; stored in place of the scope's old one; each at most
 *     {@link PageEnd#MAX_TOKEN} characters
 * @param failures new failure rows
 */
public record Checkpoint(List<PartitionRecord> partitions, Map<String, String> pins, List<FailureRecord> failures) {
    /** Adds nothing. */
    public static final Checkpoint EMPTY = new Checkpoint(List.of(), Map.of(), List.of());

    /** Copies the collections and checks the pins' length. */
    public Checkpoint {
        partitions = List.copyOf(partitions);
        pins = Map.copyOf(pins);
        pins.values().forEach(PageEnd::requireShort);
        failures = List.copyOf(failures);
    }
}
