package dev.backfill.provider.gmail;

import dev.backfill.model.EmailMessage;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.testkit.PageCollector;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Crawls a mailbox as an engine does, one partition after another, and keeps what came. */
final class Crawl {
    static final Instant TO = Instant.parse("2030-01-01T00:00:00Z");

    private final List<PageItem> items = new ArrayList<>();
    private final List<Partition> walked = new ArrayList<>();
    private final Map<String, String> pins = new TreeMap<>();
    private int pages;
    private long entries;
    private long repeats;
    private long providerCount;

    private Crawl() {}

    static MailQuery everything() {
        return new MailQuery(null, TO, List.of(), false, false);
    }

    /** What names a message that failed in the one window of {@link #everything()}. */
    static FailureRef failed(String id) {
        return new FailureRef(Scopes.ALL, id, null, TO);
    }

    static Crawl run(Mailbox mailbox, MailQuery query, PageLimit limit) {
        return run(mailbox, query, limit, mailbox.plan(query));
    }

    static Crawl run(Mailbox mailbox, MailQuery query, PageLimit limit, List<Partition> plan) {
        Crawl crawl = new Crawl();
        Deque<Partition> left = new ArrayDeque<>(plan);
        while (!left.isEmpty()) {
            Partition partition = left.removeFirst();
            Position position = Position.START;
            while (position != null) {
                PageCollector collector = new PageCollector();
                PageEnd end = mailbox.fetch(query, partition, position, limit, collector);
                crawl.take(partition, end, collector);
                end.replacedBy().forEach(left::addLast);
                position = end.next();
            }
        }
        return crawl;
    }

    int pages() {
        return pages;
    }

    private void take(Partition partition, PageEnd end, PageCollector collector) {
        if (end.entries() - end.repeats() != collector.items().size()) {
            throw new AssertionError("entries " + end.entries() + " - " + end.repeats() + " != "
                    + collector.items().size());
        }
        items.addAll(collector.items());
        pages++;
        entries += end.entries();
        repeats += end.repeats();
        if (end.isLast()) {
            walked.add(partition);
            providerCount += end.providerCount() == null ? 0 : end.providerCount();
        }
        if (end.token() != null) {
            pins.put(partition.scope(), end.token());
        }
    }

    List<PageItem> items() {
        return items;
    }

    List<String> ids() {
        return items.stream().map(PageCollector::id).toList();
    }

    List<EmailMessage> emails() {
        return items.stream()
                .filter(PageItem.Message.class::isInstance)
                .map(item -> ((PageItem.Message) item).email())
                .toList();
    }

    List<Partition> walked() {
        return walked;
    }

    Map<String, String> pins() {
        return pins;
    }

    long entries() {
        return entries;
    }

    long repeats() {
        return repeats;
    }

    long providerCount() {
        return providerCount;
    }
}
