package dev.backfill.testkit.gmail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.api.client.json.gson.GsonFactory;
import com.google.api.services.gmail.Gmail;
import com.google.api.services.gmail.model.History;
import com.google.api.services.gmail.model.Label;
import com.google.api.services.gmail.model.ListHistoryResponse;
import com.google.api.services.gmail.model.ListMessagesResponse;
import com.google.api.services.gmail.model.Message;
import com.google.api.services.gmail.model.MessagePart;
import com.google.api.services.gmail.model.MessagePartHeader;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.GeneratorOptions;
import dev.backfill.testkit.mail.MailAttachment;
import dev.backfill.testkit.mail.MailGenerator;
import dev.backfill.testkit.mail.StoredMail;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The fake, read by the vendor's own client and model, which know nothing of us. */
class FakeGmailTest {
    private final List<StoredMail> mails =
            new MailGenerator(GeneratorOptions.of(11, 260)).mails().toList();
    private FakeGmail fake;
    private Gmail gmail;

    @BeforeEach
    void start() throws IOException {
        fake = FakeGmail.builder().mailbox("ann@example.com", mails).start();
        gmail = client(fake);
    }

    private static Gmail client(FakeGmail fake) {
        return new Gmail.Builder(
                        new NetHttpTransport(),
                        GsonFactory.getDefaultInstance(),
                        request -> request.getHeaders().setAuthorization("Bearer t"))
                .setRootUrl(fake.rootUrl().toString())
                .setApplicationName("test (gzip)")
                .build();
    }

    @AfterEach
    void stop() {
        fake.close();
    }

    private List<StoredMail> shown() {
        return mails.stream()
                .filter(mail -> !mail.folder().equals(FolderPath.DELETED)
                        && !mail.folder().equals(FolderPath.JUNK))
                .toList();
    }

    @Test
    void listsAreNewestFirstInPagesAndWithoutSpamAndTrash() throws IOException {
        List<String> ids = new ArrayList<>();
        String token = null;
        int pages = 0;
        do {
            ListMessagesResponse page =
                    gmail.users().messages().list("me").setPageToken(token).execute();
            page.getMessages().forEach(message -> ids.add(message.getId()));
            token = page.getNextPageToken();
            pages++;
        } while (token != null);
        assertThat(pages).isEqualTo(3);
        Comparator<StoredMail> newest = Comparator.comparing(StoredMail::receivedAt)
                .thenComparing(StoredMail::id)
                .reversed();
        assertThat(ids)
                .isEqualTo(shown().stream().sorted(newest).map(StoredMail::id).toList());
        assertThat(gmail.users()
                        .messages()
                        .list("me")
                        .setIncludeSpamTrash(true)
                        .setMaxResults(9_999L)
                        .execute()
                        .getMessages())
                .hasSize(mails.size());
    }

    @Test
    void theGuessOfTheSizeIsWrongUnlessThereIsOnePage() throws IOException {
        assertThat(gmail.users().messages().list("me").execute().getResultSizeEstimate())
                .isNotEqualTo((long) shown().size());
        assertThat(gmail.users()
                        .messages()
                        .list("me")
                        .setMaxResults(500L)
                        .execute()
                        .getResultSizeEstimate())
                .isEqualTo((long) shown().size());
    }

    @Test
    void aSearchBySecondsIsHalfOpenAndLabelsAreAllNeeded() throws IOException {
        StoredMail mail = shown().get(40);
        long second = mail.receivedAt().getEpochSecond();
        assertThat(ids("after:" + second + " before:" + (second + 1))).contains(mail.id());
        assertThat(ids("before:" + second + " after:" + (second - 5))).doesNotContain(mail.id());
        assertThat(ids("rfc822msgid:" + mail.parsed().messageId().replaceAll("[<>]", "")))
                .contains(mail.id());
        assertThat(ids("in:inbox")).hasSameSizeAs(ids("label:inbox")).doesNotContainAnyElementsOf(ids("-in:inbox"));
        assertThat(gmail.users()
                        .messages()
                        .list("me")
                        .setLabelIds(List.of("INBOX", "UNREAD"))
                        .setMaxResults(500L)
                        .execute()
                        .getMessages())
                .hasSize((int) shown().stream()
                        .filter(one -> one.folder().equals(FolderPath.INBOX) && !one.isRead())
                        .count());
    }

    private List<String> ids(String q) throws IOException {
        List<Message> found = gmail.users()
                .messages()
                .list("me")
                .setQ(q)
                .setMaxResults(500L)
                .execute()
                .getMessages();
        return found == null ? List.of() : found.stream().map(Message::getId).toList();
    }

    @Test
    void messagesComeInFourFormats() throws IOException {
        StoredMail mail = shown().get(3);
        Message full = gmail.users().messages().get("me", mail.id()).execute();
        assertThat(full.getInternalDate()).isEqualTo(mail.receivedAt().toEpochMilli());
        assertThat(full.getThreadId()).isEqualTo(mail.threadKey());
        assertThat(full.getSizeEstimate()).isEqualTo(mail.mime().size());
        assertThat(full.getPayload().getHeaders())
                .extracting(MessagePartHeader::getName)
                .containsExactlyElementsOf(mail.parsed().headers().stream()
                        .map(header -> header.name())
                        .toList());
        Message raw =
                gmail.users().messages().get("me", mail.id()).setFormat("raw").execute();
        assertThat(raw.decodeRaw()).isEqualTo(mail.mime().toByteArray());
        assertThat(raw.getPayload()).isNull();
        Message minimal = gmail.users()
                .messages()
                .get("me", mail.id())
                .setFormat("minimal")
                .execute();
        assertThat(minimal.getPayload()).isNull();
        assertThat(minimal.getLabelIds()).isEqualTo(full.getLabelIds());
        Message metadata = gmail.users()
                .messages()
                .get("me", mail.id())
                .setFormat("metadata")
                .setMetadataHeaders(List.of("date"))
                .execute();
        assertThat(metadata.getPayload().getHeaders())
                .allSatisfy(header -> assertThat(header.getName()).isEqualToIgnoringCase("Date"));
    }

    @Test
    void fieldsAreReallyLeftOut() throws IOException {
        String id = shown().get(3).id();
        Message message = gmail.users()
                .messages()
                .get("me", id)
                .setFields("id,payload(headers/name,mimeType)")
                .execute();
        assertThat(message.keySet()).containsExactlyInAnyOrder("id", "payload");
        assertThat(message.getPayload().keySet()).containsExactlyInAnyOrder("headers", "mimeType");
        assertThat(message.getPayload().getHeaders().get(0).keySet()).containsExactly("name");
        ListMessagesResponse list = gmail.users()
                .messages()
                .list("me")
                .setFields("messages/id,nextPageToken")
                .execute();
        assertThat(list.keySet()).containsExactlyInAnyOrder("messages", "nextPageToken");
        assertThat(list.getMessages().get(0).keySet()).containsExactly("id");
        assertThat(catchThrowableOfType(
                                GoogleJsonResponseException.class,
                                () -> gmail.users()
                                        .messages()
                                        .list("me")
                                        .setFields("messages(id")
                                        .execute())
                        .getStatusCode())
                .isEqualTo(400);
    }

    @Test
    void attachmentsComeByTheirIdsUntilTheyAreRenamed() throws IOException {
        StoredMail mail = shown().stream()
                .filter(one -> one.parsed().attachments().stream()
                        .anyMatch(attachment -> attachment.contentType().equals("application/pdf")
                                || attachment.contentType().startsWith("image/")))
                .findFirst()
                .orElseThrow();
        MailAttachment expected = mail.parsed().attachments().stream()
                .filter(attachment -> !attachment.contentType().startsWith("text/"))
                .findFirst()
                .orElseThrow();
        MessagePart part =
                leaf(gmail.users().messages().get("me", mail.id()).execute().getPayload(), expected.contentType());
        assertThat(part.getBody().getData()).isNull();
        assertThat(part.getFilename()).isEqualTo(expected.name());
        String id = part.getBody().getAttachmentId();
        byte[] content = gmail.users()
                .messages()
                .attachments()
                .get("me", mail.id(), id)
                .execute()
                .decodeData();
        assertThat(content).isEqualTo(expected.content().toByteArray());
        fake.renameAttachments();
        assertThat(catchThrowableOfType(
                                GoogleJsonResponseException.class,
                                () -> gmail.users()
                                        .messages()
                                        .attachments()
                                        .get("me", mail.id(), id)
                                        .execute())
                        .getStatusCode())
                .isEqualTo(400);
    }

    private static MessagePart leaf(MessagePart part, String type) {
        if (part.getMimeType().equals(type)) {
            return part;
        }
        for (MessagePart child : part.getParts() == null ? List.<MessagePart>of() : part.getParts()) {
            MessagePart found = leaf(child, type);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    @Test
    void labelsThreadsAndTheProfileAreThere() throws IOException {
        GmailMailbox mailbox = fake.mailbox("ann@example.com");
        String work = mailbox.labelId("Work/Projects");
        mailbox.label(shown().get(0).id(), List.of(work), List.of());
        assertThat(gmail.users().labels().list("me").execute().getLabels())
                .extracting(Label::getName)
                .contains("INBOX", "TRASH", "Work/Projects");
        assertThat(gmail.users().labels().get("me", work).execute().getMessagesTotal())
                .isEqualTo(1);
        assertThat(gmail.users().getProfile("me").execute().getEmailAddress()).isEqualTo("ann@example.com");
        String thread = shown().get(0).threadKey();
        assertThat(gmail.users().threads().get("me", thread).execute().getMessages())
                .allSatisfy(message -> assertThat(message.getThreadId()).isEqualTo(thread));
        assertThat(gmail.users()
                        .threads()
                        .list("me")
                        .setMaxResults(500L)
                        .execute()
                        .getThreads())
                .isNotEmpty();
    }

    @Test
    void historyTellsWhatHappenedUntilItIsForgotten() throws IOException {
        GmailMailbox mailbox = fake.mailbox("ann@example.com");
        BigInteger start = gmail.users().getProfile("me").execute().getHistoryId();
        List<String> before = gmail.users()
                .messages()
                .get("me", shown().get(0).id())
                .execute()
                .getLabelIds();
        assertThat(before).isNotEmpty().doesNotContain("IMPORTANT");
        mailbox.label(shown().get(0).id(), List.of("IMPORTANT"), List.of());
        mailbox.delete(shown().get(1).id());
        ListHistoryResponse page =
                gmail.users().history().list("me").setStartHistoryId(start).execute();
        List<History> records = page.getHistory();
        assertThat(records).hasSize(2);
        assertThat(records.get(0).getLabelsAdded().get(0).getMessage().getId())
                .isEqualTo(shown().get(0).id());
        assertThat(records.get(0).getLabelsAdded().get(0).getLabelIds()).containsExactly("IMPORTANT");
        assertThat(records.get(0).getLabelsAdded().get(0).getMessage().getLabelIds())
                .contains("IMPORTANT")
                .containsAll(before);
        assertThat(records.get(1).getMessagesDeleted().get(0).getMessage().getId())
                .isEqualTo(shown().get(1).id());
        assertThat(page.getHistoryId()).isEqualTo(BigInteger.valueOf(mailbox.historyId()));
        mailbox.forgetHistory();
        assertThat(catchThrowableOfType(
                                GoogleJsonResponseException.class,
                                () -> gmail.users()
                                        .history()
                                        .list("me")
                                        .setStartHistoryId(start)
                                        .execute())
                        .getStatusCode())
                .isEqualTo(404);
    }

    @Test
    void theQuotaRefusesInGooglesWords() throws IOException {
        try (FakeGmail limited = FakeGmail.builder()
                .mailbox("ann@example.com", mails)
                .quota(FakeGmail.Prices.NEW, 45, 25, Clock.systemUTC())
                .start()) {
            Gmail client = client(limited);
            client.users().messages().list("me").execute();
            client.users().messages().get("me", mails.get(0).id()).execute();
            client.users().messages().get("me", mails.get(0).id()).execute();
            GoogleJsonResponseException error = catchThrowableOfType(
                    GoogleJsonResponseException.class,
                    () -> client.users().messages().get("me", mails.get(0).id()).execute());
            assertThat(error.getStatusCode()).isEqualTo(403);
            assertThat(error.getDetails().getErrors().get(0).getReason()).isEqualTo("rateLimitExceeded");
        }
    }

    @Test
    void answersAreCompressedForThoseWhoAskForItTwice() throws Exception {
        com.google.api.client.http.HttpResponse response =
                gmail.users().messages().list("me").executeUnparsed();
        assertThat(response.getContentEncoding()).isEqualTo("gzip");
        response.disconnect();
        URI list = fake.rootUrl().resolve("gmail/v1/users/me/messages");
        assertThat(encoding(list, "gzip", "plain agent")).isEmpty();
        assertThat(encoding(list, "identity", "agent (gzip)")).isEmpty();
        assertThat(encoding(list, "gzip", "agent (gzip)")).contains("gzip");
    }

    private static Optional<String> encoding(URI uri, String accept, String agent)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Authorization", "Bearer t")
                .header("Accept-Encoding", accept)
                .header("User-Agent", agent)
                .build();
        return HttpClient.newHttpClient()
                .send(request, BodyHandlers.discarding())
                .headers()
                .firstValue("Content-Encoding");
    }

    @Test
    void aTokenThatIsNotTakenIsA401AndAnothersMailboxA403() {
        fake.tokens().accept("other", "bob@example.com");
        assertThat(status()).isEqualTo(401);
        fake.tokens().accept("t", "bob@example.com");
        GoogleJsonResponseException error = catchThrowableOfType(
                GoogleJsonResponseException.class,
                () -> gmail.users().getProfile("ann@example.com").execute());
        assertThat(error.getStatusCode()).isEqualTo(403);
    }

    private int status() {
        return catchThrowableOfType(
                        GoogleJsonResponseException.class,
                        () -> gmail.users().getProfile("me").execute())
                .getStatusCode();
    }
}
