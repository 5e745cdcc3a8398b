package dev.backfill.testkit.http;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a fake answers. Immutable and thread-safe as long as nobody writes to the arrays handed in, which nobody may: a body
 * is a list of pieces, so that what was rendered once is sent many times without a copy.
 */
public final class HttpAnswer {
    private final int status;
    private final Map<String, String> headers;
    private final List<byte[]> body;

    private HttpAnswer(int status, Map<String, String> headers, List<byte[]> body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    /**
     * Makes an answer without a body.
     *
     * @param status the HTTP status
     * @return the answer
     */
    public static HttpAnswer empty(int status) {
        return new HttpAnswer(status, Map.of(), List.of());
    }

    /**
     * Makes an answer.
     *
     * @param status the HTTP status
     * @param contentType the Content-Type header
     * @param pieces the body, in order; not copied
     * @return the answer
     */
    public static HttpAnswer of(int status, String contentType, List<byte[]> pieces) {
        return new HttpAnswer(
                status, Map.of("Content-Type", requireNonNull(contentType, "contentType")), List.copyOf(pieces));
    }

    /**
     * Makes an answer of a text in UTF-8.
     *
     * @param status the HTTP status
     * @param contentType the Content-Type header
     * @param text the body
     * @return the answer
     */
    public static HttpAnswer text(int status, String contentType, String text) {
        return of(status, contentType, List.of(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Adds a header.
     *
     * @param name the header's name
     * @param value its value, instead of an earlier one
     * @return a new answer
     */
    public HttpAnswer header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new HttpAnswer(status, more, body);
    }

    /** {@return the HTTP status} */
    public int status() {
        return status;
    }

    /** {@return the headers by name} */
    public Map<String, String> headers() {
        return headers;
    }

    /** {@return the pieces of the body; read only} */
    public List<byte[]> body() {
        return body;
    }

    /** {@return the length of the body in bytes} */
    public long length() {
        long length = 0;
        for (byte[] piece : body) {
            length += piece.length;
        }
        return length;
    }

    /** {@return status and length} */
    @Override
    public String toString() {
        return "HttpAnswer[" + status + ", " + length() + " bytes]";
    }
}
