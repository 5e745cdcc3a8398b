package dev.backfill.provider.gmail;

import dev.backfill.api.CountKind;
import dev.backfill.provider.gmail.IdLister.Listing;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.MailEstimate;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Partition;

/**
 * Says what a query would read and cost: up to 20,000 messages are listed, at 10 units a thousand, and with them their threads, so
 * that number, calls and units are those of the plan. Of more the newest 20,000 are the sample whose threads stand for all; how
 * many there are guesses {@link MailboxSize}. Immutable and thread-safe.
 *
 * <p>Not in the estimate: a thread over two windows that is got by both (about one in a hundred units), large bodies and
 * attachments that are got by themselves, and requests that are sent again.
 */
final class Estimator {
    /** How many messages are counted one by one before the rest is guessed. */
    private static final int COUNTED = 20_000;

    private final Windows windows;
    private final GetPlan plan;
    private final QuotaRegime regime;
    private final MailboxSize size;

    Estimator(Windows windows, GetPlan plan, QuotaRegime regime, GmailClient client, ApiCalls calls) {
        this.windows = windows;
        this.plan = plan;
        this.regime = regime;
        this.size = new MailboxSize(windows, regime, client, calls);
    }

    MailEstimate estimate(MailQuery query, Selection selection) {
        Partition whole = Scopes.window(Scopes.ALL, query.from(), query.to());
        Listing listing = windows.listExact(selection, whole, COUNTED);
        ThreadedIds sample = listing.ids().byThread();
        long gets = 0;
        long units = 0;
        for (int place = 0; place < sample.size(); ) {
            int end = sample.endOfThread(place);
            gets += plan.calls(end - place);
            units += plan.units(end - place);
            place = end;
        }
        long emails = sample.size();
        if (!listing.whole()) {
            emails = size.of(query, selection, listing.ids());
            double times = (double) emails / Math.max(1, sample.size());
            gets = Math.round(gets * times);
            units = Math.round(units * times);
        }
        // The ids of each window are listed twice: before the walk and after it.
        long lists = 2 * ((emails + IdLister.PAGE_SIZE - 1) / IdLister.PAGE_SIZE) + 2;
        return new MailEstimate(
                emails,
                listing.whole() ? CountKind.EXACT : CountKind.ESTIMATE,
                gets + lists + 1,
                units + lists * regime.list().units() + regime.profile().units());
    }
}
