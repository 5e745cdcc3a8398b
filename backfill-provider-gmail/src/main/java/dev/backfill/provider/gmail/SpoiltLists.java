package dev.backfill.provider.gmail;

import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import dev.backfill.spi.SourceException;
import java.time.Instant;
import java.util.List;

/**
 * What becomes of a window whose ids are not given however often they are asked for, while the server gives other things: it is
 * halved, until what cannot be listed is a second, which is a failure by itself. So the rest of the mailbox is walked, and the
 * engine's breaker sees it where no list is given at all. Where nothing else is given either it is an outage, and the error is
 * thrown on. Thread-safe.
 */
final class SpoiltLists {
    private final Outages outages;

    SpoiltLists(Outages outages) {
        this.outages = outages;
    }

    /**
     * Ends a page of a window that could not be listed, or whose messages the server did not give. Only a window of which nothing was
     * handed over is cut: of any other all would come again, and a later run may find it listed.
     *
     * @param query the job's query
     * @param window the window
     * @param neverListed true if the window was not listed yet, in this life or another
     * @param error what its list, or its messages, came to
     * @param writer takes the failure
     * @return its halves, or the failure
     * @throws SourceException the error, if it is no fault of this window
     */
    PageEnd unlisted(MailQuery query, Partition window, boolean neverListed, SourceException error, PageWriter writer) {
        if (!neverListed) {
            throw error;
        }
        check(error);
        Instant to = window.to() == null ? query.to() : window.to();
        Instant from = window.from() == null ? Windows.OLDEST : window.from();
        if (to.getEpochSecond() - from.getEpochSecond() > 1) {
            Instant middle = Instant.ofEpochSecond((from.getEpochSecond() + to.getEpochSecond()) / 2);
            return PageEnd.replaced(
                    List.of(
                            Scopes.window(window.scope(), middle, window.to()),
                            Scopes.window(window.scope(), window.from(), middle)),
                    0,
                    0);
        }
        return failed(window, error, writer, 0, 0);
    }

    /**
     * Ends a window that was walked and whose list was not given again to count it: all of it may be incomplete.
     *
     * @param window the window
     * @param error what its second list came to
     * @param page the page that was its last, without messages
     * @param writer takes the failure
     * @return the failure
     * @throws SourceException the error, if it is no fault of this window
     */
    PageEnd uncounted(Partition window, SourceException error, WindowPage page, PageWriter writer) {
        check(error);
        return failed(window, error, writer, page.entries(), page.foreign());
    }

    private void check(SourceException error) {
        if (!Outages.isUnanswered(error) || !outages.isServed()) {
            throw error;
        }
    }

    private static PageEnd failed(
            Partition window, SourceException error, PageWriter writer, int entries, int foreign) {
        FailureRef ref = FailureRef.stretch(window.scope(), window.from(), window.to());
        writer.write(new PageItem.Failed(ref, error.kind(), error.code()));
        return PageEnd.last(entries + 1, foreign, null);
    }
}
