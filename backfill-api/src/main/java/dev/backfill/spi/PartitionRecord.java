package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

/**
 * A partition and how far it is walked, as it is stored. Immutable and thread-safe.
 *
 * @param partition what is walked
 * @param ordinal its place in the order of the plan, unique within the job
 * @param position everything before it is acknowledged
 * @param done true once it is walked to its end and all is acknowledged
 * @param walk which walk this is, 1 for the first; more when the count fell short and it was walked again
 * @param walkCounts outcomes of what this walk listed, also of messages that an earlier walk had published; its listed
 *     messages are held against the provider's count
 * @param counts outcomes of the partition: those of the walk that listed the most, so that no message counts twice
 */
public record PartitionRecord(
        Partition partition,
        int ordinal,
        Position position,
        boolean done,
        int walk,
        JobCounts walkCounts,
        JobCounts counts) {
    /** Checks what must be present. */
    public PartitionRecord {
        requireNonNull(partition, "partition");
        requireNonNull(position, "position");
        requireNonNull(walkCounts, "walkCounts");
        requireNonNull(counts, "counts");
    }

    /**
     * Makes the record of a partition nobody has walked.
     *
     * @param partition the partition
     * @param ordinal its place in the plan
     * @return the record
     */
    public static PartitionRecord fresh(Partition partition, int ordinal) {
        return new PartitionRecord(partition, ordinal, Position.START, false, 1, JobCounts.ZERO, JobCounts.ZERO);
    }

    /**
     * Gives the same with another place.
     *
     * @param place its place in the order of a plan
     * @return the record
     */
    public PartitionRecord at(int place) {
        return new PartitionRecord(partition, place, position, done, walk, walkCounts, counts);
    }
}
