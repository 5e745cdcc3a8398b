package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a page ended. Immutable and thread-safe.
 *
 * @param next where the next page begins; null when the partition is walked to its end
 * @param entries how many entries of the raw answer this page used up, counted before they were decoded, by other code than
 *     the items; 0 or more
 * @param repeats how many of these the walk has handed over before (the border second of a keyset walk), so that no item was
 *     written for them; {@code entries - repeats} equals the number of items written
 * @param providerCount at the end of a partition, how many messages the provider itself counts in it now; null when this is
 *     not the end, or the provider cannot count
 * @param token at the end of a PIN or CHANGES partition, the scope's new token, at most {@link #MAX_TOKEN} characters; else null
 * @param replacedBy partitions to walk in place of the rest of this one (an over-full window that was split, a scope whose
 *     changes were lost); only at the end
 * @param endsScope true if nothing of the scope belongs to the job any more, and all that was handed over of it was told as deleted: what is
 *     still to be walked of it is not walked. Only with a token and without replacements, at the end of CHANGES
 */
public record PageEnd(
        @Nullable Position next,
        int entries,
        int repeats,
        @Nullable Long providerCount,
        @Nullable String token,
        List<Partition> replacedBy,
        boolean endsScope) {
    /** The most characters of a token, in Java's counting: {@value}. Graph's delta links are long. */
    public static final int MAX_TOKEN = 65_536;

    /** Checks that the counts fit, that the token is not too long, and that what belongs to the end stands at the end. */
    public PageEnd {
        if (entries < 0 || repeats < 0 || repeats > entries) {
            throw new IllegalArgumentException("entries and repeats do not fit: " + entries + ", " + repeats);
        }
        if (token != null) {
            requireShort(token);
        }
        replacedBy = List.copyOf(requireNonNull(replacedBy, "replacedBy"));
        if (next != null && (providerCount != null || token != null || !replacedBy.isEmpty())) {
            throw new IllegalArgumentException("count, token and replacements belong to the end of a partition");
        }
        if (endsScope && (token == null || !replacedBy.isEmpty())) {
            throw new IllegalArgumentException(
                    "a scope ends with the token of its changes, and nothing takes their place");
        }
    }

    /** Refuses a token that is too long, without quoting it. */
    static void requireShort(String token) {
        if (token.length() > MAX_TOKEN) {
            throw new IllegalArgumentException(
                    "a pin may have " + MAX_TOKEN + " characters, this one has " + token.length());
        }
    }

    /**
     * Ends a page in the middle of a partition.
     *
     * @param next where the next page begins
     * @param entries raw entries used up
     * @param repeats how many of them were handed over before
     * @return the end
     */
    public static PageEnd more(Position next, int entries, int repeats) {
        return new PageEnd(requireNonNull(next, "next"), entries, repeats, null, null, List.of(), false);
    }

    /**
     * Ends a partition.
     *
     * @param entries raw entries used up
     * @param repeats how many of them were handed over before
     * @param providerCount the provider's own count of the partition; null when it cannot count
     * @return the end
     */
    public static PageEnd last(int entries, int repeats, @Nullable Long providerCount) {
        return new PageEnd(null, entries, repeats, providerCount, null, List.of(), false);
    }

    /**
     * Ends a PIN or CHANGES partition.
     *
     * @param token the scope's new token
     * @param entries raw entries used up
     * @param repeats how many of them were handed over before
     * @return the end
     */
    public static PageEnd token(String token, int entries, int repeats) {
        return new PageEnd(null, entries, repeats, null, requireNonNull(token, "token"), List.of(), false);
    }

    /**
     * Ends the CHANGES partition of a scope that is none of the job's any more, a folder that was thrown away, once all that was in it is
     * told as deleted. All that is open of the scope ends with it, in the same checkpoint: its windows, so that none tells as there what was
     * told as deleted, and older readings of its changes, in no later run either. Should the scope be back, its provider plans it anew.
     *
     * @param token what the scope's pin is from here on
     * @param entries raw entries used up
     * @param repeats how many of them were handed over before
     * @return the end
     */
    public static PageEnd scopeEnded(String token, int entries, int repeats) {
        return new PageEnd(null, entries, repeats, null, requireNonNull(token, "token"), List.of(), true);
    }

    /**
     * Ends a partition in favour of others.
     *
     * @param partitions what to walk for the rest
     * @param entries raw entries used up
     * @param repeats how many of them were handed over before
     * @return the end
     */
    public static PageEnd replaced(List<Partition> partitions, int entries, int repeats) {
        return new PageEnd(null, entries, repeats, null, null, partitions, false);
    }

    /** {@return true if the partition is walked to its end} */
    public boolean isLast() {
        return next == null;
    }
}
