package dev.backfill.provider.microsoft;

import dev.backfill.spi.PageItem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of messages as one answer gave it.
 *
 * @param entries what was decoded, in the server's order
 * @param raw how many entries passed by, counted by {@link EntryCounter}
 * @param nextLink where the server goes on; null at its end, or if the page was cut
 * @param count how many messages the server counts for the filter; null if it does not say
 * @param cut true if reading ended early because the room was used
 */
record MessagePage(
        List<Entry> entries,
        int raw,
        @Nullable String nextLink,
        @Nullable Long count,
        boolean cut) {

    /**
     * One entry.
     *
     * @param id the message's id; empty if there is none
     * @param hash the id's hash
     * @param second when it was received, in epoch seconds
     * @param index its place among the raw entries, from 1
     * @param repeat true if it was handed over before
     * @param item what to hand over; null for a repeat, and where only ids were asked for
     * @param incomplete the fields, if the attachments are still to be asked for; else null
     */
    record Entry(
            String id,
            String hash,
            long second,
            int index,
            boolean repeat,
            @Nullable PageItem item,
            @Nullable RawMessage incomplete) {
        Entry with(PageItem other) {
            return new Entry(id, hash, second, index, repeat, other, null);
        }
    }

    /** {@return how many entries were not handed over before} */
    long fresh() {
        return entries.stream().filter(entry -> !entry.repeat()).count();
    }
}
