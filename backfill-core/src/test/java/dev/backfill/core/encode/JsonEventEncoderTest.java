package dev.backfill.core.encode;

import static dev.backfill.core.encode.Events.AT;
import static dev.backfill.core.encode.Events.ENCODER;
import static dev.backfill.core.encode.Events.MESSAGE_ID;
import static dev.backfill.core.encode.Events.PUBSUB;
import static dev.backfill.core.encode.Events.bare;
import static dev.backfill.core.encode.Events.child;
import static dev.backfill.core.encode.Events.created;
import static dev.backfill.core.encode.Events.email;
import static dev.backfill.core.encode.Events.encode;
import static dev.backfill.core.encode.Events.event;
import static dev.backfill.core.encode.Events.list;
import static dev.backfill.core.encode.Events.text;
import static dev.backfill.core.encode.Events.tree;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.model.EmailAddress;
import dev.backfill.model.EmailMessage;
import dev.backfill.model.RawMime;
import dev.backfill.spi.AttachmentContent;
import dev.backfill.spi.EmailEvent;
import dev.backfill.spi.EmailEvent.Change;
import dev.backfill.spi.EmailEvent.SyncType;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonEventEncoderTest {
    private static final EmailEvent FULL = created(email().build());

    @Test
    void a_message_reads_exactly_as_the_contract_shows_it() {
        String expected = """
                {"metadata":{"event_id":"%s","timestamp":"2026-01-31T23:59:59.123456Z",\
                "source_service":"office-service","source_version":"1.2.3","trace_id":null,"span_id":null,\
                "parent_span_id":null,"request_id":null,"user_id":"mara@example.org",\
                "correlation_id":"backfill_0123456789abcdef_20260131_235959_0a1b2c3d","tags":{}},\
                "user_id":"mara@example.org",\
                "email":{"id":"AAMkAGI2TG93AAA=","thread_id":"thread-1","subject":"Grüße \\"quoted\\" \\\\ 😀",\
                "body":"plain\\r\\ntext","from_address":"alice@example.org",\
                "to_addresses":["bob@example.org","carol@example.org"],"cc_addresses":["dave@example.org"],\
                "bcc_addresses":["eve@example.org"],"received_date":"2020-02-29T23:59:59Z",\
                "sent_date":"2020-02-29T23:59:50Z","labels":["inbox","blue"],"is_read":true,"is_starred":true,\
                "has_attachments":true,"provider":"microsoft","provider_message_id":"AAMkAGI2TG93AAA=",\
                "size_bytes":12345,"mime_type":"text/html",\
                "headers":{"Message-ID":"<m1@example.org>","From":"Alice Á. <alice@example.org>"},\
                "folder":"Inbox/Projects","body_html":"<p>html</p>","body_text":"plain\\r\\ntext",\
                "internet_message_id":"<m1@example.org>","in_reply_to":"<m0@example.org>",\
                "references":["<r1@example.org>","<m0@example.org>"],"reply_to":["reply@example.org"],\
                "importance":"high","attachments":[\
                {"id":"att-1","name":"a.pdf","content_type":"application/pdf","size_bytes":3,"is_inline":false,\
                "content_id":""},\
                {"id":"att-2","name":"b.png","content_type":"image/png","size_bytes":null,"is_inline":true,\
                "content_id":"cid-1"}],"truncated":[]},\
                "operation":"create","batch_id":"backfill_0123456789abcdef_20260131_235959_0a1b2c3d",\
                "last_updated":"2021-03-01T00:00:00.500Z","sync_timestamp":"2026-01-31T23:59:59.123456Z",\
                "provider":"microsoft","sync_type":"backfill"}""".formatted(EventKeys.eventId(EventKeys.dedupeKey(FULL)));

        assertThat(text(encode(FULL))).isEqualTo(expected);
    }

    @Test
    void a_message_that_has_nothing_has_every_field_and_null_only_where_the_contract_allows_it() {
        Map<String, Object> tree = tree(encode(created(bare().build())));

        assertThat(tree.keySet()).isEqualTo(tree(encode(FULL)).keySet());
        assertThat(child(tree, "metadata").keySet())
                .isEqualTo(child(tree(encode(FULL)), "metadata").keySet());
        Map<String, Object> email = child(tree, "email");
        assertThat(email.keySet()).isEqualTo(email(encode(FULL)).keySet());
        assertThat(email.entrySet())
                .filteredOn(field -> field.getValue() == null)
                .extracting(Map.Entry::getKey)
                .containsExactlyInAnyOrder("sent_date", "size_bytes", "mime_type");
        assertThat(email)
                .containsEntry("subject", "")
                .containsEntry("body", "")
                .containsEntry("from_address", "")
                .containsEntry("to_addresses", List.of())
                .containsEntry("headers", Map.of())
                .containsEntry("body_html", "")
                .containsEntry("importance", "normal")
                .containsEntry("truncated", List.of());
    }

    @Test
    void the_body_is_the_text_where_there_is_text() {
        assertThat(body("t", "<p>h</p>")).isEqualTo("t");
    }

    @Test
    void the_body_is_the_html_where_the_text_is_missing_or_blank() {
        assertThat(body(null, "<p>h</p>")).isEqualTo("<p>h</p>");
        assertThat(body(" \r\n", "<p>h</p>")).isEqualTo("<p>h</p>");
    }

    @Test
    void a_blank_body_stays_as_it_is_and_no_placeholder_takes_its_place() {
        assertThat(body(" \r\n", null)).isEqualTo(" \r\n");
        assertThat(body(" \r\n", " ")).isEqualTo(" \r\n");
        assertThat(body(null, null)).isEqualTo("");
    }

    private static Object body(String text, String html) {
        return email(encode(created(bare().bodyText(text).bodyHtml(html).build())))
                .get("body");
    }

    @Test
    void who_has_a_name_and_no_address_is_not_listed() {
        EmailAddress nameOnly = new EmailAddress("Undisclosed", "");

        Map<String, Object> email = email(encode(created(bare().from(nameOnly)
                .to(List.of(nameOnly, EmailAddress.of("a@b")))
                .build())));

        assertThat(email).containsEntry("from_address", "").containsEntry("to_addresses", List.of("a@b"));
    }

    @Test
    void contents_that_were_handed_over_stand_with_their_attachments_in_base64() {
        byte[] bytes = "\0\1\2 any bytes".getBytes(StandardCharsets.ISO_8859_1);

        Map<String, Object> email = email(encode(created(email().build(), new AttachmentContent("att-2", bytes))));

        assertThat(list(email, "attachments").get(0)).doesNotContainKey("content");
        assertThat(list(email, "attachments").get(1))
                .containsEntry("content", Base64.getEncoder().encodeToString(bytes));
        assertThat(email).containsEntry("truncated", List.of());
    }

    @Test
    void the_mime_stands_in_the_message_in_base64_if_it_came_is_named_if_it_did_not_and_else_has_no_field() {
        byte[] bytes = "Subject: \0\u00ff\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

        assertThat(email(encode(created(email().rawMime(RawMime.of(bytes)).build()))))
                .containsEntry("raw_mime", Base64.getEncoder().encodeToString(bytes))
                .containsEntry("truncated", List.of());
        Map<String, Object> without = email(encode(created(
                email().rawMime(RawMime.missing(RawMime.Missing.UNAVAILABLE)).build())));
        assertThat(without).doesNotContainKey("raw_mime");
        assertThat(list(without, "truncated"))
                .containsExactly(
                        Map.of("field", "raw_mime", "reason", "UNAVAILABLE", "omitted_bytes", 0L, "omitted_items", 1L));
        assertThat(email(encode(FULL))).doesNotContainKey("raw_mime");
    }

    @Test
    void a_content_without_its_attachment_is_not_published() {
        Map<String, Object> email =
                email(encode(created(email().build(), new AttachmentContent("unknown", new byte[] {1}))));

        assertThat(list(email, "attachments")).noneMatch(attachment -> attachment.containsKey("content"));
    }

    @Test
    void a_delete_carries_ids_and_provider_and_nothing_else() {
        Map<String, Object> tree = tree(encode(event(Change.DELETE, SyncType.INCREMENTAL, null)));

        assertThat(tree)
                .containsEntry("operation", "delete")
                .containsEntry("sync_type", "incremental")
                .containsEntry("user_id", Events.USER)
                .containsEntry("provider", "microsoft")
                .containsEntry("last_updated", AT.toString());
        Map<String, Object> email = child(tree, "email");
        assertThat(email.keySet()).isEqualTo(email(encode(FULL)).keySet());
        assertThat(email)
                .containsEntry("id", MESSAGE_ID)
                .containsEntry("provider_message_id", MESSAGE_ID)
                .containsEntry("provider", "microsoft")
                .containsEntry("received_date", "1970-01-01T00:00:00Z")
                .containsEntry("sent_date", null)
                .containsEntry("size_bytes", null);
        List<String> kept = List.of("id", "provider_message_id", "provider", "received_date");
        assertThat(email.entrySet())
                .filteredOn(field -> !kept.contains(field.getKey()) && field.getValue() instanceof String)
                .allSatisfy(field -> assertThat(field.getValue()).isEqualTo(""));
        assertThat(email).containsEntry("mime_type", "").containsEntry("importance", "");
        assertThat(email.values())
                .filteredOn(List.class::isInstance)
                .allSatisfy(list -> assertThat((List<?>) list).isEmpty());
    }

    @Test
    void a_change_without_the_providers_own_time_is_as_old_as_its_message_or_as_its_reading() {
        assertThat(lastUpdated(Change.CREATE)).isEqualTo(Events.RECEIVED.toString());
        assertThat(lastUpdated(Change.UPDATE)).isEqualTo(AT.toString());
    }

    private static Object lastUpdated(Change change) {
        return tree(encode(event(change, SyncType.INCREMENTAL, bare().build()))).get("last_updated");
    }

    @Test
    void a_date_that_rfc_3339_cannot_write_is_left_out_and_named() {
        Instant far = Instant.parse("+12020-01-01T00:00:00Z");

        Map<String, Object> email =
                email(encode(created(bare().sentAt(far).modifiedAt(far).build())));

        assertThat(email).containsEntry("sent_date", null);
        assertThat(list(email, "truncated"))
                .containsExactly(Map.of(
                        "field", "sent_date", "reason", "NOT_REPRESENTABLE", "omitted_bytes", 0L, "omitted_items", 1L));
    }

    @Test
    void every_date_is_rfc_3339() {
        Instant farFuture = Instant.MAX;
        Instant farPast = Instant.MIN;

        Map<String, Object> tree = tree(encode(
                created(EmailMessage.builder("m", farPast).modifiedAt(farFuture).build())));

        assertThat(tree).containsEntry("last_updated", "9999-12-31T23:59:59.999999999Z");
        assertThat(child(tree, "email")).containsEntry("received_date", "0000-01-01T00:00:00Z");
        assertThat(list(child(tree, "email"), "truncated")).extracting("field").containsExactly("received_date");
    }

    @Test
    void the_ordering_key_is_off_unless_asked_for_and_is_no_address() {
        assertThat(encode(FULL).orderingKey()).isNull();
        assertThat(new JsonEventEncoder("s", true).encode(FULL, PUBSUB).orderingKey())
                .isEqualTo(FULL.account().user().key())
                .doesNotContain("@");
    }

    @Test
    void an_encoder_without_a_version_takes_the_jars_or_says_dev() {
        Map<String, Object> metadata =
                child(tree(new JsonEventEncoder("crawler", false).encode(FULL, PUBSUB)), "metadata");

        assertThat(metadata).containsEntry("source_service", "crawler").containsEntry("source_version", "dev");
    }

    @Test
    void the_same_event_always_gives_the_same_bytes() {
        assertThat(ENCODER.encode(FULL, PUBSUB).data())
                .isEqualTo(encode(created(email().build())).data());
    }
}
