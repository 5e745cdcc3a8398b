package dev.backfill.testkit.mail;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Splits an mbox file. A message begins at a "From " line with a time in it, at the start of the file or after a blank line
 * (text may say "From now on" unquoted); in a message one {@code >} is taken off each quoted "From " line, as mboxrd says and
 * mboxo files need.
 */
final class Mbox {
    private static final Pattern SEPARATOR = Pattern.compile("From .*\\d{1,2}:\\d{2}.*");

    private final byte[] bytes;

    private Mbox(byte[] bytes) {
        this.bytes = bytes;
    }

    static boolean isMbox(MailBytes file) {
        return startsWith(file.lend(), 0, "From ");
    }

    static List<MailBytes> split(MailBytes file) {
        return new Mbox(file.lend()).split();
    }

    private List<MailBytes> split() {
        List<MailBytes> messages = new ArrayList<>();
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        int at = nextLine(0);
        boolean afterBlank = false;
        while (at < bytes.length) {
            int next = nextLine(at);
            if (afterBlank && isSeparator(at, next)) {
                messages.add(withoutLastBlankLine(message.toByteArray()));
                message.reset();
            } else {
                int from = isQuotedFrom(at) ? at + 1 : at;
                message.write(bytes, from, next - from);
            }
            afterBlank = isBlank(at, next);
            at = next;
        }
        messages.add(withoutLastBlankLine(message.toByteArray()));
        return messages;
    }

    private boolean isSeparator(int from, int to) {
        return startsWith(bytes, from, "From ")
                && SEPARATOR
                        .matcher(new String(bytes, from, to - from, StandardCharsets.ISO_8859_1).strip())
                        .matches();
    }

    private boolean isQuotedFrom(int at) {
        int i = at;
        while (i < bytes.length && bytes[i] == '>') {
            i++;
        }
        return i > at && startsWith(bytes, i, "From ");
    }

    private boolean isBlank(int from, int to) {
        return bytes[from] == '\n' || to - from == 2 && bytes[from] == '\r';
    }

    private int nextLine(int from) {
        int i = from;
        while (i < bytes.length && bytes[i] != '\n') {
            i++;
        }
        return Math.min(bytes.length, i + 1);
    }

    /** The blank line before a separator belongs to the mbox. */
    private static MailBytes withoutLastBlankLine(byte[] message) {
        int end = message.length;
        if (end > 0 && message[end - 1] == '\n') {
            int line = end - 1 > 0 && message[end - 2] == '\r' ? end - 2 : end - 1;
            end = line > 0 && message[line - 1] == '\n' ? line : end;
        }
        return end == message.length ? MailBytes.own(message) : MailBytes.own(Arrays.copyOf(message, end));
    }

    private static boolean startsWith(byte[] bytes, int at, String ascii) {
        if (at + ascii.length() > bytes.length) {
            return false;
        }
        for (int i = 0; i < ascii.length(); i++) {
            if (bytes[at + i] != ascii.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
