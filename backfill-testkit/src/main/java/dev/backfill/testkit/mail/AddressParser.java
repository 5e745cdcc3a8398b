package dev.backfill.testkit.mail;

import dev.backfill.model.EmailAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads address lists as mail clients do: the syntax first, encoded words in names afterwards. Groups give their members;
 * a comment stands in for a missing name; a semicolon separates as a comma does; what holds no address is a name with an
 * empty address, except a single word, which is a local user.
 */
final class AddressParser {
    private static final int MAX_COMMENT_DEPTH = 50;

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
        String address = angle == null ? "" : address(angle);
        String name = before;
        if (angle == null) {
            boolean bare = before.indexOf('@') >= 0 || !quoted && !before.isEmpty() && before.indexOf(' ') < 0;
            boolean encoded = before.startsWith("=?");
            address = bare && !encoded ? address(before) : "";
            name = bare && !encoded ? "" : before;
        }
        if (name.isEmpty()) {
            name = comment.toString().strip();
        }
        String shown = HeaderText.shown(name).strip();
        if (!address.isEmpty() || !shown.isEmpty()) {
            found.add(new EmailAddress(shown.isEmpty() ? null : shown, address));
        }
        words.setLength(0);
        comment.setLength(0);
        angle = null;
        quoted = false;
    }

    private static String address(String raw) {
        String address = raw.strip();
        if (address.regionMatches(true, 0, "mailto:", 0, 7)) {
            address = address.substring(7);
        }
        int route = address.startsWith("@") ? address.indexOf(':') : -1;
        address = address.substring(route + 1);
        if (address.indexOf('"') >= 0) {
            return address;
        }
        address = address.replaceAll("\\([^()]*\\)", "");
        return address.replaceAll("\\s*([@.])\\s*", "$1").strip();
    }
}
