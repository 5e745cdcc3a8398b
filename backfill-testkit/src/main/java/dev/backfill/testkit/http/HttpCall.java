package dev.backfill.testkit.http;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request as it came in, decoded. Immutable and thread-safe; {@link #toString()} shows method and path alone. */
public final class HttpCall {
    private final String method;
    private final String path;
    private final String rawPath;
    private final List<String> segments;
    private final Map<String, List<String>> query;
    private final String rawQuery;
    private final Map<String, List<String>> headers;
    private final byte[] body;

    /**
     * Makes a call.
     *
     * @param method the HTTP method in upper case
     * @param uri the request target with its query, still encoded
     * @param headers the header values by name; names are made lower case
     * @param body the request's bytes; not copied
     */
    public HttpCall(String method, URI uri, Map<String, List<String>> headers, byte[] body) {
        this.method = requireNonNull(method, "method");
        this.body = requireNonNull(body, "body");
        this.rawPath = uri.getRawPath() == null ? "/" : uri.getRawPath();
        List<String> decoded = new ArrayList<>();
        for (String segment : rawPath.split("/", -1)) {
            if (!segment.isEmpty()) {
                decoded.add(decodePath(segment));
            }
        }
        this.segments = List.copyOf(decoded);
        this.path = "/" + String.join("/", segments);
        this.rawQuery = uri.getRawQuery() == null ? "" : uri.getRawQuery();
        this.query = decodeQuery(rawQuery);
        Map<String, List<String>> lower = new LinkedHashMap<>();
        headers.forEach((name, values) -> lower.put(name.toLowerCase(Locale.ROOT), List.copyOf(values)));
        this.headers = lower;
    }

    private static String decodePath(String segment) {
        return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static Map<String, List<String>> decodeQuery(String raw) {
        Map<String, List<String>> query = new LinkedHashMap<>();
        for (String pair : raw.split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            query.computeIfAbsent(URLDecoder.decode(name, StandardCharsets.UTF_8), key -> new ArrayList<>())
                    .add(URLDecoder.decode(value, StandardCharsets.UTF_8));
        }
        return query;
    }

    /** {@return the method in upper case} */
    public String method() {
        return method;
    }

    /** {@return the decoded path, beginning with a slash, without the query} */
    public String path() {
        return path;
    }

    /** {@return the path as it was sent, still encoded} */
    public String rawPath() {
        return rawPath;
    }

    /** {@return the decoded parts of the path; a part may hold a slash that was encoded} */
    public List<String> segments() {
        return segments;
    }

    /** {@return the query as it was sent, still encoded; empty when there is none} */
    public String rawQuery() {
        return rawQuery;
    }

    /** {@return the decoded query; a parameter that stands twice has two values} */
    public Map<String, List<String>> query() {
        return query;
    }

    /**
     * Gives a query parameter.
     *
     * @param name the name, exactly
     * @return its first value, or null when it is not sent
     */
    public @Nullable String parameter(String name) {
        List<String> values = query.get(name);
        return values == null ? null : values.get(0);
    }

    /**
     * Gives the values of a header.
     *
     * @param name the name, any case
     * @return one value a header line, empty when there is none
     */
    public List<String> headers(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    }

    /**
     * Gives a header.
     *
     * @param name the name, any case
     * @return its first line, or null when there is none
     */
    public @Nullable String header(String name) {
        List<String> values = headers(name);
        return values.isEmpty() ? null : values.get(0);
    }

    /** {@return the request's bytes themselves, not a copy; read only} */
    public byte[] body() {
        return body;
    }

    /** {@return method and path} */
    @Override
    public String toString() {
        return method + " " + path;
    }
}
