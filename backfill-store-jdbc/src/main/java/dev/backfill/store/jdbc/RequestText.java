package dev.backfill.store.jdbc;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobNote;
import dev.backfill.api.Mode;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Requests and notes as the JSON text in which they are stored. Fields that are not known are skipped, so that a row written by
 * a newer version of the same schema can be read.
 */
final class RequestText {
    private static final JsonFactory JSON = new JsonFactory();

    private RequestText() {}

    static String of(BackfillRequest request) {
        return written(json -> {
            json.writeStartObject();
            json.writeStringField("mode", request.mode().name());
            writeTime(json, "from", request.from());
            writeTime(json, "to", request.to());
            json.writeArrayFieldStart("folders");
            for (String folder : request.folders()) {
                json.writeString(folder);
            }
            json.writeEndArray();
            if (request.batchSize() != null) {
                json.writeNumberField("batch_size", request.batchSize());
            }
            if (request.rateLimit() != null) {
                json.writeNumberField("rate_limit", request.rateLimit());
            }
            json.writeBooleanField("include_attachments", request.includeAttachments());
            json.writeBooleanField("raw_mime", request.rawMime());
            json.writeBooleanField("include_deleted", request.includeDeleted());
            if (request.maxEmails() != null) {
                json.writeNumberField("max_emails", request.maxEmails());
            }
            json.writeNumberField("priority", request.priority());
            if (request.dailyShare() != null) {
                json.writeNumberField("daily_share", request.dailyShare());
            }
            json.writeBooleanField("pin", request.pin());
            json.writeEndObject();
        });
    }

    /** Reads a request; provider and account stand in columns of their own. */
    static BackfillRequest request(String provider, String account, String text) {
        BackfillRequest.Builder builder = BackfillRequest.builder(provider, account);
        read(text, json -> {
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                json.nextToken();
                readField(builder, field, json);
            }
        });
        return builder.build();
    }

    private static void readField(BackfillRequest.Builder builder, String field, JsonParser json) throws IOException {
        switch (field) {
            case "mode" -> builder.mode(Mode.valueOf(json.getText()));
            case "from" -> builder.from(Instant.parse(json.getText()));
            case "to" -> builder.to(Instant.parse(json.getText()));
            case "folders" -> builder.folders(readTexts(json));
            case "batch_size" -> builder.batchSize(json.getIntValue());
            case "rate_limit" -> builder.rateLimit(json.getIntValue());
            case "include_attachments" -> builder.includeAttachments(json.getBooleanValue());
            case "raw_mime" -> builder.rawMime(json.getBooleanValue());
            case "include_deleted" -> builder.includeDeleted(json.getBooleanValue());
            case "max_emails" -> builder.maxEmails(json.getLongValue());
            case "priority" -> builder.priority(json.getIntValue());
            case "daily_share" -> builder.dailyShare(json.getDoubleValue());
            case "pin" -> builder.pin(json.getBooleanValue());
            default -> json.skipChildren();
        }
    }

    /** Gives notes as text: an array of arrays of code, scope and detail. */
    static String of(List<JobNote> notes) {
        return written(json -> {
            json.writeStartArray();
            for (JobNote note : notes) {
                json.writeStartArray();
                json.writeString(note.code());
                json.writeString(note.scope());
                json.writeString(note.detail());
                json.writeEndArray();
            }
            json.writeEndArray();
        });
    }

    static List<JobNote> notes(String text) {
        List<JobNote> notes = new ArrayList<>();
        read(text, json -> {
            while (json.nextToken() == JsonToken.START_ARRAY) {
                List<String> parts = readTexts(json);
                notes.add(new JobNote(parts.get(0), parts.get(1), parts.get(2)));
            }
        });
        return notes;
    }

    private static List<String> readTexts(JsonParser json) throws IOException {
        List<String> texts = new ArrayList<>();
        while (json.nextToken() == JsonToken.VALUE_STRING) {
            texts.add(json.getText());
        }
        return texts;
    }

    private static void writeTime(JsonGenerator json, String field, @Nullable Instant time) throws IOException {
        if (time != null) {
            json.writeStringField(field, time.toString());
        }
    }

    private static String written(Writing writing) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            writing.write(json);
        } catch (IOException impossible) {
            throw new UncheckedIOException("text in memory could not be written", impossible);
        }
        return text.toString();
    }

    private static void read(String text, Reading reading) {
        try (JsonParser json = JSON.createParser(text)) {
            json.nextToken();
            reading.read(json);
        } catch (IOException notOurs) {
            throw new UncheckedIOException("a stored request or note is not the JSON that was written", notOurs);
        }
    }

    @FunctionalInterface
    private interface Writing {
        void write(JsonGenerator json) throws IOException;
    }

    @FunctionalInterface
    private interface Reading {
        void read(JsonParser json) throws IOException;
    }
}
