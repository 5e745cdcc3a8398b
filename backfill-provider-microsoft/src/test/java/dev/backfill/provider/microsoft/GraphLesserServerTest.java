package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.Graphs.OWNER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.model.EmailMessage;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.testkit.DirectMailboxContext;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.graph.GraphQuirks;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.StoredMail;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Servers that know less than Graph, or refuse what it takes. */
class GraphLesserServerTest {
    @Test
    void aServerWithoutCountsAndExpandsIsCrawledAllTheSame() throws Exception {
        List<StoredMail> mails = Graphs.generated(150);
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
            // Attachments are asked for one by one, where hasAttachments says there are some.
            assertThat(crawl.emails())
                    .filteredOn(email -> usual.contains(email))
                    .hasSizeGreaterThan(130);
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
                    assertThat(graph.journal().count(expands)).isLessThanOrEqualTo(2);
                }
            }
        }
    }
}
