package dev.backfill.testkit.mail;

import dev.backfill.model.EmailAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads address lists as mail clients do: the syntax first, encoded words in names afterwards. Groups give their members;
 * a comment stands in for a missing name; a semicolon separates as a comma does; what holds no address is a name with an
 * empty address, except a single word, which is a local user. A hidden recipient list is no address.
 */
final class AddressParser {
    private static final int MAX_COMMENT_DEPTH = 50;

    private static final Pattern AROUND_AT = Pattern.compile("\\s*@\\s*");
    private static final Pattern AROUND_AT_AND_DOT = Pattern.compile("\\s*([@.])\\s*");
    private static final Pattern COMMENT = Pattern.compile("\\([^()]*\\)");

    /** What mail servers write between angle brackets for a recipient list they hide. */
    private static final Pattern UNDISCLOSED =
            Pattern.compile("^undisclosed[ -]?recipients?\\s*:", Pattern.CASE_INSENSITIVE);

    private final String text;
    private int position;
    private final List<EmailAddress> found = new ArrayList<>();

    /** What stands before the angle bracket, or the bare address. */
    private final StringBuilder words = new StringBuilder();

    private final StringBuilder comment = new StringBuilder();
    private @Nullable String angle;
    private boolean quoted;

    private AddressParser(String text) {
        this.text = text;
    }

    static List<EmailAddress> parse(String raw) {
        List<EmailAddress> addresses = new AddressParser(raw).run();
        if (raw.contains("=?")
                && addresses.stream().allMatch(found -> found.address().isEmpty())) {
            // Some senders encode the whole header, address and all.
            String decoded = HeaderText.shown(raw);
            if (!decoded.equals(raw) && decoded.indexOf('@') >= 0) {
                return new AddressParser(decoded).run();
            }
        }
        return addresses;
    }

    private List<EmailAddress> run() {
        while (position < text.length()) {
            char c = text.charAt(position);
            switch (c) {
                case '"':
                    readQuoted();
                    break;
                case '(':
                    readComment();
                    break;
                case '<':
                    readAngle();
                    break;
                case ',':
                case ';':
                    end();
                    position++;
                    break;
                case ':':
                    readColon();
                    break;
                default:
                    words.append(c);
                    position++;
                    break;
            }
        }
        end();
        return List.copyOf(found);
    }

    private void readQuoted() {
        int i = position + 1;
        StringBuilder inner = new StringBuilder();
        while (i < text.length() && text.charAt(i) != '"') {
            if (text.charAt(i) == '\\' && i + 1 < text.length()) {
                i++;
            }
            inner.append(text.charAt(i++));
        }
        boolean localPart = i + 1 < text.length() && text.charAt(i + 1) == '@';
        words.append(localPart ? text.substring(position, i + 1) : inner.toString());
        quoted = true;
        position = i + 1;
    }

    private void readComment() {
        int depth = 1;
        int i = position + 1;
        StringBuilder inner = new StringBuilder();
        while (i < text.length() && depth > 0) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length()) {
                inner.append(text.charAt(++i));
            } else if (c == '(' && depth < MAX_COMMENT_DEPTH) {
                depth++;
                inner.append(c);
            } else if (c == ')' && --depth == 0) {
                break;
            } else {
                inner.append(c);
            }
            i++;
        }
        if (comment.length() == 0) {
            comment.append(inner);
        }
        position = i + 1;
    }

    private void readAngle() {
        int from = position + 1;
        while (from < text.length() && text.charAt(from) == '<') {
            from++;
        }
        int to = text.indexOf('>', from);
        int end = to < 0 ? text.length() : to;
        String inner = text.substring(from, end);
        if (angle == null || angle.isEmpty()) {
            angle = inner;
        }
        position = end + 1;
        while (position < text.length() && text.charAt(position) == '>') {
            position++;
        }
    }

    /** A colon ends a group's name; inside a bare word (mailto:a@b, IPv6 literals) it is part of the word. */
    private void readColon() {
        boolean groupName = words.indexOf("@") < 0 && !isMailto(words.toString());
        if (groupName) {
            words.setLength(0);
            comment.setLength(0);
            quoted = false;
        } else {
            words.append(':');
        }
        position++;
    }

    private static boolean isMailto(String word) {
        return word.strip().equalsIgnoreCase("mailto");
    }

    private void end() {
        String before = words.toString().strip();
        if (angle != null) {
            add(before.isEmpty() ? comment.toString() : before, address(angle));
        } else if (before.isEmpty()) {
            // Nothing, or a comment that belongs to nobody.
            comment.setLength(0);
        } else if (before.indexOf('@') >= 0 && !before.startsWith("=?")) {
            endBare(before);
        } else if (!quoted && before.indexOf(' ') < 0 && !before.startsWith("=?")) {
            add(comment.toString(), before);
        } else {
            add(before, "");
        }
        words.setLength(0);
        comment.setLength(0);
        angle = null;
        quoted = false;
    }

    /** Ends an entry without angle brackets: an address, perhaps with blanks in it, or words around addresses. */
    private void endBare(String before) {
        String whole = address(before);
        if (whole.indexOf(' ') < 0 || whole.startsWith("\"")) {
            add(comment.toString(), whole);
            return;
        }
        StringBuilder name = new StringBuilder();
        for (String word : AROUND_AT.matcher(before).replaceAll("@").split(" +")) {
            if (word.indexOf('@') < 0) {
                name.append(name.length() == 0 ? "" : " ").append(word);
            } else {
                add(name.toString(), word);
                name.setLength(0);
            }
        }
    }

    private void add(String name, String address) {
        String shown = HeaderText.shown(name).strip();
        if (!(shown.isEmpty() && address.isEmpty()) && !isUndisclosed(address)) {
            found.add(new EmailAddress(shown.isEmpty() ? null : shown, address));
        }
    }

    private static String address(String raw) {
        String address = raw.strip();
        if (address.regionMatches(true, 0, "mailto:", 0, 7)) {
            address = address.substring(7);
        }
        int route = address.startsWith("@") ? address.indexOf(':') : -1;
        address = address.substring(route + 1);
        if (address.indexOf('"') >= 0 || isPlain(address)) {
            return address;
        }
        return AROUND_AT_AND_DOT
                .matcher(COMMENT.matcher(address).replaceAll(""))
                .replaceAll("$1")
                .strip();
    }

    private static boolean isUndisclosed(String address) {
        return address.regionMatches(true, 0, "undisclosed", 0, 11)
                && UNDISCLOSED.matcher(address).find();
    }

    private static boolean isPlain(String address) {
        for (int i = 0; i < address.length(); i++) {
            if (address.charAt(i) <= ' ' || address.charAt(i) == '(') {
                return false;
            }
        }
        return true;
    }
}
