package dev.backfill.core.encode;

import static dev.backfill.core.encode.Events.ENCODER;
import static dev.backfill.core.encode.Events.PUBSUB;
import static dev.backfill.core.encode.Events.list;
import static dev.backfill.core.encode.Events.maxBytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.model.Attachment;
import dev.backfill.model.EmailAddress;
import dev.backfill.model.EmailMessage;
import dev.backfill.spi.AttachmentContent;
import dev.backfill.spi.EmailEvent;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.SinkException;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a mail holds, half characters and control characters included, comes out as JSON that says the same. */
class EncoderPropertyTest {
    private static final String[] PIECES = {
        "a",
        "plain words ",
        "\"",
        "\\",
        "/",
        "\0",
        "\b",
        "\t",
        "\r\n",
        "\u001f",
        "\u007f",
        "é",
        "ß",
        "\u2028",
        "中文",
        "\uFEFF",
        "\uFFFF",
        "😀",
        "\uD800",
        "\uDC00",
        "\uDBFF\uD800",
        "</script>",
        "%00",
        "null"
    };

    static IntStream seeds() {
        return IntStream.range(0, 150);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void any_message_reads_back_as_it_was(int seed) {
        Random random = new Random(seed);
        EmailMessage email = email(random, 1 + random.nextInt(60));
        byte[] content = new byte[random.nextInt(500)];
        random.nextBytes(content);

        Map<String, Object> read =
                Events.email(ENCODER.encode(Events.created(email, new AttachmentContent("0", content)), PUBSUB));

        assertThat(read)
                .containsEntry("thread_id", mended(email.threadId()))
                .containsEntry("subject", mended(email.subject()))
                .containsEntry("body_text", mended(email.bodyText()))
                .containsEntry("body_html", mended(email.bodyHtml()))
                .containsEntry("from_address", mended(email.from().address()))
                .containsEntry("to_addresses", addresses(email.to()))
                .containsEntry("labels", mended(email.labels()))
                .containsEntry("references", mended(email.references()))
                .containsEntry("folder", mended(email.folder()))
                .containsEntry("mime_type", mended(email.mimeType()))
                .containsEntry("headers", headers(email))
                .containsEntry("received_date", email.receivedAt().toString())
                .containsEntry("truncated", List.of());
        assertThat(list(read, "attachments")).hasSize(email.attachments().size());
        assertThat(list(read, "attachments").get(0))
                .containsEntry("name", mended(email.attachments().get(0).name()))
                .containsEntry("content", Base64.getEncoder().encodeToString(content));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void no_message_is_over_the_limit_and_what_is_missing_is_named(int seed) {
        Random random = new Random(seed);
        EmailMessage email = email(random, 1 + random.nextInt(1_500));
        EmailEvent event = Events.created(email, new AttachmentContent("0", new byte[random.nextInt(30_000)]));
        Map<String, Object> whole = Events.email(ENCODER.encode(event, PUBSUB));
        long limit = 2_000L + random.nextInt(60_000);
        OutboundMessage message;
        try {
            message = ENCODER.encode(event, maxBytes(limit));
        } catch (SinkException tooLarge) {
            assertThat(tooLarge.code()).isEqualTo("TOO_LARGE");
            assertThat(necessaryBytes(event)).isGreaterThan(limit);
            return;
        }

        assertThat(message.data().length + Events.attributeBytes(message)).isLessThanOrEqualTo(limit);
        Map<String, Object> read = Events.email(message);
        List<Object> named = list(read, "truncated").stream()
                .map(omission -> omission.get("field"))
                .toList();
        assertThat(named).doesNotHaveDuplicates();
        whole.forEach((field, value) -> {
            if (!named.contains(field) && !field.equals("truncated") && !field.equals("attachments")) {
                assertThat(read).containsEntry(field, value);
            }
        });
        if (!named.contains("attachments")) {
            assertThat(list(read, "attachments")).hasSameSizeAs(list(whole, "attachments"));
        }
        assertThat((String) whole.get("body")).startsWith((String) read.get("body"));
    }

    /** What the message takes at the least, found by taking everything away that may go. */
    private static long necessaryBytes(EmailEvent event) {
        EmailMessage email = event.email();
        EmailMessage least = EmailMessage.builder(email.id(), email.receivedAt())
                .threadId(email.threadId())
                .subject(email.subject())
                .from(email.from())
                .to(email.to())
                .labels(email.labels())
                .references(email.references())
                .folder(email.folder())
                .mimeType(email.mimeType())
                .build();
        OutboundMessage message = ENCODER.encode(Events.created(least), PUBSUB);
        return message.data().length
                + Events.attributeBytes(message)
                // The sentences on what is missing, and what is shorter than such a sentence.
                + 9L * Omission.MAX_JSON_BYTES;
    }

    private static EmailMessage email(Random random, int pieces) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (int i = 0; i < random.nextInt(20); i++) {
            headers.put("X-" + i, text(random, pieces / 10));
        }
        return EmailMessage.builder(Events.MESSAGE_ID, Instant.ofEpochSecond(random.nextInt()))
                .threadId(text(random, 3))
                .subject(text(random, 1 + pieces / 50))
                .bodyText(text(random, pieces))
                .bodyHtml(text(random, 2 * pieces))
                .from(EmailAddress.of(text(random, 3)))
                .to(IntStream.range(0, random.nextInt(5))
                        .mapToObj(i -> EmailAddress.of(text(random, 4)))
                        .toList())
                .labels(texts(random))
                .references(texts(random))
                .folder(text(random, 3))
                .mimeType(text(random, 2))
                .headers(headers)
                .attachments(IntStream.range(0, 1 + random.nextInt(5))
                        .mapToObj(i -> new Attachment(
                                Integer.toString(i), text(random, 5), "", null, false, null, Attachment.Kind.FILE))
                        .toList())
                .build();
    }

    private static List<String> texts(Random random) {
        return IntStream.range(0, random.nextInt(5))
                .mapToObj(i -> text(random, 4))
                .toList();
    }

    private static String text(Random random, int pieces) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < random.nextInt(pieces + 1); i++) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }

    /** The same mending by other means: code points that are halves of pairs become U+FFFD. */
    private static String mended(String text) {
        int[] codePoints = text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
                .toArray();
        return new String(codePoints, 0, codePoints.length);
    }

    private static List<String> mended(List<String> texts) {
        return texts.stream().map(EncoderPropertyTest::mended).toList();
    }

    private static List<String> addresses(List<EmailAddress> addresses) {
        return addresses.stream()
                .map(address -> mended(address.address()))
                .filter(address -> !address.isEmpty())
                .toList();
    }

    private static Map<String, String> headers(EmailMessage email) {
        Map<String, String> headers = new LinkedHashMap<>();
        email.headers().forEach((name, value) -> headers.put(name, mended(value)));
        return headers;
    }
}
