package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.Graphs.OWNER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.model.Attachment;
import dev.backfill.model.EmailMessage;
import dev.backfill.model.Importance;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Shapes of answers that Microsoft's published examples have and the fake does not give. */
class GraphExamplesTest {
    private static final MailQuery INBOX = new MailQuery(null, Crawl.TO, List.of("inbox"), false, false);

    private static List<EmailMessage> read(String messages) throws Exception {
        try (FakeGraph graph = Graphs.start(Graphs.minutes(1, FolderPath.INBOX));
                Mailbox mailbox = Graphs.open(graph)) {
            graph.faults()
                    .always(
                            RequestMatch.path("/messages$").query("$select", "body"),
                            Fault.json(200, "{\"@odata.count\":1,\"value\":[" + messages + "]}"));
            assertThat(graph.mailbox(OWNER).size()).isEqualTo(1);
            return Crawl.of(mailbox, INBOX, Crawl.limit(10)).emails();
        }
    }

    /** Meeting requests lie among the mail, of a type of their own, with properties of their own and nulls. */
    @Test
    void aMeetingRequestIsAMessage() throws Exception {
        EmailMessage email = read("{\"@odata.type\":\"#microsoft.graph.eventMessageRequest\",\"@odata.id\":\"x\","
                        + "\"@odata.etag\":\"W/\\\"1\\\"\",\"id\":\"m\",\"receivedDateTime\":\"2024-05-01T08:00:00Z\","
                        + "\"isDeliveryReceiptRequested\":null,\"meetingMessageType\":\"meetingRequest\","
                        + "\"location\":{\"displayName\":\"Room 1\",\"address\":{}},\"isAllDay\":false,"
                        + "\"event\":{\"id\":\"other\",\"subject\":\"not this one\"},\"subject\":\"Planning\","
                        + "\"from\":null,\"sender\":null,\"attachments\":[]}")
                .get(0);

        assertThat(email.id()).isEqualTo("m");
        assertThat(email.subject()).isEqualTo("Planning");
        assertThat(email.from()).isNull();
    }

    /** Words come in capitals in older answers. */
    @Test
    void wordsAreReadInAnyCase() throws Exception {
        EmailMessage email = read("{\"id\":\"m\",\"receivedDateTime\":\"2024-05-01T08:00:00Z\",\"importance\":\"High\","
                        + "\"body\":{\"contentType\":\"HTML\",\"content\":\"<p>x</p>\"},"
                        + "\"flag\":{\"flagStatus\":\"Flagged\"},\"attachments\":[]}")
                .get(0);

        assertThat(email.importance()).isEqualTo(Importance.HIGH);
        assertThat(email.mimeType()).isEqualTo("text/html");
        assertThat(email.starred()).isTrue();
    }

    @Test
    void allThreeKindsOfAttachmentsAreTold() throws Exception {
        List<Attachment> attachments = read("{\"id\":\"m\",\"receivedDateTime\":\"2024-05-01T08:00:00Z\","
                        + "\"attachments\":[{\"@odata.type\":\"microsoft.graph.fileAttachment\",\"id\":\"f\","
                        + "\"name\":\"plan.pdf\",\"contentType\":\"application/pdf; name=plan\",\"size\":9,"
                        + "\"isInline\":false,\"contentId\":null},"
                        + "{\"@odata.type\":\"#microsoft.graph.itemAttachment\",\"id\":\"i\",\"name\":\"A note\","
                        + "\"contentType\":null,\"size\":32005,\"isInline\":false},"
                        + "{\"@odata.type\":\"#microsoft.graph.referenceAttachment\",\"id\":\"r\",\"name\":\"Drive\","
                        + "\"contentType\":null,\"size\":0,\"isInline\":false,\"@odata.etag\":\"x\"}]}")
                .get(0)
                .attachments();

        assertThat(attachments)
                .extracting(Attachment::kind)
                .containsExactly(Attachment.Kind.FILE, Attachment.Kind.ITEM, Attachment.Kind.REFERENCE);
        assertThat(attachments).extracting(Attachment::contentType).containsExactly("application/pdf", "", "");
        assertThat(attachments).extracting(Attachment::id).containsExactly("f", "i", "r");
    }
}
