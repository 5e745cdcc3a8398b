package dev.backfill.provider.microsoft;

import dev.backfill.spi.SourceException;
import java.util.function.Function;

/**
 * Sees to it that a page begins where the last one ended, though mail comes and goes in between. A place in the server's order
 * is trusted only if the page there begins with a message that was handed over last; else the place is looked for among the
 * second's ids. Where none of those messages is left, the second is walked again from its beginning: some may come twice, but
 * none is lost. Stateless; thread-safe.
 */
final class SteadyPages {
    private static final int TRIES = 3;

    private final Function<PageWalker.Job, PageWalker.Pages> ids;

    /**
     * Makes one.
     *
     * @param ids reads the ids of a page, links included
     */
    SteadyPages(Function<PageWalker.Job, PageWalker.Pages> ids) {
        this.ids = ids;
    }

    /**
     * Reads a page.
     *
     * @param job what to read
     * @param reader reads it once
     * @return the pages, with the job that they are an answer to
     * @throws SourceException of kind RESTART_PARTITION if the mailbox changes faster than it can be read
     */
    PageWalker.Pages read(PageWalker.Job job, Function<PageWalker.Job, PageWalker.Pages> reader) {
        PageWalker.Pages pages = reader.apply(job);
        for (int tried = 1; tried < TRIES && (pages.moved() || isElsewhere(pages)); tried++) {
            pages = reader.apply(isElsewhere(pages) ? find(job) : pages.job());
        }
        if (isElsewhere(pages)) {
            pages = reader.apply(job.fromTheStart());
        }
        if (pages.moved()) {
            throw SourceException.of(
                            SourceException.Kind.RESTART_PARTITION, SourceException.Scope.PARTITION, "PAGES_MOVE")
                    .build("Mail comes and goes faster than Microsoft Graph's pages can be read");
        }
        return pages;
    }

    private static boolean isElsewhere(PageWalker.Pages pages) {
        if (pages.job().skip() == 0 || pages.before() > 0) {
            return false;
        }
        return pages.last().entries().isEmpty()
                || !pages.last().entries().get(0).repeat();
    }

    /** Looks for the first message of the second that is known, and begins with it; with all of them if there is none. */
    private PageWalker.Job find(PageWalker.Job job) {
        PageWalker.Job all = job.listing();
        int place = 0;
        while (true) {
            PageWalker.Job part = all.skipping(place);
            PageWalker.Pages pages = ids.apply(part);
            for (MessagePage.Entry entry : pages.last().entries()) {
                if (job.border().contains(entry.hash())) {
                    return job.skipping(place);
                }
                place++;
            }
            if (pages.last().entries().isEmpty()) {
                return job.fromTheStart();
            }
        }
    }
}
