package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.Graphs.OWNER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.model.Attachment;
import dev.backfill.model.EmailMessage;
import dev.backfill.spi.ContentRef;
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
import dev.backfill.testkit.mail.MailAttachment;
import dev.backfill.testkit.mail.MailBytes;
import dev.backfill.testkit.mail.StoredMail;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
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

    private static final MailQuery INBOX = new MailQuery(null, Crawl.TO, List.of("inbox"), false, false);
    private static final Fault TIMEOUT = Fault.status(504);

    private static StoredMail withFiles(int number, int files) {
        StringBuilder text = new StringBuilder("From: Ann <ann@example.com>\r\nSubject: Many\r\nMIME-Version: 1.0\r\n"
                + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nx\r\n");
        for (int i = 0; i < files; i++) {
            text.append("--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=f")
                    .append(i)
                    .append("\r\n\r\nfile ")
                    .append(i)
                    .append("\r\n");
        }
        text.append(
                "--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: bob@example.com\r\nSubject: Inner\r\n\r\ny\r\n--b--\r\n");
        return StoredMail.builder(HexFormat.of().toHexDigits((long) number), Graphs.START.plusSeconds(number))
                .folder(FolderPath.INBOX)
                .mime(MailBytes.utf8(text.toString()))
                .build();
    }

    @Test
    void aMessageWithFiveHundredAttachmentsComesInOneRequest() throws Exception {
        List<StoredMail> mails = List.of(withFiles(1, 499));
        try (FakeGraph graph = Graphs.start(mails)) {
            DirectMailboxContext context = Graphs.context(graph);
            try (Mailbox mailbox = new MicrosoftEmailSource().open(context)) {
                EmailMessage email =
                        Crawl.of(mailbox, INBOX, Crawl.limit(10)).emails().get(0);

                assertThat(email.attachments()).hasSize(500);
                assertThat(context.requests("messages.list")).isEqualTo(1);
                assertThat(context.requests("attachments.list")).isZero();
            }
        }
    }

    @Test
    void whereTheListOfFiveHundredAttachmentsTimesOutEachIsAskedForByItself() throws Exception {
        List<StoredMail> mails = List.of(withFiles(1, 0), withFiles(2, 499), withFiles(3, 1));
        try (FakeGraph graph = Graphs.start(mails)) {
            String many = Pattern.quote(graph.mailbox(OWNER).messageId(mails.get(1)));
            graph.faults()
                    .always(RequestMatch.path("/messages$").query("$expand", ""), TIMEOUT)
                    .always(RequestMatch.path("/messages/" + many + "$").query("$expand", ""), TIMEOUT)
                    .always(
                            RequestMatch.path("/messages/" + many + "/attachments$")
                                    .query("$select", "name"),
                            TIMEOUT);
            DirectMailboxContext context = Graphs.context(graph);
            try (Mailbox mailbox = new MicrosoftEmailSource().open(context)) {
                Crawl crawl = Crawl.of(mailbox, Crawl.ALL, Crawl.limit(4));

                assertThat(crawl.ids()).doesNotHaveDuplicates().hasSize(3);
                assertThat(crawl.emails())
                        .extracting(email -> email.attachments().size())
                        .containsExactly(1, 500, 2);
                List<Attachment> parts = crawl.emails().get(1).attachments();
                assertThat(parts).extracting(Attachment::id).doesNotHaveDuplicates();
                assertThat(parts)
                        .filteredOn(part -> part.kind() == Attachment.Kind.ITEM)
                        .hasSize(1);
                assertThat(parts.get(498).name()).isEqualTo("f498");
                // The list in vain, the ids, each of them.
                assertThat(context.requests("attachments.list")).isEqualTo(2 + 500);
            }
        }
    }

    @Test
    void anAttachmentThatCannotBeOpenedFailsItsMessageAlone() throws Exception {
        List<StoredMail> mails = List.of(withFiles(1, 1), withFiles(2, 2), withFiles(3, 1));
        Fault bad = Fault.json(500, "{\"error\":{\"code\":\"ErrorCannotOpenFileAttachment\",\"message\":\"\"}}");
        try (FakeGraph graph = Graphs.start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            String id = graph.mailbox(OWNER).messageId(mails.get(1));
            graph.faults()
                    .always(RequestMatch.path("/messages$").query("$expand", ""), bad)
                    .always(
                            RequestMatch.path("/messages/" + Pattern.quote(id) + "$")
                                    .query("$expand", ""),
                            bad);
            Crawl spared = Crawl.of(mailbox, Crawl.ALL, Crawl.limit(10));
            // It is the page's way of asking that fails: the list of attachments, without their bytes, is given.
            assertThat(spared.emails()).hasSize(3);

            graph.faults().always(RequestMatch.path("/messages/" + Pattern.quote(id) + "/attachments/"), bad);
            graph.faults()
                    .always(
                            RequestMatch.path("/messages/" + Pattern.quote(id) + "/attachments$")
                                    .query("$select", "name"),
                            bad);
            Crawl crawl = Crawl.of(mailbox, Crawl.ALL, Crawl.limit(10));
            assertThat(crawl.ids()).doesNotHaveDuplicates().hasSize(3);
            assertThat(crawl.items)
                    .filteredOn(PageItem.Failed.class::isInstance)
                    .singleElement()
                    .satisfies(item -> {
                        assertThat(PageCollector.id(item)).isEqualTo(id);
                        assertThat(((PageItem.Failed) item).reason()).isEqualTo("ErrorCannotOpenFileAttachment");
                    });
        }
    }

    @Test
    void anAttachedMessageIsOpenedAsItsMime() throws Exception {
        List<StoredMail> mails = List.of(withFiles(1, 1));
        try (FakeGraph graph = Graphs.start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            EmailMessage email =
                    Crawl.of(mailbox, Crawl.ALL, Crawl.limit(10)).emails().get(0);
            Attachment item = email.attachments().get(1);
            assertThat(item.kind()).isEqualTo(Attachment.Kind.ITEM);
            byte[] inner = mailbox.open(ContentRef.attachment(email.id(), item.id()), 1_000)
                    .readAllBytes();
            assertThat(new String(inner, StandardCharsets.US_ASCII)).startsWith("From: bob@example.com");
        }
    }
}
