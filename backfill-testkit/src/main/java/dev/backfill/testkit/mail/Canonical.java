package dev.backfill.testkit.mail;

import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gives each value of a wire field exactly one text, so that equal values have equal hashes. */
final class Canonical {
    private static final String NULL = "null";

    private Canonical() {}

    static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    /** A carriage return is a line end of its own or part of one; nothing else of a body may differ. */
    static String body(@Nullable String value) {
        return value == null
                ? ""
                : value.indexOf('\r') < 0 ? value : value.replace("\r\n", "\n").replace('\r', '\n');
    }

    static String value(@Nullable Object value) {
        return value == null ? NULL : value.toString();
    }

    static String date(@Nullable String value) {
        if (value == null) {
            return NULL;
        }
        try {
            return OffsetDateTime.parse(value).toInstant().toString();
        } catch (DateTimeException e) {
            // No date at all: it will differ from the expected one, which is what should be found.
            return value;
        }
    }

    static String list(List<String> values) {
        StringBuilder text = new StringBuilder();
        for (String value : values) {
            text.append(value.length()).append(':').append(value);
        }
        return text.toString();
    }

    static String set(List<String> values) {
        return list(values.stream().sorted().toList());
    }

    static String map(Map<String, String> values) {
        List<String> entries = new ArrayList<>(values.size());
        values.forEach((name, value) -> entries.add(name.toLowerCase(Locale.ROOT) + "=" + value));
        return set(entries);
    }
}
