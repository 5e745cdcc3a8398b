package dev.backfill.provider.gmail;

import dev.backfill.model.EmailMessage;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.Partition;
import dev.backfill.spi.SourceException;

/** What is published, or recorded, of a message that was met in a window. Stateless. */
final class WindowItem {
    /** A message that the server names in its lists and calls gone: were it skipped, it would be lost in silence. */
    static final String STILL_LISTED = "STILL_LISTED";

    /** A message that is there and not meant. */
    static final String OUT_OF_SCOPE = "OUT_OF_SCOPE";

    private WindowItem() {}

    /**
     * Tells what becomes of a message.
     *
     * @param one the message
     * @param window where it was met; a failure names it, so that a later reader can ask its list whether the message is there
     * @param stillListed true if the window's list names it; only where it is said to be gone
     */
    static PageItem of(Fetched one, Partition window, boolean stillListed) {
        SourceException error = one.error();
        EmailMessage email = one.email();
        if (error == null) {
            return email == null
                    ? new PageItem.Skipped(one.id(), OUT_OF_SCOPE)
                    : new PageItem.Message(PageItem.Change.CREATE, email);
        }
        if (one.gone() && !stillListed) {
            return new PageItem.Skipped(one.id(), "GONE");
        }
        FailureRef ref = new FailureRef(Scopes.base(window.scope()), one.id(), window.from(), window.to());
        return one.gone()
                ? new PageItem.Failed(ref, SourceException.Kind.SKIP_MESSAGE, STILL_LISTED)
                : new PageItem.Failed(ref, error.kind(), error.code());
    }
}
