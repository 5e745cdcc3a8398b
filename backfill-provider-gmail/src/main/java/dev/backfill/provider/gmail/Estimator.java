package dev.backfill.provider.gmail;

import dev.backfill.api.CountKind;
import dev.backfill.provider.gmail.IdLister.Listing;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.MailEstimate;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Partition;

/**
 * Says what a query would read and cost: up to 20,000 messages are listed, at 10 units a thousand, and with them their threads, so
 * that number, and calls and units of the messages themselves, are those of the plan. Of more the newest 20,000 are the sample whose
 * threads stand for all; how many there are guesses {@link MailboxSize}. What is got beside the messages, and how many bytes all is, says
 * {@link MailSample}. Immutable and thread-safe.
 *
 * <p>Not in the estimate: a thread over two windows that is got by both (about one in a hundred units), large bodies where neither
 * attachments nor bytes count, and requests that are sent again.
 */
final class Estimator {
    /** How many messages are counted one by one before the rest is guessed. */
    private static final int COUNTED = 20_000;

    private final Windows windows;
    private final GetPlan plan;
    private final Prices prices;
    private final GmailClient client;
    private final MailboxSize size;
    private final MailSample sample;

    Estimator(Windows windows, GetPlan plan, Prices prices, GmailClient client, ApiCalls calls, MailSample sample) {
        this.windows = windows;
        this.plan = plan;
        this.prices = prices;
        this.client = client;
        this.size = new MailboxSize(windows, prices, client, calls);
        this.sample = sample;
    }

    /** The number of messages alone. */
    MailEstimate count(MailQuery query, Selection selection) {
        Listing listing = list(query, selection);
        return new MailEstimate(emails(query, selection, listing), kind(listing), 0, 0);
    }

    MailEstimate estimate(MailQuery query, Selection selection) {
        long before = client.receivedBytes();
        Listing listing = list(query, selection);
        long listed = client.receivedBytes() - before;
        MailCost sampled = gets(listing.ids().byThread()).plus(sample.beside(query, selection, listing.ids()));
        long emails = emails(query, selection, listing);
        MailCost all = listing.whole()
                ? sampled
                : sampled.times((double) emails / Math.max(1, listing.ids().size()));
        // The ids of each window are listed twice: before the walk and after it.
        long lists = 2 * ((emails + IdLister.PAGE_SIZE - 1) / IdLister.PAGE_SIZE) + 2;
        // Where no limit counts them the sample says no bytes.
        double bytes = all.bytes() > 0 ? all.bytes() + (double) lists * listed / Math.max(1, listing.pages()) : 0;
        return new MailEstimate(
                emails,
                kind(listing),
                Math.round(all.calls()) + lists + 1,
                Math.round(all.units())
                        + lists * prices.list().units()
                        + prices.profile().units(),
                Math.round(bytes));
    }

    private Listing list(MailQuery query, Selection selection) {
        Partition whole = Scopes.window(Scopes.ALL, query.from(), query.to());
        return windows.listExact(selection, whole, COUNTED);
    }

    private long emails(MailQuery query, Selection selection, Listing listing) {
        return listing.whole() ? listing.ids().size() : size.of(query, selection, listing.ids());
    }

    private static CountKind kind(Listing listing) {
        return listing.whole() ? CountKind.EXACT : CountKind.ESTIMATE;
    }

    /** What the messages cost to get, each by itself or with its thread. */
    private MailCost gets(ThreadedIds ids) {
        long gets = 0;
        long units = 0;
        for (int place = 0; place < ids.size(); ) {
            int end = ids.endOfThread(place);
            gets += plan.calls(end - place);
            units += plan.units(end - place);
            place = end;
        }
        return new MailCost(gets, units, 0);
    }
}
