package dev.backfill.testkit.gmail;

import dev.backfill.testkit.mail.ParsedMail;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A search as {@code q} says it: {@code after:} and {@code before:} (seconds, or a day in Pacific time), {@code in:},
 * {@code label:}, {@code is:}, {@code has:attachment}, {@code rfc822msgid:}, {@code subject:}, {@code from:}, each with a minus before it for
 * the opposite, and plain words in the subject; all must hold. Immutable and thread-safe.
 */
final class GmailSearch {
    private static final Pattern TERM = Pattern.compile("(-?)(?:([a-z0-9]+):)?(\"[^\"]*\"|\\(([^)]*)\\)|\\S+)");
    private static final ZoneId PACIFIC = ZoneId.of("America/Los_Angeles");
    private static final Map<String, String> PLACES = Map.of(
            "inbox", "INBOX",
            "sent", "SENT",
            "drafts", "DRAFT",
            "draft", "DRAFT",
            "trash", "TRASH",
            "spam", "SPAM",
            "chats", "CHAT",
            "unread", "UNREAD",
            "starred", "STARRED",
            "important", "IMPORTANT");

    private final List<Predicate<GmailItem>> terms = new ArrayList<>();
    private long afterSecond = Long.MIN_VALUE;
    private long beforeSecond = Long.MAX_VALUE;
    private boolean hidden;

    private GmailSearch() {}

    /**
     * Reads a search.
     *
     * @param q the parameter {@code q}; may be empty
     * @param labels the mailbox's labels, names by id
     */
    static GmailSearch of(String q, Map<String, String> labels) {
        GmailSearch search = new GmailSearch();
        Matcher matcher = TERM.matcher(q);
        while (matcher.find()) {
            String operator = matcher.group(2) == null ? "" : matcher.group(2);
            String value = matcher.group(3).replace("\"", "");
            search.add(!matcher.group(1).isEmpty(), operator, value, labels);
        }
        return search;
    }

    private void add(boolean not, String operator, String value, Map<String, String> labels) {
        switch (operator) {
            case "after", "newer" -> afterSecond = Math.max(afterSecond, second(value));
            case "before", "older" -> beforeSecond = Math.min(beforeSecond, second(value));
            default -> {
                Predicate<GmailItem> term = term(operator, value, labels);
                terms.add(not ? term.negate() : term);
                hidden |= !not
                        && operator.equals("in")
                        && List.of("trash", "spam", "anywhere").contains(value);
            }
        }
    }

    private static Predicate<GmailItem> term(String operator, String value, Map<String, String> labels) {
        String lower = value.toLowerCase(Locale.ROOT);
        return switch (operator) {
            case "in", "is", "label" -> place(lower, labels);
            case "has" ->
                item -> lower.equals("attachment")
                        && !parsed(item).attachments().isEmpty();
            case "rfc822msgid" ->
                item -> parsed(item).messageId().replaceAll("[<>]", "").equals(value.replaceAll("[<>]", ""));
            case "from" ->
                item -> parsed(item).from().stream()
                        .anyMatch(
                                from -> from.address().toLowerCase(Locale.ROOT).contains(lower));
            default -> item -> parsed(item).subject().toLowerCase(Locale.ROOT).contains(lower);
        };
    }

    private static Predicate<GmailItem> place(String name, Map<String, String> labels) {
        if (name.equals("anywhere")) {
            return item -> true;
        }
        if (name.equals("read")) {
            return item -> !item.has("UNREAD");
        }
        String system = PLACES.get(name);
        if (system != null) {
            return item -> item.has(system);
        }
        String plain = name.replace('/', '-').replace(' ', '-');
        return item -> item.labelIds().stream()
                .map(id -> labels.getOrDefault(id, id).toLowerCase(Locale.ROOT))
                .anyMatch(label -> label.equals(name)
                        || label.replace('/', '-').replace(' ', '-').equals(plain));
    }

    private static ParsedMail parsed(GmailItem item) {
        return item.mail().parsed();
    }

    private static long second(String value) {
        if (value.matches("\\d{5,18}")) {
            return Long.parseLong(value);
        }
        String[] parts = value.split("[/-]");
        try {
            LocalDate day =
                    LocalDate.of(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
            return day.atStartOfDay(PACIFIC).toEpochSecond();
        } catch (DateTimeException | NumberFormatException | ArrayIndexOutOfBoundsException noDate) {
            throw GmailFault.badRequest("Invalid query");
        }
    }

    /** True if the search itself asks for spam or trash. */
    boolean asksForHidden() {
        return hidden;
    }

    /** Whether a date in milliseconds lies in the searched stretch. */
    boolean holds(long millis, boolean includesBorders) {
        long second = Math.floorDiv(millis, 1_000);
        return second >= afterSecond && (includesBorders ? second <= beforeSecond : second < beforeSecond);
    }

    /** Whether the terms other than the dates hold. */
    boolean matches(GmailItem item) {
        for (Predicate<GmailItem> term : terms) {
            if (!term.test(item)) {
                return false;
            }
        }
        return true;
    }

    long afterSecond() {
        return afterSecond;
    }

    long beforeSecond() {
        return beforeSecond;
    }
}
