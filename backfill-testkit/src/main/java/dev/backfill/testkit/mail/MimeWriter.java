package dev.backfill.testkit.mail;

import dev.backfill.model.EmailAddress;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/** Writes headers, encoded text and parts of one message. Shares no code with the reader. Not thread-safe. */
final class MimeWriter {
    private static final int LINE = 76;
    private static final int WORD_BYTES = 42;
    private static final String HEX = "0123456789ABCDEF";
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(LINE, new byte[] {'\r', '\n'});

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(4_096);
    private final String charset;
    private final boolean rawHeaders;
    private final boolean splitCharacters;

    MimeWriter(String charset, boolean rawHeaders, boolean splitCharacters) {
        this.charset = charset;
        this.rawHeaders = rawHeaders;
        this.splitCharacters = splitCharacters;
    }

    MailBytes finish() {
        return MailBytes.own(out.toByteArray());
    }

    byte[] toByteArray() {
        return out.toByteArray();
    }

    void ascii(String text) {
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    void bytes(byte[] bytes) {
        out.writeBytes(bytes);
    }

    void line(String text) {
        ascii(text);
        ascii("\r\n");
    }

    /** Writes a header of text, encoded where it must be, folded where it may be. */
    void header(String name, String value) {
        ascii(name + ": ");
        phrase(value);
        ascii("\r\n");
    }

    void addresses(String name, List<EmailAddress> addresses) {
        ascii(name + ": ");
        for (int i = 0; i < addresses.size(); i++) {
            ascii(i == 0 ? "" : i % 2 == 0 ? ",\r\n " : ", ");
            address(addresses.get(i));
        }
        ascii("\r\n");
    }

    private void address(EmailAddress address) {
        String shown = address.name();
        if (shown == null) {
            ascii(address.address());
            return;
        }
        if (isAscii(shown)) {
            ascii(shown.matches("[A-Za-z0-9 ]+") ? shown : "\"" + shown.replace("\"", "\\\"") + "\"");
        } else {
            phrase(shown);
        }
        ascii(" <" + address.address() + ">");
    }

    private void phrase(String value) {
        if (isAscii(value)) {
            ascii(value.length() > LINE * 10 ? value.replaceAll("(.{40,70}) ", "$1\r\n ") : value);
        } else if (rawHeaders) {
            bytes(value.getBytes(StandardCharsets.UTF_8));
        } else {
            ascii(encodedWords(value));
        }
    }

    private String encodedWords(String value) {
        Charset own = Charset.forName(charset);
        String label = own.newEncoder().canEncode(value) ? charset : "utf-8";
        boolean stateful = label.startsWith("iso-2022");
        List<byte[]> pieces = splitCharacters && !stateful
                ? cut(value.getBytes(Charset.forName(label)))
                : cutAtCharacters(value, Charset.forName(label));
        boolean quoted = label.startsWith("iso-8859") || label.startsWith("windows");
        return pieces.stream()
                .map(piece -> "=?" + label + (quoted ? "?Q?" + quotedWord(piece) : "?B?" + base64Word(piece)) + "?=")
                .collect(Collectors.joining("\r\n "));
    }

    private static String base64Word(byte[] piece) {
        return Base64.getEncoder().encodeToString(piece);
    }

    private static String quotedWord(byte[] piece) {
        StringBuilder word = new StringBuilder();
        for (byte b : piece) {
            char c = (char) (b & 0xff);
            if (c == ' ') {
                word.append('_');
            } else if (c < 128 && Character.isLetterOrDigit(c)) {
                word.append(c);
            } else {
                word.append('=').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            }
        }
        return word.toString();
    }

    /** Cuts without regard to characters, as careless senders do. */
    private static List<byte[]> cut(byte[] bytes) {
        List<byte[]> pieces = new ArrayList<>();
        for (int i = 0; i < bytes.length; i += WORD_BYTES - 1) {
            pieces.add(Arrays.copyOfRange(bytes, i, Math.min(bytes.length, i + WORD_BYTES - 1)));
        }
        return pieces;
    }

    private static List<byte[]> cutAtCharacters(String value, Charset charset) {
        List<byte[]> pieces = new ArrayList<>();
        int from = 0;
        while (from < value.length()) {
            int to = from;
            int size = 0;
            while (to < value.length() && size < WORD_BYTES / 2) {
                to = value.offsetByCodePoints(to, 1);
                size = value.substring(from, to).getBytes(StandardCharsets.UTF_8).length;
            }
            pieces.add(value.substring(from, to).getBytes(charset));
            from = to;
        }
        return pieces;
    }

    /** Writes a part's content in a transfer encoding; text has its line ends as CRLF already. */
    void content(byte[] bytes, String encoding) {
        if (encoding.equals("base64")) {
            bytes(LINES.encode(bytes));
            ascii("\r\n");
        } else if (encoding.equals("quoted-printable")) {
            quotedPrintable(bytes);
        } else {
            bytes(bytes);
        }
    }

    private void quotedPrintable(byte[] bytes) {
        // The worst case: every byte escaped, and a soft line end after each 25 of them.
        byte[] encoded = new byte[bytes.length * 3 + bytes.length / 8 + 8];
        int size = 0;
        int column = 0;
        for (int i = 0; i < bytes.length; i++) {
            int c = bytes[i] & 0xff;
            if (c == '\r' && i + 1 < bytes.length && bytes[i + 1] == '\n') {
                encoded[size++] = '\r';
                encoded[size++] = '\n';
                column = 0;
                i++;
                continue;
            }
            boolean blankAtEnd = c == ' ' && (i + 1 == bytes.length || bytes[i + 1] == '\r');
            boolean plain = c >= ' ' && c < 127 && c != '=' && !blankAtEnd;
            int width = plain ? 1 : 3;
            if (column + width > LINE - 1) {
                encoded[size++] = '=';
                encoded[size++] = '\r';
                encoded[size++] = '\n';
                column = 0;
            }
            encoded[size++] = (byte) (plain ? c : '=');
            if (!plain) {
                encoded[size++] = (byte) HEX.charAt(c >> 4);
                encoded[size++] = (byte) HEX.charAt(c & 15);
            }
            column += width;
        }
        out.write(encoded, 0, size);
    }

    static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 126) {
                return false;
            }
        }
        return true;
    }
}
