package dev.backfill.provider.microsoft;

import dev.backfill.model.EmailMessage;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.PageCollector;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Walks a whole query as an engine does, page by page, and checks the sums that must hold. */
final class Crawl {
    private static final int MAX_RESTARTS = 5;
    static final Instant TO = Instant.parse("2026-01-01T00:00:00Z");
    static final MailQuery ALL = new MailQuery(null, TO, List.of(), false, false);

    final List<PageItem> items = new ArrayList<>();
    final List<Partition> walked = new ArrayList<>();
    int pages;
    int entries;
    int repeats;
    long providerCount;
    int windowsWithoutCount;
    int longestPosition;
    int restarts;

    private Crawl() {}

    static Crawl of(Mailbox mailbox, MailQuery query, PageLimit limit) {
        return of(mailbox, query, mailbox.plan(query), limit, Integer.MAX_VALUE);
    }

    static Crawl of(Mailbox mailbox, MailQuery query, List<Partition> plan, PageLimit limit, int stopAfter) {
        Crawl crawl = new Crawl();
        Deque<Partition> left = new ArrayDeque<>(plan);
        while (!left.isEmpty()) {
            Partition partition = left.removeFirst();
            crawl.walked.add(partition);
            List<Partition> instead = crawl.walk(mailbox, query, partition, limit, stopAfter);
            for (int i = instead.size() - 1; i >= 0; i--) {
                left.addFirst(instead.get(i));
            }
        }
        return crawl;
    }

    private List<Partition> walk(
            Mailbox mailbox, MailQuery query, Partition partition, PageLimit limit, int stopAfter) {
        Position position = Position.START;
        PageLimit now = limit;
        while (true) {
            PageCollector page = new PageCollector(stopAfter);
            PageEnd end;
            try {
                end = mailbox.fetch(query, partition, position, now, page);
            } catch (SourceException error) {
                if (error.kind() == SourceException.Kind.RESTART_PARTITION && restarts++ < MAX_RESTARTS) {
                    // As the engine does: from the last position, in which all that was handed over is acknowledged.
                    continue;
                }
                if (error.kind() != SourceException.Kind.RETRY_SMALLER || now.messages() == 1) {
                    throw error;
                }
                now = new PageLimit(Math.max(1, now.messages() / 2), now.bytes());
                continue;
            }
            pages++;
            if (end.entries() - end.repeats() != page.items().size()) {
                throw new AssertionError("entries " + end.entries() + ", repeats " + end.repeats() + ", items "
                        + page.items().size());
            }
            if (page.items().size() > now.messages()) {
                throw new AssertionError("too many items: " + page.items().size());
            }
            items.addAll(page.items());
            entries += end.entries();
            repeats += end.repeats();
            if (end.isLast()) {
                if (end.providerCount() != null) {
                    providerCount += end.providerCount();
                } else if (end.replacedBy().isEmpty()) {
                    windowsWithoutCount++;
                }
                return end.replacedBy();
            }
            position = new Position(end.next().value());
            longestPosition = Math.max(longestPosition, position.value().length());
        }
    }

    List<EmailMessage> emails() {
        return items.stream()
                .filter(PageItem.Message.class::isInstance)
                .map(item -> ((PageItem.Message) item).email())
                .toList();
    }

    List<String> ids() {
        return items.stream().map(PageCollector::id).toList();
    }

    static PageLimit limit(int messages) {
        return new PageLimit(messages, Long.MAX_VALUE);
    }

    static PageWriter ignoring() {
        return item -> PageWriter.Verdict.CONTINUE;
    }
}
