package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.Graphs.OWNER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.model.EmailMessage;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.DirectMailboxContext;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.graph.GraphQuirks;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Servers that know less than Graph, or refuse what it takes. */
class GraphLesserServerTest {
    private static final Fault BAD_REQUEST = Fault.json(400, "{\"error\":{\"code\":\"BadRequest\",\"message\":\"\"}}");

    private static List<FailureRef> refs(FakeGraph graph, List<StoredMail> mails) {
        String inbox = graph.mailbox(OWNER).folderId(FolderPath.INBOX);
        return mails.stream()
                .map(mail -> FailureRef.message(inbox, graph.mailbox(OWNER).messageId(mail)))
                .toList();
    }

    private static List<EmailMessage> replayed(Mailbox mailbox, MailQuery query, List<FailureRef> refs) {
        PageCollector page = new PageCollector();
        mailbox.replay(query, refs, page);
        return page.items().stream()
                .map(item -> ((PageItem.Message) item).email())
                .toList();
    }

    @Test
    void aServerWithoutCountsAndExpandsIsCrawledAllTheSame() throws Exception {
        List<StoredMail> mails = Graphs.withPictures(150);
        MailQuery query = new MailQuery(null, Crawl.TO, List.of("all", "junk"), true, false);
        List<EmailMessage> usual;
        try (FakeGraph graph = Graphs.start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            usual = Crawl.of(mailbox, query, Crawl.limit(20)).emails();
        }
        try (FakeGraph graph = FakeGraph.builder()
                        .mailbox(OWNER, mails)
                        .quirks(GraphQuirks.NONE.withoutExpandAndCount().withRelativeNextLink())
                        .start();
                Mailbox mailbox = Graphs.open(graph)) {
            Crawl crawl = Crawl.of(mailbox, query, Crawl.limit(20));

            assertThat(crawl.ids()).doesNotHaveDuplicates().hasSize(150);
            assertThat(crawl.windowsWithoutCount).isPositive();
            // Attachments are asked for one by one, where hasAttachments or the body says that there are some.
            assertThat(crawl.emails()).containsExactlyInAnyOrderElementsOf(usual);
            assertThat(replayed(mailbox, query, refs(graph, mails))).containsExactlyInAnyOrderElementsOf(usual);
        }
    }

    @Test
    void aServerThatRefusesTheExpandIsAskedForLess() throws Exception {
        List<StoredMail> mails = Graphs.generated(150);
        MailQuery query = new MailQuery(null, Crawl.TO, List.of("all", "junk"), true, false);
        for (String refused : List.of("fileAttachment", "attachments")) {
            try (FakeGraph graph = Graphs.start(mails)) {
                RequestMatch expands = RequestMatch.path("/messages$").query("$expand", refused);
                graph.faults()
                        .always(expands, Fault.json(400, "{\"error\":{\"code\":\"BadRequest\",\"message\":\"\"}}"));
                DirectMailboxContext context = Graphs.context(graph);
                try (Mailbox mailbox = new MicrosoftEmailSource().open(context)) {
                    Crawl crawl = Crawl.of(mailbox, query, Crawl.limit(50));

                    assertThat(crawl.ids()).doesNotHaveDuplicates().hasSize(150);
                    assertThat(crawl.emails())
                            .filteredOn(email -> !email.attachments().isEmpty())
                            .hasSizeGreaterThan(10);
                    // Two pages teach it, each asked for at each level at the most.
                    assertThat(graph.journal().count(expands)).isLessThanOrEqualTo(4);
                }
            }
        }
    }

    @Test
    void onePageThatIsRefusedIsAskedForLessAlone() throws Exception {
        List<StoredMail> mails = Graphs.minutes(200, FolderPath.INBOX);
        MailQuery query = new MailQuery(null, Crawl.TO, List.of("inbox"), false, false);
        RequestMatch pages = RequestMatch.path("/messages$").query("$select", "subject");
        RequestMatch full = pages.query("$expand", "fileAttachment");
        for (int last : List.of(3, 4)) {
            try (FakeGraph graph = Graphs.start(mails);
                    Mailbox mailbox = Graphs.open(graph)) {
                // The third page, in full or, for a second time, with less.
                graph.faults().range(pages, 3, last, BAD_REQUEST);
                Crawl crawl = Crawl.of(mailbox, query, Crawl.limit(20));

                assertThat(crawl.ids()).containsExactlyInAnyOrderElementsOf(Graphs.ids(graph, mails));
                assertThat(graph.journal().count(full))
                        .as("all others are asked for in full")
                        .isEqualTo(graph.journal().count(pages) - (last - 2));
            }
        }
    }

    @Test
    void aPageThatNothingHelpsTeachesNothing() throws Exception {
        List<StoredMail> mails = Graphs.minutes(60, FolderPath.INBOX);
        MailQuery query = new MailQuery(null, Crawl.TO, List.of("inbox"), false, false);
        RequestMatch pages = RequestMatch.path("/messages$").query("$select", "subject");
        try (FakeGraph graph = Graphs.start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            for (int i = 0; i < 3; i++) {
                graph.faults().clear();
                graph.faults().always(pages, BAD_REQUEST);
                assertThatThrownBy(() -> Crawl.of(mailbox, query, Crawl.limit(20)))
                        .isInstanceOf(SourceException.class);
            }
            graph.faults().clear();
            int before = graph.journal().count(pages.query("$expand", "fileAttachment"));
            int all = graph.journal().count(pages);
            Crawl.of(mailbox, query, Crawl.limit(20));
            assertThat(graph.journal().count(pages.query("$expand", "fileAttachment")) - before)
                    .isEqualTo(graph.journal().count(pages) - all);
        }
    }

    @Test
    void aReplayOnAServerThatRefusesTheExpandAsksForLess() throws Exception {
        List<StoredMail> mails = Graphs.generated(60);
        MailQuery query = new MailQuery(null, Crawl.TO, List.of("all", "junk"), true, false);
        for (String refused : List.of("fileAttachment", "attachments")) {
            try (FakeGraph graph = Graphs.start(mails)) {
                RequestMatch expands = RequestMatch.path("/messages(/[^/]+)?$").query("$expand", refused);
                graph.faults().always(expands, BAD_REQUEST);
                try (Mailbox mailbox = Graphs.open(graph)) {
                    List<EmailMessage> read = replayed(mailbox, query, refs(graph, mails));

                    assertThat(read).extracting(EmailMessage::id).hasSameElementsAs(Graphs.ids(graph, mails));
                    assertThat(read)
                            .hasSize(60)
                            .anyMatch(email -> !email.attachments().isEmpty());
                    // A whole round was refused, so the mailbox asks for less from then on.
                    int before = graph.journal().count(expands);
                    replayed(mailbox, query, refs(graph, mails));
                    Crawl.of(mailbox, query, Crawl.limit(50));
                    assertThat(graph.journal().count(expands)).isEqualTo(before);
                }
            }
        }
    }

    @Test
    void oneMessageThatCannotBeExpandedIsAskedForLessAlone() throws Exception {
        List<StoredMail> mails = Graphs.generated(20);
        MailQuery query = new MailQuery(null, Crawl.TO, List.of("all", "junk"), true, false);
        try (FakeGraph graph = Graphs.start(mails)) {
            List<FailureRef> refs = refs(graph, mails);
            String bad = String.valueOf(refs.get(7).messageId());
            String worse = String.valueOf(refs.get(9).messageId());
            graph.faults()
                    .always(
                            RequestMatch.path("/messages/" + Pattern.quote(bad) + "$")
                                    .query("$expand", ""),
                            BAD_REQUEST)
                    .always(RequestMatch.path("/messages/" + Pattern.quote(worse) + "$"), BAD_REQUEST);
            try (Mailbox mailbox = Graphs.open(graph)) {
                PageCollector page = new PageCollector();
                mailbox.replay(query, refs, page);
                assertThat(page.ids()).containsExactlyInAnyOrderElementsOf(Graphs.ids(graph, mails));
                assertThat(page.items())
                        .filteredOn(PageItem.Failed.class::isInstance)
                        .containsExactly(
                                new PageItem.Failed(refs.get(9), SourceException.Kind.SKIP_MESSAGE, "BadRequest"));
                // Nor does one that is read alone, or one that nothing helps, spoil the rest.
                mailbox.replay(query, List.of(refs.get(7)), new PageCollector());
                mailbox.replay(query, List.of(refs.get(9)), new PageCollector());

                int before = graph.journal().count(RequestMatch.ANY.query("$expand", "fileAttachment"));
                mailbox.replay(query, refs, new PageCollector());
                assertThat(graph.journal().count(RequestMatch.ANY.query("$expand", "fileAttachment")))
                        .isEqualTo(before + 20);
            }
        }
    }
}
