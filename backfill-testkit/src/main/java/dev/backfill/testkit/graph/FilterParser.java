package dev.backfill.testkit.graph;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the part of {@code $filter} that the fake knows: comparisons of {@code receivedDateTime},
 * {@code lastModifiedDateTime}, {@code isRead} and {@code hasAttachments}, joined by {@code and}. Dates compare in the store's
 * milliseconds, though answers show whole seconds.
 */
final class FilterParser {
    private static final Pattern COMPARISON =
            Pattern.compile("\\(*\\s*(\\w+)\\s+(eq|ne|ge|gt|le|lt)\\s+([^\\s()]+)\\s*\\)*");

    /**
     * A filter as read.
     *
     * @param properties the properties it names, in order, each once
     * @param fromMillis the least received time, inclusive
     * @param toMillis the greatest received time, exclusive
     * @param rest what else must hold
     */
    record Filter(List<String> properties, long fromMillis, long toMillis, Predicate<GraphItem> rest) {
        static final Filter NONE = new Filter(List.of(), Long.MIN_VALUE, Long.MAX_VALUE, item -> true);
    }

    private final List<String> properties = new ArrayList<>();
    private long fromMillis = Long.MIN_VALUE;
    private long toMillis = Long.MAX_VALUE;
    private Predicate<GraphItem> rest = item -> true;

    private FilterParser() {}

    static Filter parse(String text) {
        FilterParser parser = new FilterParser();
        for (String part : text.strip().split("\\s+and\\s+", -1)) {
            Matcher matcher = COMPARISON.matcher(part.strip());
            if (!matcher.matches()) {
                throw GraphFault.badRequest("Invalid filter clause");
            }
            parser.comparison(matcher.group(1), matcher.group(2), matcher.group(3));
        }
        return new Filter(List.copyOf(parser.properties), parser.fromMillis, parser.toMillis, parser.rest);
    }

    private void comparison(String property, String operator, String literal) {
        if (!properties.contains(property)) {
            properties.add(property);
        }
        switch (property) {
            case "receivedDateTime" -> received(operator, millis(literal));
            case "lastModifiedDateTime" -> {
                long value = millis(literal);
                rest = rest.and(item -> compare(item.modifiedAt.toEpochMilli(), operator, value));
            }
            case "isRead" -> {
                boolean value = Boolean.parseBoolean(literal);
                rest = rest.and(item -> (item.mail.isRead() == value) == "eq".equals(operator));
            }
            case "hasAttachments" -> {
                boolean value = Boolean.parseBoolean(literal);
                rest = rest.and(
                        item -> (MessageRenderer.hasAttachments(item.mail.parsed()) == value) == "eq".equals(operator));
            }
            default ->
                throw GraphFault.badRequest("Could not find a property named '" + property
                        + "' on type 'microsoft.graph.message', or the fake cannot filter by it.");
        }
    }

    private void received(String operator, long value) {
        switch (operator) {
            case "ge" -> fromMillis = Math.max(fromMillis, value);
            case "gt" -> fromMillis = Math.max(fromMillis, value + 1);
            case "lt" -> toMillis = Math.min(toMillis, value);
            case "le" -> toMillis = Math.min(toMillis, value + 1);
            case "eq" -> {
                fromMillis = Math.max(fromMillis, value);
                toMillis = Math.min(toMillis, value + 1);
            }
            default -> rest = rest.and(item -> item.receivedMillis != value);
        }
    }

    private static boolean compare(long left, String operator, long right) {
        return switch (operator) {
            case "eq" -> left == right;
            case "ne" -> left != right;
            case "ge" -> left >= right;
            case "gt" -> left > right;
            case "le" -> left <= right;
            default -> left < right;
        };
    }

    private static long millis(String literal) {
        try {
            return literal.length() == 10
                    ? Instant.parse(literal + "T00:00:00Z").toEpochMilli()
                    : OffsetDateTime.parse(literal).toInstant().toEpochMilli();
        } catch (DateTimeParseException notADate) {
            throw GraphFault.badRequest("A binary operator with incompatible types was detected."
                    + " Found operand types 'Edm.DateTimeOffset' and 'Edm.String'.");
        }
    }
}
