package dev.backfill.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EmailMessageTest {
    private static final Instant RECEIVED = Instant.parse("2020-02-29T23:59:59Z");

    private static EmailMessage.Builder builder() {
        return EmailMessage.builder("id-1", RECEIVED);
    }

    @Test
    void a_message_needs_an_id_and_a_received_time() {
        assertThatThrownBy(() -> EmailMessage.builder("", RECEIVED).build())
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> EmailMessage.builder(null, RECEIVED)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> EmailMessage.builder("id", null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void what_is_not_set_is_empty_and_never_invented() {
        EmailMessage email = builder().build();

        assertThat(email.subject()).isEmpty();
        assertThat(email.bodyText()).isNull();
        assertThat(email.bodyHtml()).isNull();
        assertThat(email.from()).isNull();
        assertThat(email.sentAt()).isNull();
        assertThat(email.sizeBytes()).isNull();
        assertThat(email.importance()).isEqualTo(Importance.NORMAL);
        assertThat(email.receivedAt()).isEqualTo(RECEIVED);
    }

    @Test
    void collections_are_copied_and_cannot_be_changed() {
        List<String> labels = new ArrayList<>(List.of("inbox"));
        Map<String, String> headers = new LinkedHashMap<>(Map.of("To", "x"));
        EmailMessage email = builder().labels(labels).headers(headers).build();

        labels.add("sent");
        headers.put("Cc", "y");

        assertThat(email.labels()).containsExactly("inbox");
        assertThat(email.headers()).containsOnlyKeys("To");
        assertThatThrownBy(() -> email.headers().put("Bcc", "z")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> email.labels().add("z")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void headers_keep_their_order() {
        Map<String, String> headers = new LinkedHashMap<>();
        for (String name : List.of("Received", "To", "From", "Date", "A", "Z")) {
            headers.put(name, "");
        }

        assertThat(builder().headers(headers).build().headers().keySet())
                .containsExactly("Received", "To", "From", "Date", "A", "Z");
    }

    @Test
    void no_text_shows_mail() {
        Attachment attachment =
                new Attachment("a", "secret.pdf", "application/pdf", 3L, false, null, Attachment.Kind.FILE);
        EmailAddress address = new EmailAddress("Secret Name", "secret@example.org");
        EmailMessage email = builder()
                .subject("secret")
                .bodyText("secret")
                .bodyHtml("secret")
                .from(address)
                .to(List.of(address))
                .headers(Map.of("X", "secret"))
                .attachments(List.of(attachment))
                .build();

        assertThat(email.toString()).isEqualTo("EmailMessage[id-1]");
        assertThat(address.toString()).doesNotContainIgnoringCase("secret");
        assertThat(attachment.toString()).contains("3 bytes").doesNotContain("secret");
    }

    @Test
    void the_heap_a_message_takes_grows_with_its_text() {
        long empty = builder().build().heapBytes();
        long full = builder()
                .bodyText("x".repeat(1_000))
                .bodyHtml("y".repeat(1_000))
                .headers(Map.of("X", "z".repeat(1_000)))
                .build()
                .heapBytes();

        assertThat(empty).isGreaterThanOrEqualTo(1_024);
        assertThat(full - empty).isBetween(6_000L, 6_500L);
    }

    @Test
    void an_attachment_cannot_be_smaller_than_nothing() {
        assertThatThrownBy(() -> new Attachment("a", "", "", -1L, false, null, Attachment.Kind.FILE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1");
    }

    @Test
    void a_folder_name_of_a_request_stands_for_a_role() {
        assertThat(FolderRole.ofCode("Inbox")).contains(FolderRole.INBOX);
        assertThat(FolderRole.ofCode("junk")).contains(FolderRole.JUNK);
        assertThat(FolderRole.ofCode("other")).isEmpty();
        assertThat(FolderRole.ofCode("all")).isEmpty();
        assertThat(FolderRole.ofCode("Projects")).isEmpty();
    }
}
