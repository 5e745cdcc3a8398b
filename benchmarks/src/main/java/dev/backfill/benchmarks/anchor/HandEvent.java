package dev.backfill.benchmarks.anchor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import com.google.pubsub.v1.PubsubMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Writes the wire contract's event as somebody writes it who has one provider and no options. Stateless. */
final class HandEvent {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String JOB = "backfill_bench_20260101_000000_00000000";
    private static final String USER = "bench";

    private HandEvent() {}

    static PubsubMessage of(String mailbox, HandMail mail) throws IOException {
        String id = mail.text("id");
        String key = HexFormat.of().formatHex(digest("SHA-256", USER + '\n' + mailbox + '\n' + id));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(mail.body.length() + 2_048);
        write(bytes, mail, id, key);
        ByteString data = UnsafeByteOperations.unsafeWrap(bytes.toByteArray());
        return PubsubMessage.newBuilder()
                .setData(data)
                .putAttributes("event_type", "email")
                .putAttributes("operation", "create")
                .putAttributes("sync_type", "backfill")
                .putAttributes("provider", "microsoft")
                .putAttributes("user_key", USER)
                .putAttributes("message_id", id)
                .putAttributes("dedupe_key", key)
                .putAttributes("job_id", JOB)
                .putAttributes("schema_version", "1")
                .putAttributes("content_type", "application/json")
                .build();
    }

    private static void write(ByteArrayOutputStream bytes, HandMail mail, String id, String key) throws IOException {
        String now = Instant.now().toString();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeObjectFieldStart("metadata");
            json.writeStringField("event_id", uuid(key));
            json.writeStringField("timestamp", now);
            json.writeStringField("source_service", "bench");
            json.writeStringField("source_version", "1");
            for (String field : List.of("trace_id", "span_id", "parent_span_id", "request_id")) {
                json.writeNullField(field);
            }
            json.writeStringField("user_id", USER);
            json.writeStringField("correlation_id", JOB);
            json.writeObjectFieldStart("tags");
            json.writeEndObject();
            json.writeEndObject();
            json.writeStringField("user_id", USER);
            json.writeObjectFieldStart("email");
            email(json, mail, id);
            json.writeEndObject();
            json.writeStringField("operation", "create");
            json.writeStringField("batch_id", JOB);
            json.writeStringField("last_updated", mail.text("lastModifiedDateTime"));
            json.writeStringField("sync_timestamp", now);
            json.writeStringField("provider", "microsoft");
            json.writeStringField("sync_type", "backfill");
            json.writeEndObject();
        }
    }

    private static void email(JsonGenerator json, HandMail mail, String id) throws IOException {
        boolean html = mail.bodyType.equals("html");
        json.writeStringField("id", id);
        json.writeStringField("thread_id", mail.text("conversationId"));
        json.writeStringField("subject", mail.text("subject"));
        json.writeStringField("body", mail.body);
        json.writeStringField("from_address", String.join(",", mail.addresses("from")));
        texts(json, "to_addresses", mail.addresses("toRecipients"));
        texts(json, "cc_addresses", mail.addresses("ccRecipients"));
        texts(json, "bcc_addresses", mail.addresses("bccRecipients"));
        json.writeStringField("received_date", mail.text("receivedDateTime"));
        json.writeStringField("sent_date", mail.text("sentDateTime"));
        texts(json, "labels", mail.categories);
        json.writeBooleanField("is_read", mail.read);
        json.writeBooleanField("is_starred", mail.flagged);
        json.writeBooleanField("has_attachments", mail.attachments);
        json.writeStringField("provider", "microsoft");
        json.writeStringField("provider_message_id", id);
        json.writeNullField("size_bytes");
        json.writeStringField("mime_type", html ? "text/html" : "text/plain");
        json.writeObjectFieldStart("headers");
        for (Map.Entry<String, String> header : mail.headers.entrySet()) {
            json.writeStringField(header.getKey(), header.getValue());
        }
        json.writeEndObject();
        json.writeStringField("folder", "Inbox");
        json.writeStringField("body_html", html ? mail.body : "");
        json.writeStringField("body_text", html ? "" : mail.body);
        json.writeStringField("internet_message_id", mail.text("internetMessageId"));
        json.writeStringField("in_reply_to", mail.headers.getOrDefault("In-Reply-To", ""));
        texts(json, "references", List.of());
        texts(json, "reply_to", mail.addresses("replyTo"));
        json.writeStringField("importance", mail.text("importance"));
        texts(json, "attachments", List.of());
        texts(json, "truncated", List.of());
    }

    private static void texts(JsonGenerator json, String field, List<String> values) throws IOException {
        json.writeArrayFieldStart(field);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }

    private static String uuid(String key) {
        ByteBuffer hash = ByteBuffer.wrap(digest("SHA-1", key));
        return new UUID(hash.getLong() & ~0xf000L | 0x5000L, hash.getLong() & ~(3L << 62) | 2L << 62).toString();
    }

    private static byte[] digest(String algorithm, String text) {
        try {
            return MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
