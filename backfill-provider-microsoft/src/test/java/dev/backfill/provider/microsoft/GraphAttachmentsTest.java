package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.Graphs.OWNER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.model.EmailMessage;
import dev.backfill.spi.ContentRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.graph.GraphQuirks;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.MailAttachment;
import dev.backfill.testkit.mail.StoredMail;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Attachments that a page does not bring, and contents. */
class GraphAttachmentsTest {
    @Test
    void attachmentsThatCannotBeListedFailTheirMessageAlone() throws Exception {
        List<StoredMail> mails = Graphs.generated(100);
        MailQuery query = new MailQuery(null, Crawl.TO, List.of("all", "junk"), true, false);
        for (Fault fault : List.of(
                Fault.status(500), Fault.json(500, "{\"error\":{\"code\":\"ErrorCorruptData\",\"message\":\"\"}}"))) {
            try (FakeGraph graph = FakeGraph.builder()
                            .mailbox(OWNER, mails)
                            .quirks(GraphQuirks.NONE.withoutExpandAndCount())
                            .start();
                    Mailbox mailbox = Graphs.open(graph)) {
                List<String> files = mails.stream()
                        .filter(mail -> mail.parsed().attachments().stream().anyMatch(one -> !one.inline()))
                        .map(graph.mailbox(OWNER)::messageId)
                        .toList();
                String bad = files.get(0);
                graph.faults().always(RequestMatch.path("/messages/" + Pattern.quote(bad) + "/attachments$"), fault);
                Crawl crawl = Crawl.of(mailbox, query, Crawl.limit(50));
                assertThat(crawl.ids()).doesNotHaveDuplicates().hasSize(100);
                List<PageItem.Failed> failed = crawl.items.stream()
                        .filter(PageItem.Failed.class::isInstance)
                        .map(PageItem.Failed.class::cast)
                        .toList();
                assertThat(failed)
                        .singleElement()
                        .satisfies(one -> assertThat(one.ref().messageId()).isEqualTo(bad));
                String bare = "{\"id\":\"" + bad + "\",\"receivedDateTime\":\"2024-05-01T08:00:00Z\","
                        + "\"hasAttachments\":true}";
                graph.faults()
                        .always(RequestMatch.path("/messages/" + Pattern.quote(bad) + "$"), Fault.json(200, bare));
                PageCollector again = new PageCollector();
                mailbox.replay(query, List.of(failed.get(0).ref()), again);
                assertThat(again.items()).isEqualTo(failed);
            }
        }
    }

    @Test
    void contentIsOpenedWholeOrRefused() throws Exception {
        List<StoredMail> mails = Graphs.generated(100);
        try (FakeGraph graph = Graphs.start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            StoredMail mail = mails.stream()
                    .filter(one -> one.parsed().attachments().size() == 1
                            && one.parsed().attachments().get(0).sizeBytes() > 10)
                    .findFirst()
                    .orElseThrow();
            String id = graph.mailbox(OWNER).messageId(mail);
            MailQuery query = new MailQuery(null, Crawl.TO, List.of("all", "junk"), true, false);
            EmailMessage email = Crawl.of(mailbox, query, Crawl.limit(100)).emails().stream()
                    .filter(one -> one.id().equals(id))
                    .findFirst()
                    .orElseThrow();
            ContentRef attachment =
                    ContentRef.attachment(id, email.attachments().get(0).id());

            assertThat(mailbox.open(ContentRef.mime(id), 1 << 20).readAllBytes())
                    .isEqualTo(mail.mime().toByteArray());
            assertThat(mailbox.open(attachment, 1 << 20).readAllBytes())
                    .isEqualTo(mail.parsed().attachments().get(0).content().toByteArray());
            assertThatThrownBy(() -> mailbox.open(ContentRef.mime(id), 10))
                    .isInstanceOfSatisfying(
                            SourceException.class,
                            error -> assertThat(error.code()).isEqualTo("TOO_LARGE"));
        }
    }

    @Test
    void anAttachmentOnlyInTheBodyIsFoundThoughGraphSaysThereIsNone() throws Exception {
        List<StoredMail> mails = Graphs.withPictures(150);
        List<StoredMail> inlineOnly = mails.stream()
                .filter(mail -> !mail.parsed().attachments().isEmpty()
                        && mail.parsed().attachments().stream().allMatch(MailAttachment::inline))
                .toList();
        assertThat(inlineOnly).hasSizeGreaterThanOrEqualTo(4);
        MailQuery query = new MailQuery(null, Crawl.TO, List.of("all", "junk"), true, false);
        try (FakeGraph graph = Graphs.start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            graph.faults().always(RequestMatch.path("/messages").query("$expand", ""), Fault.status(400));
            List<EmailMessage> emails =
                    Crawl.of(mailbox, query, Crawl.limit(50)).emails();

            for (StoredMail mail : inlineOnly) {
                assertThat(emails)
                        .filteredOn(
                                email -> email.id().equals(graph.mailbox(OWNER).messageId(mail)))
                        .singleElement()
                        .satisfies(email -> assertThat(email.attachments())
                                .hasSameSizeAs(mail.parsed().attachments())
                                .allMatch(part -> part.inline() && part.contentId() != null));
            }
            // Nobody else is asked about.
            assertThat(graph.journal().count(RequestMatch.path("/attachments$")))
                    .isEqualTo((int) mails.stream()
                            .filter(mail -> !mail.parsed().attachments().isEmpty())
                            .count());
        }
    }

    @Test
    void aServerThatDoesNotKnowTheKindsOfAttachmentsIsAskedWithoutThem() throws Exception {
        List<StoredMail> mails = Graphs.generated(100);
        MailQuery query = new MailQuery(null, Crawl.TO, List.of("all", "junk"), true, false);
        try (FakeGraph graph = FakeGraph.builder()
                        .mailbox(OWNER, mails)
                        .quirks(GraphQuirks.NONE.withoutExpandAndCount())
                        .start();
                Mailbox mailbox = Graphs.open(graph)) {
            RequestMatch casts = RequestMatch.path("/attachments$").query("$select", "fileAttachment");
            graph.faults().always(casts, Fault.status(400));
            Crawl crawl = Crawl.of(mailbox, query, Crawl.limit(100));

            long attached = mails.stream()
                    .mapToInt(mail -> mail.parsed().attachments().size())
                    .sum();
            assertThat(crawl.emails().stream()
                            .mapToInt(email -> email.attachments().size())
                            .sum())
                    .isEqualTo((int) attached);
            int before = graph.journal().count(casts);
            Crawl.of(mailbox, query, Crawl.limit(100));
            assertThat(graph.journal().count(casts)).isEqualTo(before);
        }
    }

    @Test
    void attachmentsWhosePagesDoNotEndFailTheirMessageInsteadOfComingHalf() throws Exception {
        List<StoredMail> mails = Graphs.generated(100);
        MailQuery query = new MailQuery(null, Crawl.TO, List.of("all", "junk"), true, false);
        for (String answer : List.of("{\"value\":[],\"@odata.nextLink\":\"/v1.0/again\"}", "", "{}", "[]")) {
            try (FakeGraph graph = FakeGraph.builder()
                            .mailbox(OWNER, mails)
                            .quirks(GraphQuirks.NONE.withoutExpandAndCount())
                            .start();
                    Mailbox mailbox = Graphs.open(graph)) {
                StoredMail bad = mails.stream()
                        .filter(mail -> mail.parsed().attachments().stream().anyMatch(one -> !one.inline()))
                        .findFirst()
                        .orElseThrow();
                String id = graph.mailbox(OWNER).messageId(bad);
                graph.faults()
                        .always(
                                RequestMatch.path("(/messages/" + Pattern.quote(id) + "/attachments|/again)$"),
                                Fault.json(200, answer));
                Crawl crawl = Crawl.of(mailbox, query, Crawl.limit(50));

                assertThat(crawl.ids()).doesNotHaveDuplicates().hasSize(100);
                assertThat(crawl.items)
                        .filteredOn(PageItem.Failed.class::isInstance)
                        .singleElement()
                        .satisfies(item -> assertThat(PageCollector.id(item)).isEqualTo(id));
            }
        }
    }
}
