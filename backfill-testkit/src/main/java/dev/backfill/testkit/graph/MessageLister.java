package dev.backfill.testkit.graph;

import dev.backfill.testkit.http.HttpAnswer;
import dev.backfill.testkit.http.HttpCall;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Answers requests for pages of messages, quirks included. Thread-safe. */
final class MessageLister {
    private final GraphQuirks quirks;
    private final LongConsumer beforePage;
    private final AtomicLong pages = new AtomicLong();

    /** One page: what it shows, and how far the walk is then. */
    private record Page(long total, int walked, List<GraphItem> items, boolean corrupt) {}

    MessageLister(GraphQuirks quirks, LongConsumer beforePage) {
        this.quirks = quirks;
        this.beforePage = beforePage;
    }

    HttpAnswer list(GraphMailbox mailbox, @Nullable GraphFolder folder, HttpCall call, String root, String context) {
        long number = pages.incrementAndGet();
        beforePage.accept(number);
        ListQuery query = ListQuery.of(call);
        int size = Math.min(query.page, quirks.maxPage());
        if (quirks.timeoutAbovePage() > 0 && size > quirks.timeoutAbovePage() && query.shape.needsBody()) {
            throw new GraphFault(504, "UnknownError", "");
        }
        MessageShape shape = shape(query.shape);
        int walk = quirks.shortPageEvery() > 0 && number % quirks.shortPageEvery() == 0 ? Math.max(1, size / 2) : size;
        boolean empty = quirks.emptyPageEvery() > 0 && number % quirks.emptyPageEvery() == 0;
        Page page = mailbox.locked(() -> page(mailbox, folder, query, empty ? 0 : walk));
        if (page.corrupt && shape.needsContent()) {
            throw new GraphFault(500, "ErrorCorruptData", "Data is corrupt.");
        }
        List<byte[]> elements = new ArrayList<>(page.items.size());
        for (GraphItem item : page.items) {
            elements.add(MessageRenderer.message(mailbox, item, shape));
        }
        Long count = query.count && !quirks.countIgnored() ? Long.valueOf(page.total) : null;
        return GraphAnswers.collection(context, count, nextLink(call, query, page, root), elements);
    }

    /** Gives what the service makes of a shape that was asked for, in a page or for a single message. */
    MessageShape shape(MessageShape asked) {
        return quirks.expandIgnored() ? asked.withoutAttachments() : asked;
    }

    long count(GraphMailbox mailbox, @Nullable GraphFolder folder, HttpCall call) {
        ListQuery query = ListQuery.of(call);
        return mailbox.locked(() -> page(mailbox, folder, query, 0).total);
    }

    private static Page page(GraphMailbox mailbox, @Nullable GraphFolder folder, ListQuery query, int size) {
        List<GraphItem> all = folder == null ? mailbox.allItems() : mailbox.shown(folder);
        FilterParser.Filter filter = query.filter;
        int from = lowerBound(all, filter.fromMillis());
        int to = Math.max(from, lowerBound(all, filter.toMillis()));
        List<GraphItem> matching = all.subList(from, to);
        if (filter.properties().stream().anyMatch(name -> !name.equals("receivedDateTime"))) {
            matching = matching.stream().filter(filter.rest()).toList();
        }
        matching = ordered(matching, query);
        int start = Math.min(query.skip, matching.size());
        int end = Math.min(start + size, matching.size());
        List<GraphItem> shown = List.copyOf(matching.subList(start, end));
        boolean corrupt = shown.stream().anyMatch(mailbox::isCorrupt);
        return new Page(matching.size(), end, shown, corrupt);
    }

    private static List<GraphItem> ordered(List<GraphItem> items, ListQuery query) {
        if (query.orderBy == null || query.orderBy.equals("receivedDateTime")) {
            return query.descending ? reversed(items) : items;
        }
        if (!query.orderBy.equals("lastModifiedDateTime")) {
            throw GraphFault.badRequest("The fake cannot order by " + query.orderBy + ".");
        }
        Comparator<GraphItem> order = Comparator.comparing(item -> item.modifiedAt);
        List<GraphItem> sorted = new ArrayList<>(items);
        sorted.sort(query.descending ? order.reversed() : order);
        return sorted;
    }

    private static List<GraphItem> reversed(List<GraphItem> items) {
        return new AbstractList<>() {
            @Override
            public GraphItem get(int index) {
                return items.get(items.size() - 1 - index);
            }

            @Override
            public int size() {
                return items.size();
            }
        };
    }

    private static int lowerBound(List<GraphItem> items, long millis) {
        int low = 0;
        int high = items.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (items.get(middle).receivedMillis < millis) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private @Nullable String nextLink(HttpCall call, ListQuery query, Page page, String root) {
        if (page.walked >= page.total) {
            return null;
        }
        if (quirks.endAfterSkip() > 0 && page.walked >= quirks.endAfterSkip()) {
            return null;
        }
        boolean loop = quirks.loopAfterSkip() > 0 && page.walked >= quirks.loopAfterSkip();
        return link(call, loop ? query.skip : page.walked, root);
    }

    /** Repeats the request's address with another {@code $skip}, as Graph does. */
    String link(HttpCall call, int skip, String root) {
        List<String> parts = new ArrayList<>();
        for (String part : call.rawQuery().split("&", -1)) {
            if (!part.startsWith("$skip=") && !part.startsWith("%24skip=") && !part.isEmpty()) {
                parts.add(part);
            }
        }
        parts.add("%24skip=" + skip);
        String target = call.rawPath() + "?" + String.join("&", parts);
        return quirks.relativeNextLink() ? target : root + target;
    }
}
