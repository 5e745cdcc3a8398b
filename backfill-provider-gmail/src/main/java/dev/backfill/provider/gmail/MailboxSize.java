package dev.backfill.provider.gmail;

import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.SourceException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Guesses how many messages a query finds where they are too many to be listed. What the mailbox and its labels hold bounds it from
 * above. Where the query names a begin, mail is taken to have come before as often as in the newest part, whose two ends are asked for
 * their dates. A list's own number counts for nothing: it is right on a last page alone, and else 201, say
 * (postalsys/emailengine#425). Immutable and thread-safe.
 */
final class MailboxSize {
    private final Windows windows;
    private final Prices prices;
    private final GmailClient client;
    private final ApiCalls calls;

    MailboxSize(Windows windows, Prices prices, GmailClient client, ApiCalls calls) {
        this.windows = windows;
        this.prices = prices;
        this.client = client;
        this.calls = calls;
    }

    /**
     * Guesses. Costs some 40 units.
     *
     * @param query the query
     * @param selection what it means
     * @param newest the ids of its newest messages, newest first
     * @return the number, never below that of the newest
     */
    long of(MailQuery query, Selection selection, List<String> newest) {
        long most = Math.min(ofMailbox(), ofLabels(selection));
        long likely = query.from() == null ? most : evenly(query.from(), newest);
        long guess = Math.min(most, likely);
        if (guess == Long.MAX_VALUE) {
            // A server with neither totals nor dates: what it says of its list is all there is.
            guess = windows.guess(selection, Scopes.window(Scopes.ALL, query.from(), query.to()));
        }
        return Math.max(newest.size(), guess);
    }

    private long ofMailbox() {
        try {
            Long messages = calls.call(prices.profile(), client::profile).messages();
            return messages == null ? Long.MAX_VALUE : messages;
        } catch (SourceException missing) {
            return unlessNotServed(missing);
        }
    }

    /** The sum of the labels' own totals, where each list is one of a label. */
    private long ofLabels(Selection selection) {
        long sum = 0;
        for (GmailClient.ListQuery list : selection.queries("")) {
            String labelId = list.labelId();
            Long messages = labelId == null ? null : ofLabel(labelId);
            if (messages == null) {
                return Long.MAX_VALUE;
            }
            sum += messages;
        }
        return sum;
    }

    private @Nullable Long ofLabel(String labelId) {
        try {
            return calls.call(prices.label(), () -> client.label(labelId)).messages();
        } catch (SourceException missing) {
            if (missing.kind() == SourceException.Kind.SKIP_MESSAGE) {
                return null;
            }
            throw missing;
        }
    }

    private static long unlessNotServed(SourceException missing) {
        if (missing.code().equals(GmailErrors.NOT_SERVED)) {
            return Long.MAX_VALUE;
        }
        throw missing;
    }

    /** As many as there are if mail came at one rate; unbounded where no dates are to be had. */
    private long evenly(Instant from, List<String> newest) {
        Instant first = windows.received(newest.get(0));
        Instant last = windows.received(newest.get(newest.size() - 1));
        if (first == null || last == null || !last.isBefore(first) || !from.isBefore(last)) {
            return Long.MAX_VALUE;
        }
        double rest = (double) Duration.between(from, last).toSeconds();
        double listed = Math.max(1, Duration.between(last, first).toSeconds());
        return Math.round(newest.size() * (1 + rest / listed));
    }
}
