package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.Graphs.OWNER;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.graph.core.requests.BaseGraphRequestAdapter;
import com.microsoft.graph.models.Attachment;
import com.microsoft.graph.models.BodyType;
import com.microsoft.graph.models.FileAttachment;
import com.microsoft.graph.models.FollowupFlagStatus;
import com.microsoft.graph.models.InternetMessageHeader;
import com.microsoft.graph.models.Message;
import com.microsoft.graph.models.Recipient;
import com.microsoft.graph.serviceclient.GraphServiceClient;
import com.microsoft.kiota.authentication.AccessTokenProvider;
import com.microsoft.kiota.authentication.AllowedHostsValidator;
import com.microsoft.kiota.authentication.BaseBearerTokenAuthenticationProvider;
import dev.backfill.model.EmailAddress;
import dev.backfill.model.EmailMessage;
import dev.backfill.model.Importance;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.MailBytes;
import dev.backfill.testkit.mail.StoredMail;
import java.net.URI;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the provider makes of an answer, against what Microsoft's own models make of it. */
class GraphMappingTest {
    private static final MailQuery EVERYTHING = new MailQuery(null, Crawl.TO, List.of("all", "junk"), true, false);

    /** Microsoft's client, as any user of it would set it up, models and all. */
    private static GraphServiceClient sdk(FakeGraph graph) {
        AccessTokenProvider tokens = new AccessTokenProvider() {
            @Override
            public String getAuthorizationToken(URI uri, @Nullable Map<String, Object> additional) {
                return "token";
            }

            @Override
            public AllowedHostsValidator getAllowedHostsValidator() {
                return new AllowedHostsValidator("127.0.0.1");
            }
        };
        return new GraphServiceClient(new BaseGraphRequestAdapter(
                new BaseBearerTokenAuthenticationProvider(tokens),
                graph.baseUrl().toString()));
    }

    @Test
    void theProviderReadsWhatMicrosoftsModelsRead() throws Exception {
        List<StoredMail> mails = Graphs.generated(250);
        try (FakeGraph graph = FakeGraph.builder().mailbox(OWNER, mails).start();
                Mailbox mailbox = Graphs.open(graph)) {
            graph.mailbox(OWNER).change(mails.get(3), List.of("Red", "Later"), Graphs.START);
            Map<String, EmailMessage> emails = Crawl.of(mailbox, EVERYTHING, Crawl.limit(100)).emails().stream()
                    .collect(Collectors.toMap(EmailMessage::id, Function.identity()));
            assertThat(emails).hasSize(250);

            List<Message> messages = sdk(graph)
                    .me()
                    .messages()
                    .get(config -> {
                        config.headers.add("Prefer", "IdType=\"ImmutableId\"");
                        config.queryParameters.top = 1_000;
                        config.queryParameters.expand = new String[] {
                            "attachments($select=id,name,contentType,size,isInline,"
                                    + "microsoft.graph.fileAttachment/contentId)"
                        };
                        config.queryParameters.select = new String[] {
                            "id",
                            "changeKey",
                            "lastModifiedDateTime",
                            "receivedDateTime",
                            "sentDateTime",
                            "categories",
                            "internetMessageId",
                            "subject",
                            "importance",
                            "conversationId",
                            "isRead",
                            "body",
                            "from",
                            "toRecipients",
                            "ccRecipients",
                            "bccRecipients",
                            "replyTo",
                            "flag",
                            "hasAttachments",
                            "internetMessageHeaders"
                        };
                    })
                    .getValue();
            assertThat(messages).hasSize(250);
            messages.forEach(message -> assertSame(emails.get(message.getId()), message));
        }
    }

    private static void assertSame(EmailMessage email, Message message) {
        assertThat(email).isNotNull();
        assertThat(email.threadId()).isEqualTo(message.getConversationId());
        assertThat(email.subject()).isEqualTo(message.getSubject());
        boolean html = message.getBody().getContentType() == BodyType.Html;
        assertThat(html ? email.bodyHtml() : email.bodyText())
                .isEqualTo(message.getBody().getContent());
        assertThat(html ? email.bodyText() : email.bodyHtml()).isNull();
        assertThat(email.mimeType()).isEqualTo(html ? "text/html" : "text/plain");
        assertThat(email.from() == null ? "" : email.from().address())
                .isEqualTo(message.getFrom() == null ? "" : address(message.getFrom()));
        assertThat(addresses(email.to())).isEqualTo(recipients(message.getToRecipients()));
        assertThat(addresses(email.cc())).isEqualTo(recipients(message.getCcRecipients()));
        assertThat(addresses(email.bcc())).isEqualTo(recipients(message.getBccRecipients()));
        assertThat(addresses(email.replyTo())).isEqualTo(recipients(message.getReplyTo()));
        assertThat(email.receivedAt()).isEqualTo(message.getReceivedDateTime().toInstant());
        assertThat(email.sentAt()).isEqualTo(instant(message.getSentDateTime()));
        assertThat(email.modifiedAt()).isEqualTo(instant(message.getLastModifiedDateTime()));
        assertThat(email.labels()).isEqualTo(message.getCategories());
        assertThat(email.read()).isEqualTo(message.getIsRead());
        assertThat(email.starred()).isEqualTo(message.getFlag().getFlagStatus() == FollowupFlagStatus.Flagged);
        assertThat(email.importance().code())
                .isEqualTo(message.getImportance().getValue().toLowerCase(Locale.ROOT));
        assertThat(email.revision()).isEqualTo(message.getChangeKey());
        assertThat(email.internetMessageId())
                .isEqualTo(message.getInternetMessageId() == null ? "" : message.getInternetMessageId());
        assertThat(email.headers().values().stream()
                        .mapToInt(value -> value.split("\n", -1).length)
                        .sum())
                .isEqualTo(message.getInternetMessageHeaders().size());
        for (InternetMessageHeader header : message.getInternetMessageHeaders()) {
            assertThat(email.headers().entrySet()).anySatisfy(entry -> {
                assertThat(entry.getKey()).isEqualToIgnoringCase(header.getName());
                assertThat(List.of(entry.getValue().split("\n", -1))).contains(header.getValue());
            });
        }
        assertAttachments(email, message.getAttachments());
        assertThat(email.hasAttachments()).isEqualTo(!message.getAttachments().isEmpty());
    }

    private static void assertAttachments(EmailMessage email, List<Attachment> attachments) {
        assertThat(email.attachments()).hasSameSizeAs(attachments);
        for (int i = 0; i < attachments.size(); i++) {
            dev.backfill.model.Attachment ours = email.attachments().get(i);
            Attachment theirs = attachments.get(i);
            boolean file = theirs instanceof FileAttachment;
            assertThat(ours.id()).isEqualTo(theirs.getId());
            assertThat(ours.name()).isEqualTo(theirs.getName());
            assertThat(ours.contentType()).isEqualTo(theirs.getContentType());
            assertThat(ours.sizeBytes()).isEqualTo(theirs.getSize().longValue());
            assertThat(ours.inline()).isEqualTo(theirs.getIsInline());
            assertThat(ours.kind())
                    .isEqualTo(
                            file ? dev.backfill.model.Attachment.Kind.FILE : dev.backfill.model.Attachment.Kind.ITEM);
            if (file) {
                assertThat(ours.contentId()).isEqualTo(((FileAttachment) theirs).getContentId());
                assertThat(((FileAttachment) theirs).getContentBytes()).isNull();
            }
        }
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }

    private static List<String> addresses(List<EmailAddress> addresses) {
        return addresses.stream().map(EmailAddress::address).toList();
    }

    private static List<String> recipients(List<Recipient> recipients) {
        return recipients.stream()
                .map(GraphMappingTest::address)
                // A group without members has neither a name nor an address.
                .filter(address -> !address.isEmpty())
                .toList();
    }

    private static String address(Recipient recipient) {
        String address = recipient.getEmailAddress().getAddress();
        return address == null ? "" : address;
    }

    @Test
    void bodiesComeAsTheyAreStoredUnlessTheHostWantsOneKind() throws Exception {
        String text = "From: a@example.com\r\nSubject: s\r\n\r\n1 < 2\r\n";
        String html = "From: a@example.com\r\nSubject: s\r\nContent-Type: text/html\r\n\r\n<p>1 &lt; 2</p>\r\n";
        List<StoredMail> mails = List.of(mail(1, text), mail(2, html));
        try (FakeGraph graph = FakeGraph.builder().mailbox(OWNER, mails).start()) {
            assertThat(bodies(graph, "native")).containsExactly("text/plain 1 < 2", "text/html <p>1 &lt; 2</p>");
            assertThat(bodies(graph, "text")).containsExactly("text/plain 1 < 2", "text/plain 1 < 2");
            assertThat(bodies(graph, "html"))
                    .allSatisfy(
                            body -> assertThat(body).startsWith("text/html <").contains("1 &lt; 2"));
        }
    }

    private static List<String> bodies(FakeGraph graph, String setting) {
        try (Mailbox mailbox = Graphs.open(graph, "body", setting)) {
            return Crawl.of(mailbox, Crawl.ALL, Crawl.limit(10)).emails().stream()
                    .map(email -> email.mimeType() + " "
                            + (email.bodyText() == null ? email.bodyHtml() : email.bodyText()).strip())
                    .toList();
        }
    }

    @Test
    void flagsImportanceAndReferencesAreKept() throws Exception {
        String text = "From: a@example.com\r\nReferences: <1@x>\r\n <2@x>\r\nIn-Reply-To: <2@x>\r\nReceived: one\r\n"
                + "Received: two\r\nSubject: s\r\n\r\nx\r\n";
        StoredMail mail = mail(1, text).toBuilder()
                .read(false)
                .starred(true)
                .importance(Importance.HIGH)
                .build();
        try (FakeGraph graph = FakeGraph.builder().mailbox(OWNER, List.of(mail)).start();
                Mailbox mailbox = Graphs.open(graph)) {
            EmailMessage email =
                    Crawl.of(mailbox, Crawl.ALL, Crawl.limit(10)).emails().get(0);

            assertThat(email.read()).isFalse();
            assertThat(email.starred()).isTrue();
            assertThat(email.importance()).isEqualTo(Importance.HIGH);
            assertThat(email.references()).containsExactly("<1@x>", "<2@x>");
            assertThat(email.inReplyTo()).isEqualTo("<2@x>");
            assertThat(email.headers()).containsEntry("Received", "one\ntwo");
            assertThat(email.sentAt()).isNull();
            assertThat(email.sizeBytes()).isNull();
        }
    }

    private static StoredMail mail(int number, String mime) {
        return StoredMail.builder("000000000000000" + number, Graphs.START.plusSeconds(number))
                .folder(FolderPath.INBOX)
                .mime(MailBytes.utf8(mime))
                .build();
    }
}
