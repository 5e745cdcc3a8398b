package dev.backfill.core.pipeline;

import dev.backfill.spi.MailEstimate;
import dev.backfill.spi.Partition;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** What a run's thread hears from its walks, its sink and its instance. Thread-safe; one thread takes. */
final class RunInbox {
    /** Something that happened. */
    sealed interface Event {}

    /** The provider named the mailbox. */
    record Opened(String mailboxKey) implements Event {}

    /**
     * The plan is made.
     *
     * @param partitions what is to be walked
     * @param fallback a stable code for why it reads everything where only changes were asked for; null if it does not
     * @param deletionsUnknownSince since when deletions go unheard, since all is read anew; null if none does
     * @param before the job whose plan comes first, where it ended; null for none
     */
    record Planned(
            List<Partition> partitions,
            @Nullable String fallback,
            @Nullable Instant deletionsUnknownSince,
            @Nullable Unfinished before)
            implements Event {
        Planned(List<Partition> partitions) {
            this(partitions, null, null, null);
        }
    }

    /** The changes since the pins are planned. */
    record DrainPlanned(List<Partition> partitions) implements Event {}

    /** What changed since the pins is planned, in the middle of the walk. */
    record CatchUpPlanned(List<Partition> partitions) implements Event {}

    /** The mailbox said how much there is to read. */
    record Estimated(MailEstimate estimate) implements Event {}

    /** The provider answers, though not what a walk asked for: nothing follows from it. */
    record Answered() implements Event {}

    /** Opening, planning or draining failed, or the provider does not answer at all. */
    record AskFailed(Throwable error) implements Event {}

    /** Every item of a page has an outcome. */
    record PageSettled(PartitionWalk walk, Page page) implements Event {}

    /** A walk's thread is done; its pages may still be on their way. Null for a good end. */
    record WalkEnded(PartitionWalk walk, @Nullable Throwable error) implements Event {}

    /** The run shall stop, for this reason. */
    record Stop(RunEnd end) implements Event {}

    /** Some time passed; look at what only time changes. */
    record Tick() implements Event {}

    /** The time for last acknowledgements is over. */
    record GraceOver() implements Event {}

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    void put(Event event) {
        events.add(event);
    }

    Event take() throws InterruptedException {
        return events.take();
    }

    void drainTo(Collection<Event> target) {
        events.drainTo(target);
    }

    boolean isEmpty() {
        return events.isEmpty();
    }
}
