package dev.backfill.testkit;

import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A walk over a mailbox without an engine: page after page on the test's thread, everything kept. For mailboxes of a test's
 * size. Not thread-safe.
 */
public final class Crawl {
    private static final int MOST_PAGES = 100_000;

    private final Mailbox mailbox;
    private final MailQuery query;
    private final PageLimit limit;
    private final int stopAfter;
    private final List<Page> pages = new ArrayList<>();
    private final Map<String, String> tokens = new LinkedHashMap<>();

    /**
     * One page and what was on it. Immutable.
     *
     * @param partition what was walked
     * @param position from where
     * @param items what was written
     * @param end how it ended
     */
    public record Page(Partition partition, Position position, List<PageItem> items, PageEnd end) {
        /** Copies the items. */
        public Page {
            items = List.copyOf(items);
        }
    }

    private Crawl(Mailbox mailbox, MailQuery query, PageLimit limit, int stopAfter) {
        this.mailbox = mailbox;
        this.query = query;
        this.limit = limit;
        this.stopAfter = stopAfter;
    }

    /**
     * Walks the whole plan of a query.
     *
     * @param mailbox the mailbox
     * @param query what to read
     * @param limit how much a page may hold
     * @return the walk, at its end
     */
    public static Crawl plan(Mailbox mailbox, MailQuery query, PageLimit limit) {
        return plan(mailbox, query, limit, Integer.MAX_VALUE);
    }

    /**
     * Walks the whole plan of a query with a writer that says STOP.
     *
     * @param mailbox the mailbox
     * @param query what to read
     * @param limit how much a page may hold
     * @param stopAfter with which item of each page the writer says STOP
     * @return the walk, at its end
     */
    public static Crawl plan(Mailbox mailbox, MailQuery query, PageLimit limit, int stopAfter) {
        Crawl crawl = new Crawl(mailbox, query, limit, stopAfter);
        crawl.walk(mailbox.plan(query));
        return crawl;
    }

    /**
     * Walks the whole plan of a query whose job is not the first.
     *
     * @param mailbox the mailbox
     * @param query what to read
     * @param pins the tokens that the job before left
     * @param limit how much a page may hold
     * @return the walk, at its end
     */
    public static Crawl plan(Mailbox mailbox, MailQuery query, Map<String, String> pins, PageLimit limit) {
        Crawl crawl = new Crawl(mailbox, query, limit, Integer.MAX_VALUE);
        crawl.walk(mailbox.plan(query, pins));
        return crawl;
    }

    /**
     * Walks the changes since pins.
     *
     * @param mailbox the mailbox
     * @param query what to read
     * @param pins the token of each scope
     * @param limit how much a page may hold
     * @return the walk, at its end
     */
    public static Crawl changes(Mailbox mailbox, MailQuery query, Map<String, String> pins, PageLimit limit) {
        Crawl crawl = new Crawl(mailbox, query, limit, Integer.MAX_VALUE);
        crawl.walk(mailbox.planChanges(query, pins));
        return crawl;
    }

    /**
     * Walks one partition, and what replaces it, from a position.
     *
     * @param mailbox the mailbox
     * @param query the query it was planned for
     * @param partition the partition
     * @param position where to begin
     * @param limit how much a page may hold
     * @return the walk, at its end
     */
    public static Crawl from(
            Mailbox mailbox, MailQuery query, Partition partition, Position position, PageLimit limit) {
        Crawl crawl = new Crawl(mailbox, query, limit, Integer.MAX_VALUE);
        crawl.walk(crawl.partition(partition, position));
        return crawl;
    }

    private void walk(List<Partition> partitions) {
        Deque<Partition> left = new ArrayDeque<>(partitions);
        while (!left.isEmpty()) {
            partition(left.removeFirst(), Position.START).forEach(left::addLast);
        }
    }

    /** Walks one partition to its end and gives what replaces it. */
    private List<Partition> partition(Partition partition, Position start) {
        Position position = start;
        while (true) {
            PageCollector collector = new PageCollector(stopAfter);
            PageEnd end = mailbox.fetch(query, partition, position, limit, collector);
            pages.add(new Page(partition, position, collector.items(), end));
            if (pages.size() > MOST_PAGES) {
                throw new AssertionError("the walk of " + partition.id() + " does not end");
            }
            if (end.token() != null) {
                tokens.put(partition.scope(), end.token());
            }
            Position next = end.next();
            if (next == null) {
                return end.replacedBy();
            }
            position = next;
        }
    }

    /** {@return all pages, in order} */
    public List<Page> pages() {
        return List.copyOf(pages);
    }

    /** {@return all items, in order} */
    public List<PageItem> items() {
        return pages.stream().flatMap(page -> page.items().stream()).toList();
    }

    /** {@return the ids of all items, in order} */
    public List<String> ids() {
        return items().stream().map(PageCollector::id).toList();
    }

    /** {@return the last token of each scope} */
    public Map<String, String> tokens() {
        return Map.copyOf(tokens);
    }
}
