package dev.backfill.core.encode;

import static dev.backfill.core.encode.Events.ENCODER;
import static dev.backfill.core.encode.Events.bare;
import static dev.backfill.core.encode.Events.created;
import static dev.backfill.core.encode.Events.list;
import static dev.backfill.core.encode.Events.maxBytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.model.Attachment;
import dev.backfill.model.EmailMessage;
import dev.backfill.model.RawMime;
import dev.backfill.spi.AttachmentContent;
import dev.backfill.spi.EmailEvent;
import dev.backfill.spi.OmittedContent;
import dev.backfill.spi.OmittedContent.Reason;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.SinkException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LayoutFitterTest {
    private static final String TEXT = "t".repeat(20_000);
    private static final String HTML = "h".repeat(20_000);
    private static final Map<String, String> HEADERS = Map.of("X-Long", "x".repeat(20_000));

    @Test
    void what_fits_to_the_byte_is_published_whole() {
        EmailEvent event = created(bare().bodyText(TEXT).bodyHtml(HTML).build());
        OutboundMessage whole = Events.encode(event);
        long size = whole.data().length + Events.attributeBytes(whole);

        assertThat(ENCODER.encode(event, maxBytes(size)).data()).isEqualTo(whole.data());
        assertThat(omitted(encode(event, size - 1))).containsExactly("body_html");
    }

    @Test
    void contents_go_first_and_the_largest_of_them() {
        EmailMessage email = bare().bodyText(TEXT)
                .bodyHtml(HTML)
                .headers(HEADERS)
                .attachments(attachments(3))
                .build();
        EmailEvent event = created(
                email,
                new AttachmentContent("0", new byte[1_000]),
                new AttachmentContent("1", new byte[30_000]),
                new AttachmentContent("2", new byte[2_000]));

        Map<String, Object> encoded = encode(event, 90_000);

        assertThat(list(encoded, "truncated")).containsExactly(missing("TOO_LARGE", 30_000, 1, "1"));
        assertThat(list(encoded, "attachments"))
                .extracting(one -> one.containsKey("content"))
                .containsExactly(true, false, true);
    }

    @Test
    void the_mime_goes_before_any_content_and_stays_where_there_is_room() {
        EmailMessage email = bare().bodyText(TEXT)
                .attachments(attachments(1))
                .rawMime(RawMime.of(new byte[9_000]))
                .build();
        EmailEvent event = created(email, new AttachmentContent("0", new byte[30_000]));
        OutboundMessage whole = Events.encode(event);
        int size = whole.data().length + (int) Events.attributeBytes(whole);

        assertThat(encode(event, size)).containsEntry("truncated", List.of());
        Map<String, Object> encoded = encode(event, size - 1);

        assertThat(encoded).doesNotContainKey("raw_mime");
        assertThat(list(encoded, "truncated"))
                .containsExactly(Map.of(
                        "field", "raw_mime", "reason", "TOO_LARGE", "omitted_bytes", 9_000L, "omitted_items", 1L));
        assertThat(list(encoded, "attachments").get(0)).containsKey("content");
    }

    @Test
    void contents_that_go_join_those_that_were_missing_already_by_their_reason() {
        EmailMessage email = bare().bodyText(TEXT).attachments(attachments(4)).build();
        EmailEvent event = Events.without(
                List.of(
                        new OmittedContent("0", 7L, Reason.TOO_LARGE),
                        new OmittedContent("2", null, Reason.UNAVAILABLE),
                        new OmittedContent("", 5L, Reason.UNAVAILABLE)),
                email,
                new AttachmentContent("1", new byte[30_000]),
                new AttachmentContent("3", new byte[1_000]));

        Map<String, Object> encoded = encode(event, 60_000);

        assertThat(list(encoded, "truncated"))
                .containsExactly(missing("TOO_LARGE", 30_007, 2, "0", "1"), missing("UNAVAILABLE", 5, 2, "2"));
    }

    @Test
    void missing_contents_are_named_at_whatever_limit_as_long_as_their_attachment_is_listed() {
        // Ids as long as Graph's, so that naming one costs more than the slack of an estimate.
        List<Attachment> attachments = IntStream.range(0, 150)
                .mapToObj(index ->
                        new Attachment("i".repeat(150) + index, "n", "", 1L, false, null, Attachment.Kind.FILE))
                .toList();
        EmailEvent event = Events.without(
                attachments.stream()
                        .map(one -> new OmittedContent(one.id(), one.sizeBytes(), Reason.OVER_ATTACHMENT_LIMIT))
                        .toList(),
                bare().bodyText(TEXT).bodyHtml(HTML).attachments(attachments).build());
        OutboundMessage whole = Events.encode(event);
        long size = whole.data().length + Events.attributeBytes(whole);

        for (long limit = size + 1; limit > 4_000; limit -= limit > size - 200 ? 1 : 197) {
            Map<String, Object> encoded = encode(event, limit);

            Map<String, Object> missing = list(encoded, "truncated").get(0);
            assertThat(missing)
                    .containsEntry("omitted_items", 150L)
                    .containsEntry(
                            "attachment_ids",
                            list(encoded, "attachments").stream()
                                    .map(one -> one.get("id"))
                                    .toList());
        }
    }

    @Test
    void an_absurd_size_stays_a_number() {
        EmailEvent event = Events.without(
                List.of(
                        new OmittedContent("0", Long.MAX_VALUE, Reason.UNAVAILABLE),
                        new OmittedContent("1", 1L, Reason.UNAVAILABLE)),
                bare().attachments(attachments(2)).build());

        assertThat(list(encode(event, 100_000), "truncated"))
                .containsExactly(missing("UNAVAILABLE", Long.MAX_VALUE, 2, "0", "1"));
    }

    @Test
    void then_the_other_form_of_the_body() {
        EmailEvent event =
                created(bare().bodyText(TEXT).bodyHtml(HTML).headers(HEADERS).build());

        Map<String, Object> encoded = encode(event, 70_000);

        assertThat(list(encoded, "truncated")).containsExactly(omission("body_html", "TOO_LARGE", 20_000, 1));
        assertThat(encoded)
                .containsEntry("body", TEXT)
                .containsEntry("body_text", TEXT)
                .containsEntry("body_html", "")
                .containsEntry("headers", HEADERS);
    }

    @Test
    void or_the_blank_text_beside_an_html_body() {
        EmailEvent event =
                created(bare().bodyText(" ".repeat(20_000)).bodyHtml(HTML).build());

        Map<String, Object> encoded = encode(event, 50_000);

        assertThat(omitted(encoded)).containsExactly("body_text");
        assertThat(encoded).containsEntry("body", HTML).containsEntry("body_html", HTML);
    }

    @Test
    void then_the_copy_of_the_body_which_loses_nothing() {
        EmailEvent event =
                created(bare().bodyText(TEXT).bodyHtml(HTML).headers(HEADERS).build());

        Map<String, Object> encoded = encode(event, 50_000);

        assertThat(list(encoded, "truncated"))
                .containsExactly(
                        omission("body_html", "TOO_LARGE", 20_000, 1),
                        omission("body_text", "SAME_AS_BODY", 20_000, 1));
        assertThat(encoded).containsEntry("body", TEXT).containsEntry("headers", HEADERS);
    }

    @Test
    void then_the_headers() {
        EmailEvent event = created(bare().bodyHtml(HTML).headers(HEADERS).build());

        Map<String, Object> encoded = encode(event, 30_000);

        assertThat(omitted(encoded)).containsExactly("body_html", "headers");
        assertThat(encoded).containsEntry("body", HTML).containsEntry("headers", Map.of());
    }

    @Test
    void then_the_attachments_beyond_the_first_hundred() {
        EmailEvent event =
                created(bare().bodyText(TEXT).attachments(attachments(400)).build());

        Map<String, Object> encoded = encode(event, 40_000);

        assertThat(omitted(encoded)).containsExactly("body_text", "attachments");
        assertThat(list(encoded, "truncated").get(1)).containsEntry("omitted_items", 300L);
        assertThat(list(encoded, "attachments")).hasSize(100);
        assertThat(encoded).containsEntry("body", TEXT);
    }

    @Test
    void then_the_end_of_the_body_and_never_half_a_character() {
        String smiles = "😀".repeat(5_000);
        EmailEvent event = created(bare().bodyText(smiles).build());

        for (int limit = 10_000; limit < 10_008; limit++) {
            Map<String, Object> encoded = encode(event, limit);

            assertThat(omitted(encoded)).containsExactly("body_text", "body");
            String body = (String) encoded.get("body");
            assertThat(smiles).startsWith(body);
            assertThat(body).hasSizeBetween(4_000, 4_999).matches("(😀)+");
            assertThat(list(encoded, "truncated").get(1))
                    .containsEntry("omitted_bytes", 2L * (smiles.length() - body.length()));
        }
    }

    @Test
    void a_body_that_is_cut_fills_what_there_is() {
        EmailEvent event = created(bare().bodyText("x".repeat(1_000_000)).build());

        OutboundMessage message = ENCODER.encode(event, maxBytes(500_000));

        assertThat(message.data().length + Events.attributeBytes(message)).isBetween(499_000L, 500_000L);
    }

    @Test
    void last_of_all_the_other_attachments() {
        EmailMessage email =
                bare().bodyText("short").attachments(attachments(150)).build();

        Map<String, Object> encoded = encode(created(email), 4_000);

        assertThat(list(encoded, "attachments")).isEmpty();
        assertThat(list(encoded, "truncated")).hasSize(1);
        assertThat(list(encoded, "truncated").get(0))
                .containsEntry("field", "attachments")
                .containsEntry("omitted_items", 150L);
        assertThat(encoded).containsEntry("body", "short");
    }

    @Test
    void what_is_too_large_even_so_is_a_permanent_failure_without_content() {
        EmailEvent event = created(bare().subject("secret".repeat(10_000)).build());

        assertThatThrownBy(() -> ENCODER.encode(event, maxBytes(50_000)))
                .isInstanceOfSatisfying(SinkException.class, failure -> {
                    assertThat(failure.kind()).isEqualTo(SinkException.Kind.PERMANENT);
                    assertThat(failure.code()).isEqualTo("TOO_LARGE");
                    assertThat(failure).hasMessageContaining("bytes").hasMessageNotContaining("secret");
                });
    }

    @Test
    void a_message_of_many_times_the_limit_is_published_in_part() {
        EmailMessage email = bare().bodyText("x".repeat(12_000_000))
                .bodyHtml("<p>" + "y".repeat(12_000_000))
                .attachments(attachments(1))
                .build();
        EmailEvent event = created(email, new AttachmentContent("0", new byte[20_000_000]));

        OutboundMessage message = ENCODER.encode(event, Events.PUBSUB);

        assertThat(message.data().length).isBetween(9_990_000, 10_000_000);
        assertThat(omitted(Events.email(message)))
                .containsExactly("attachments.content", "body_html", "body_text", "body");
    }

    private static Map<String, Object> encode(EmailEvent event, long limit) {
        OutboundMessage message = ENCODER.encode(event, maxBytes(limit));
        assertThat(message.data().length + Events.attributeBytes(message)).isLessThanOrEqualTo(limit);
        return Events.email(message);
    }

    private static List<Object> omitted(Map<String, Object> email) {
        return list(email, "truncated").stream().map(one -> one.get("field")).toList();
    }

    private static Map<String, Object> omission(String field, String reason, long bytes, long items) {
        return Map.of("field", field, "reason", reason, "omitted_bytes", bytes, "omitted_items", items);
    }

    private static Map<String, Object> missing(String reason, long bytes, long items, String... ids) {
        Map<String, Object> missing = new HashMap<>(omission("attachments.content", reason, bytes, items));
        missing.put("attachment_ids", List.of(ids));
        return missing;
    }

    private static List<Attachment> attachments(int count) {
        return IntStream.range(0, count)
                .mapToObj(index -> new Attachment(
                        Integer.toString(index), "name", "text/plain", 1L, false, null, Attachment.Kind.FILE))
                .toList();
    }
}
