package dev.backfill.core.pipeline;

import dev.backfill.api.JobFailure;
import dev.backfill.core.throttle.MemoryBudget;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.JobCounts;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A page whose items are on their way, until each has an outcome. Holds the page's memory and gives it back item by item.
 * Thread-safe.
 */
final class Page {

    /** A failure row in the making. */
    record Failure(FailureRef ref, JobFailure.Stage stage, JobFailure.Kind kind, String reason, Instant at) {}

    /** What became of an item. */
    enum Outcome {
        PUBLISHED,
        SKIPPED,
        FAILED
    }

    private final long number;
    private final PageEnd end;
    private final boolean cut;
    private final JobCounts known;
    private final long listed;
    private final List<String> ids;
    private final List<String> messageIds;
    private final MemoryBudget.Reservation memory;
    private final Consumer<Page> whenSettled;

    private final Object lock = new Object();
    private final List<Failure> failures = new ArrayList<>();
    private long held;
    private long open;
    private final @Nullable Outcome[] outcomes;
    private boolean broken;

    /**
     * @param number the page's place in its walk, from 0
     * @param end how the page ended at the provider
     * @param selected the items that need an outcome
     * @param memory what the page holds; corrected at once to what it really holds, closed when every item is done
     * @param whenSettled called once when no item is on its way any more, on the thread that brought the last outcome
     */
    Page(
            long number,
            PageEnd end,
            PageSelection.Selected selected,
            MemoryBudget.Reservation memory,
            Consumer<Page> whenSettled) {
        this.number = number;
        this.end = end;
        this.cut = selected.cut();
        this.known = new JobCounts(
                selected.knownPublished() + selected.knownFailed(),
                selected.knownPublished(),
                0,
                selected.knownFailed());
        this.listed = selected.items().size();
        this.outcomes = new Outcome[selected.items().size()];
        this.ids = selected.items().stream()
                .map(PageSelection::idOf)
                .filter(Objects::nonNull)
                .toList();
        this.messageIds = selected.items().stream()
                .filter(PageItem.Message.class::isInstance)
                .map(item -> ((PageItem.Message) item).email().id())
                .toList();
        this.memory = memory;
        this.whenSettled = whenSettled;
        // One more than the items, for the hand-over itself: an early acknowledgement must not end the page.
        this.open = listed + 1;
        this.held = selected.items().stream().mapToLong(Page::bytesOf).sum();
        memory.adjust(Math.max(0, held));
    }

    /** What an item holds before it is encoded. */
    static long bytesOf(PageItem item) {
        return item instanceof PageItem.Message message ? message.email().heapBytes() : PageBuffer.SMALL_ITEM_BYTES;
    }

    long number() {
        return number;
    }

    PageEnd end() {
        return end;
    }

    /** True if the job's bound of messages ended it early, so that its end is not reached. */
    boolean isCut() {
        return cut;
    }

    /** Messages of the walk that an earlier walk had brought to an outcome. */
    JobCounts known() {
        return known;
    }

    /** The ids of all messages that were selected. */
    List<String> ids() {
        return ids;
    }

    /** The ids of the messages that have a failure row now. */
    Set<String> failedIds() {
        return failures().stream()
                .map(failure -> failure.ref().messageId())
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
    }

    /** The ids of the messages that the sink holds now. */
    List<String> publishedIds() {
        Set<String> without = failedIds();
        return messageIds.stream().filter(id -> !without.contains(id)).toList();
    }

    /** All items are handed over; those without an outcome wait for the sink alone. */
    void handedOver() {
        settle(0, () -> {});
    }

    /** The hand-over ended early; the page counts for nothing. */
    void abandoned() {
        settle(0, () -> broken = true);
    }

    /** Where an item's outcome goes; it gets one, once. */
    Slot slot(int index) {
        return new Slot(index);
    }

    /** One item on its way. Thread-safe. */
    final class Slot {
        private final int index;

        private Slot(int index) {
            this.index = index;
        }

        /** Changes what the page holds by so many bytes, less if negative. */
        void holdMore(long bytes) {
            synchronized (lock) {
                held += bytes;
                memory.adjust(Math.max(0, held));
            }
        }

        void published(long bytes) {
            settle(bytes, () -> outcomes[index] = Outcome.PUBLISHED);
        }

        void skipped(long bytes) {
            settle(bytes, () -> outcomes[index] = Outcome.SKIPPED);
        }

        void failed(long bytes, Failure failure) {
            settle(bytes, () -> {
                outcomes[index] = Outcome.FAILED;
                failures.add(failure);
            });
        }

        /** The item gets no outcome in this run; the page counts for nothing. */
        void abandoned(long bytes) {
            settle(bytes, () -> broken = true);
        }
    }

    private void settle(long bytes, Runnable outcome) {
        boolean report;
        synchronized (lock) {
            outcome.run();
            held -= bytes;
            open--;
            if (open == 0) {
                memory.close();
            } else if (bytes != 0) {
                memory.adjust(Math.max(0, held));
            }
            report = open == 0;
        }
        if (report) {
            whenSettled.accept(this);
        }
    }

    /** What became of the items that have an outcome, in the items' order. */
    List<Outcome> outcomes() {
        synchronized (lock) {
            List<Outcome> known = new ArrayList<>(outcomes.length);
            for (Outcome outcome : outcomes) {
                if (outcome != null) {
                    known.add(outcome);
                }
            }
            return known;
        }
    }

    /** What became of the messages; to be asked once the page is settled. */
    JobCounts tally() {
        List<Outcome> known = outcomes();
        return new JobCounts(
                listed,
                Collections.frequency(known, Outcome.PUBLISHED),
                Collections.frequency(known, Outcome.SKIPPED),
                Collections.frequency(known, Outcome.FAILED));
    }

    /** True if an item got no outcome. */
    boolean isBroken() {
        synchronized (lock) {
            return broken;
        }
    }

    List<Failure> failures() {
        synchronized (lock) {
            return List.copyOf(failures);
        }
    }
}
