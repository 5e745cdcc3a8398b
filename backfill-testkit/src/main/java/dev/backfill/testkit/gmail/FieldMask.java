package dev.backfill.testkit.gmail;

import com.fasterxml.jackson.core.filter.TokenFilter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Google's partial responses: which fields of an answer are wanted, for instance {@code messages(id,threadId),nextPageToken}
 * or {@code messages/id}. It filters while the answer is written. Thread-safe once read.
 */
final class FieldMask extends TokenFilter {
    private final Map<String, FieldMask> fields = new LinkedHashMap<>();

    private FieldMask() {}

    /**
     * Reads a mask.
     *
     * @param text the parameter {@code fields}
     * @return the filter
     * @throws GmailFault if the text is no mask
     */
    static TokenFilter of(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return TokenFilter.INCLUDE_ALL;
        }
        FieldMask root = new FieldMask();
        int end = root.read(text, 0);
        if (end != text.length()) {
            throw GmailFault.badRequest("Invalid field selection " + text.substring(end));
        }
        return root;
    }

    /** Reads a comma list up to its end or a closing bracket; gives where it stopped. */
    private int read(String text, int from) {
        int at = from;
        while (true) {
            at = readPath(text, at);
            if (at >= text.length() || text.charAt(at) != ',') {
                return at;
            }
            at++;
        }
    }

    private int readPath(String text, int from) {
        int end = from;
        while (end < text.length() && "/(),".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        if (end == from) {
            throw GmailFault.badRequest("Invalid field selection");
        }
        FieldMask child = fields.computeIfAbsent(text.substring(from, end), name -> new FieldMask());
        if (end < text.length() && text.charAt(end) == '/') {
            return child.readPath(text, end + 1);
        }
        if (end < text.length() && text.charAt(end) == '(') {
            int closed = child.read(text, end + 1);
            if (closed >= text.length() || text.charAt(closed) != ')') {
                throw GmailFault.badRequest("Invalid field selection");
            }
            return closed + 1;
        }
        return end;
    }

    @Override
    public @Nullable TokenFilter includeProperty(String name) {
        FieldMask child = fields.getOrDefault(name, fields.get("*"));
        if (child == null) {
            return null;
        }
        return child.fields.isEmpty() ? TokenFilter.INCLUDE_ALL : child;
    }

    @Override
    protected boolean _includeScalar() {
        return false;
    }
}
