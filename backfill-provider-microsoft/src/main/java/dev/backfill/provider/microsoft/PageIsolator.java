package dev.backfill.provider.microsoft;

import com.microsoft.kiota.RequestInformation;
import dev.backfill.spi.PageItem;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a page that fails as a whole: its ids first, which a corrupt message does not hinder, then each message by itself, so
 * that only the bad ones fail. Stateless; thread-safe.
 */
final class PageIsolator {
    private static final int AT_ONCE = 50;

    private final GraphClient client;
    private final GraphRequests requests;
    private final SingleMessages singles;
    private final SteadyPages steady;

    PageIsolator(GraphClient client, GraphRequests requests, SingleMessages singles) {
        this.client = client;
        this.requests = requests;
        this.singles = singles;
        this.steady = new SteadyPages(this::ids);
    }

    /** Reads a page as {@link PageWalker} does, links included, but for the messages' contents. */
    PageWalker.Pages read(PageWalker.Job job) {
        PageWalker.Pages pages = steady.read(job, this::ids);
        return pages.with(filled(job, pages.last()));
    }

    /** Reads the ids of a page, links included. */
    PageWalker.Pages ids(PageWalker.Job job) {
        PageReader.Frame frame = job.frame(GraphRequests.Detail.IDS);
        RequestInformation start = requests.page(job.stretch(), GraphRequests.Detail.IDS, job.top(), job.skip());
        MessagePage first = client.call(
                GraphOperations.LIST_IDS,
                GraphErrors.Target.PAGE,
                () -> NextLinks.again(start),
                body -> PageReader.read(body, frame));
        return PageWalker.untilFresh(
                job,
                first,
                start,
                next -> client.follow(
                        GraphOperations.LIST_IDS, GraphErrors.Target.PAGE, next, body -> PageReader.read(body, frame)));
    }

    private MessagePage filled(PageWalker.Job job, MessagePage ids) {
        List<MessagePage.Entry> complete = new ArrayList<>();
        List<MessagePage.Entry> waiting = new ArrayList<>();
        long bytes = 0;
        for (MessagePage.Entry entry : ids.entries()) {
            waiting.add(entry);
            if (waiting.size() == AT_ONCE) {
                bytes += fill(job, waiting, complete);
                waiting.clear();
                if (bytes >= job.limit().bytes()) {
                    return new MessagePage(complete, ids.raw(), null, ids.count(), true);
                }
            }
        }
        fill(job, waiting, complete);
        return new MessagePage(complete, ids.raw(), ids.nextLink(), ids.count(), ids.cut());
    }

    private long fill(PageWalker.Job job, List<MessagePage.Entry> waiting, List<MessagePage.Entry> complete) {
        List<String> wanted = waiting.stream()
                .filter(entry -> !entry.repeat())
                .map(MessagePage.Entry::id)
                .toList();
        List<PageItem> items =
                wanted.isEmpty() ? List.of() : singles.read(job.window().scope(), wanted, parent -> job.folder());
        int place = 0;
        long bytes = 0;
        for (MessagePage.Entry entry : waiting) {
            if (entry.repeat()) {
                complete.add(entry);
                continue;
            }
            PageItem item = items.get(place++);
            if (item instanceof PageItem.Message message) {
                bytes += message.email().heapBytes();
            }
            complete.add(entry.with(item));
        }
        return bytes;
    }
}
