package dev.backfill.provider.microsoft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.Crawl;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.graph.DeltaOptions;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.graph.GraphMailbox;
import dev.backfill.testkit.graph.GraphQuirks;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/** A mailbox that is crawled, changes, and is asked what changed. */
final class ChangesBed implements AutoCloseable {
    static final Instant TO = Instant.parse("2026-01-01T00:00:00Z");
    static final Instant LATER = Instant.parse("2026-01-02T00:00:00Z");
    static final FolderPath WORK = FolderPath.of("Work");

    /** The user named no end. */
    static final MailQuery OPEN = new MailQuery(null, TO, List.of(), false, true, true);

    static final PageLimit PAGE = new PageLimit(50, 1L << 30);
    static final RequestMatch DELTA = RequestMatch.path("/messages/delta");

    final FakeGraph graph;
    final GraphMailbox there;
    Mailbox mailbox;

    private ChangesBed(FakeGraph graph) {
        this.graph = graph;
        this.there = graph.mailbox(Graphs.OWNER);
        this.mailbox = Graphs.open(graph);
    }

    static ChangesBed start(List<StoredMail> mails) throws IOException {
        return start(mails, GraphQuirks.NONE, DeltaOptions.NONE, number -> {});
    }

    static ChangesBed start(List<StoredMail> mails, GraphQuirks quirks, DeltaOptions delta, LongConsumer beforeDelta)
            throws IOException {
        return new ChangesBed(FakeGraph.builder()
                .mailbox(Graphs.OWNER, mails)
                .quirks(quirks)
                .delta(delta)
                .beforeDelta(beforeDelta)
                .start());
    }

    /** Ten messages in the inbox, numbered from 0, ten in Work from 100, and three deleted ones from 200. */
    static List<StoredMail> mails() {
        List<StoredMail> mails = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            mails.add(mail(i, FolderPath.INBOX));
            mails.add(mail(100 + i, WORK));
        }
        for (int i = 0; i < 3; i++) {
            mails.add(mail(200 + i, FolderPath.DELETED));
        }
        return mails;
    }

    static StoredMail mail(int number, FolderPath folder) {
        return Graphs.mail(number, Graphs.START.plusSeconds(60L * number), folder);
    }

    static String stored(int number) {
        return mail(number, FolderPath.INBOX).id();
    }

    String id(int number) {
        return there.messageId(mail(number, FolderPath.INBOX));
    }

    String folder(FolderPath path) {
        return there.folderId(path);
    }

    /** Another process: what was remembered is gone. */
    void restart() {
        restart(InstantSource.system());
    }

    /** Another process that goes on with a job, told by the engine from which pins its folders are read. */
    void resume(Map<String, String> pins) {
        restart();
        mailbox.resumed(pins);
    }

    /** Another process with a clock of its own. */
    void restart(InstantSource clock) {
        mailbox.close();
        mailbox = new MicrosoftEmailSource()
                .open(Graphs.builder(graph, "me").clock(clock).build());
    }

    /** Reads one page and lets go of what is in it. */
    PageEnd page(Partition partition, Position position, PageLimit limit) {
        return mailbox.fetch(OPEN, partition, position, limit, new PageCollector());
    }

    /** {@return what the reading of one page came to} */
    SourceException failed(Partition partition, Position position, PageLimit limit) {
        return catchThrowableOfType(SourceException.class, () -> page(partition, position, limit));
    }

    Crawl full(MailQuery query) {
        return Crawl.plan(mailbox, query, PAGE);
    }

    Crawl full(MailQuery query, Map<String, String> pins) {
        return Crawl.plan(mailbox, query, pins, PAGE);
    }

    Crawl changes(MailQuery query, Map<String, String> pins) {
        return Crawl.changes(mailbox, query, pins, PAGE);
    }

    void assertNothing(MailQuery query, Map<String, String> pins) {
        assertThat(changes(query, pins).items()).isEmpty();
    }

    /** What became of each message, such as {@code CREATE 3}, sorted. */
    List<String> told(List<PageItem> items, int... numbers) {
        List<String> told = new ArrayList<>();
        for (PageItem item : items) {
            String what = item instanceof PageItem.Message message
                    ? message.change().name()
                    : item.getClass().getSimpleName();
            String id = PageCollector.id(item);
            String name = id;
            for (int number : numbers) {
                if (id.equals(id(number))) {
                    name = Integer.toString(number);
                }
            }
            told.add(what + " " + name);
        }
        told.sort(null);
        return told;
    }

    @Override
    public void close() {
        mailbox.close();
        graph.close();
    }
}
