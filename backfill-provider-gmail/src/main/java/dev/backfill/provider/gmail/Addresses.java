package dev.backfill.provider.gmail;

import dev.backfill.model.EmailAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads lists of addresses as mail clients do: first the syntax, then encoded words in the names. A group gives its members, a
 * comment stands in for a name, a semicolon ends an address as a comma does. What has no address is kept as a name with an
 * empty address; a single word without one is the name of a local user and is kept as the address.
 *
 * <p>Not mime4j's: its core has no lenient parser of addresses.
 */
final class Addresses {
    private static final Pattern SPACED_AT = Pattern.compile("\\s*([@.])\\s*");
    private static final Pattern COMMENT = Pattern.compile("\\([^()]*\\)");
    private static final Pattern HIDDEN = Pattern.compile("(?i)undisclosed[ -]?recipients?\\s*:.*");

    /** One entry of the list while it is read. */
    private static final class Entry {
        private final StringBuilder phrase = new StringBuilder();
        private @Nullable String comment;
        private @Nullable String angle;
        private boolean quoted;
    }

    private final String text;
    private int at;
    private Entry entry = new Entry();
    private final List<EmailAddress> found = new ArrayList<>();

    private Addresses(String text) {
        this.text = text;
    }

    static List<EmailAddress> parse(String value) {
        String line = HeaderText.unfolded(value);
        List<EmailAddress> addresses = new Addresses(line).read();
        boolean none = addresses.stream().allMatch(address -> address.address().isEmpty());
        if (none && line.contains("=?")) {
            // Some senders encode the whole field, addresses and all.
            String shown = HeaderText.shown(line);
            if (shown.contains("@")) {
                return new Addresses(shown).read();
            }
        }
        return addresses;
    }

    private List<EmailAddress> read() {
        while (at < text.length()) {
            char c = text.charAt(at);
            switch (c) {
                case '"' -> quotedString();
                case '(' -> comment();
                case '<' -> angle();
                case ',', ';' -> {
                    finish();
                    at++;
                }
                case ':' -> colon();
                default -> {
                    entry.phrase.append(c);
                    at++;
                }
            }
        }
        finish();
        return List.copyOf(found);
    }

    /** A quoted string is a name, its quotes left out, unless an at-sign follows: then it is the local part, quotes and all. */
    private void quotedString() {
        int start = at++;
        StringBuilder inner = new StringBuilder();
        while (at < text.length() && text.charAt(at) != '"') {
            if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                at++;
            }
            inner.append(text.charAt(at++));
        }
        at = Math.min(at + 1, text.length());
        boolean localPart = at < text.length() && text.charAt(at) == '@';
        entry.phrase.append(localPart ? text.substring(start, at) : inner);
        entry.quoted = true;
    }

    private void comment() {
        int depth = 0;
        StringBuilder inner = new StringBuilder();
        do {
            char c = text.charAt(at++);
            if (c == '\\' && at < text.length()) {
                inner.append(text.charAt(at++));
                continue;
            }
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            boolean border = depth == 0 || c == '(' && depth == 1;
            if (!border) {
                inner.append(c);
            }
        } while (depth > 0 && at < text.length());
        if (entry.comment == null) {
            entry.comment = inner.toString();
        }
    }

    private void angle() {
        while (at < text.length() && text.charAt(at) == '<') {
            at++;
        }
        int end = text.indexOf('>', at);
        String inner = text.substring(at, end < 0 ? text.length() : end);
        if (entry.angle == null || entry.angle.isEmpty()) {
            entry.angle = inner;
        }
        at = end < 0 ? text.length() : end;
        while (at < text.length() && text.charAt(at) == '>') {
            at++;
        }
    }

    /** A colon ends the name of a group, unless it stands in an address. */
    private void colon() {
        String before = entry.phrase.toString().strip();
        if (before.contains("@") || before.equalsIgnoreCase("mailto")) {
            entry.phrase.append(':');
        } else {
            entry = new Entry();
        }
        at++;
    }

    private void finish() {
        Entry done = entry;
        entry = new Entry();
        String phrase = done.phrase.toString().strip();
        String comment = done.comment == null ? "" : done.comment;
        boolean encoded = phrase.startsWith("=?");
        if (done.angle != null) {
            add(phrase.isEmpty() ? comment : phrase, clean(done.angle));
        } else if (phrase.contains("@") && !encoded) {
            bare(phrase, comment);
        } else if (!done.quoted && !encoded && !phrase.contains(" ")) {
            if (!phrase.isEmpty()) {
                add(comment, phrase);
            }
        } else {
            add(phrase, "");
        }
    }

    /** An address without brackets, or several with words around them. */
    private void bare(String phrase, String comment) {
        String whole = clean(phrase);
        if (!whole.contains(" ")) {
            add(comment, whole);
            return;
        }
        List<String> name = new ArrayList<>();
        for (String word : phrase.replaceAll("\\s*@\\s*", "@").split("\\s+")) {
            if (word.contains("@")) {
                add(String.join(" ", name), word);
                name.clear();
            } else {
                name.add(word);
            }
        }
    }

    private void add(String name, String address) {
        String shown = HeaderText.shown(name);
        if (shown.isEmpty() && address.isEmpty() || HIDDEN.matcher(address).matches()) {
            return;
        }
        found.add(new EmailAddress(shown.isEmpty() ? null : shown, address));
    }

    /** An address without its route, the word mailto, comments, and blanks around its dots and its at-sign. */
    private static String clean(String raw) {
        String address = raw.strip();
        if (address.toLowerCase(Locale.ROOT).startsWith("mailto:")) {
            address = address.substring("mailto:".length());
        }
        if (address.startsWith("@") && address.contains(":")) {
            address = address.substring(address.indexOf(':') + 1);
        }
        if (address.contains("\"")) {
            return address;
        }
        return SPACED_AT
                .matcher(COMMENT.matcher(address).replaceAll(""))
                .replaceAll("$1")
                .strip();
    }
}
