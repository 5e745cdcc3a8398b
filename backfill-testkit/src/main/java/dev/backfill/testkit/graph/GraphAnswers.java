package dev.backfill.testkit.graph;

import dev.backfill.testkit.http.HttpAnswer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts answers together as Graph does: collections around rendered elements, single entities, errors. */
final class GraphAnswers {
    private static final String JSON_TYPE =
            "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
    private static final byte[] COMMA = {','};
    private static final byte[] END = {']', '}'};

    private GraphAnswers() {}

    static HttpAnswer collection(
            String context, @Nullable Long count, @Nullable String nextLink, List<byte[]> elements) {
        byte[] start = MessageRenderer.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("@odata.context", context);
            if (count != null) {
                json.writeNumberField("@odata.count", count);
            }
            if (nextLink != null) {
                json.writeStringField("@odata.nextLink", nextLink);
            }
            json.writeEndObject();
        });
        return list(start, elements);
    }

    private static HttpAnswer list(byte[] start, List<byte[]> elements) {
        List<byte[]> pieces = new ArrayList<>(2 * elements.size() + 2);
        byte[] head = (new String(start, 0, start.length - 1, StandardCharsets.UTF_8) + ",\"value\":[")
                .getBytes(StandardCharsets.UTF_8);
        pieces.add(head);
        for (int i = 0; i < elements.size(); i++) {
            if (i > 0) {
                pieces.add(COMMA);
            }
            pieces.add(elements.get(i));
        }
        pieces.add(END);
        return HttpAnswer.of(200, JSON_TYPE, pieces);
    }

    /** Answers with a page of changes, whose link says whether the round goes on or is complete. */
    static HttpAnswer delta(String context, boolean last, String link, List<byte[]> elements) {
        byte[] start = MessageRenderer.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("@odata.context", context);
            json.writeStringField(last ? "@odata.deltaLink" : "@odata.nextLink", link);
            json.writeEndObject();
        });
        return list(start, elements);
    }

    /** Answers with one entity, whose rendered object gets the context as its first field. */
    static HttpAnswer entity(String context, byte[] object) {
        byte[] start = MessageRenderer.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("@odata.context", context);
            json.writeEndObject();
        });
        String rest = new String(object, 1, object.length - 1, StandardCharsets.UTF_8);
        String separator = rest.equals("}") ? "" : ",";
        String all = new String(start, 0, start.length - 1, StandardCharsets.UTF_8) + separator + rest;
        return HttpAnswer.text(200, JSON_TYPE, all);
    }

    static HttpAnswer error(int status, String code, String message, String requestId) {
        byte[] body = MessageRenderer.bytes(json -> {
            json.writeStartObject();
            json.writeObjectFieldStart("error");
            json.writeStringField("code", code);
            json.writeStringField("message", message);
            json.writeObjectFieldStart("innerError");
            json.writeStringField("date", "2026-01-01T00:00:00");
            json.writeStringField("request-id", requestId);
            json.writeStringField("client-request-id", requestId);
            json.writeEndObject();
            json.writeEndObject();
            json.writeEndObject();
        });
        return HttpAnswer.of(status, "application/json", List.of(body));
    }

    static HttpAnswer bytes(String contentType, byte[] body) {
        return HttpAnswer.of(200, contentType, List.of(body));
    }

    static HttpAnswer number(long number) {
        return HttpAnswer.text(200, "text/plain", Long.toString(number));
    }
}
