package dev.backfill.testkit.mail;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Damages a message as networks, disks and careless programs do, and as attackers would. */
final class MailMutation {
    private static final List<String> JUNK = List.of(
            "\r\n",
            "\n\n",
            "\0",
            "=?",
            "?=",
            "=?utf-8?B?",
            "--",
            "\r\n--b\r\n",
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n",
            "Content-Type: message/rfc822\r\n",
            "Content-Transfer-Encoding: base64\r\n",
            "Content-Type: text/plain; charset=utf-16\r\n",
            "charset=",
            "=",
            "\"",
            "(((",
            "<<>",
            ":;",
            "name*0*=a''%",
            "\u00ff\u00fe");

    private MailMutation() {}

    static MailBytes mutate(MailBytes mail, Dice dice) {
        byte[] bytes = mail.toByteArray();
        for (int i = dice.between(1, 6); i > 0; i--) {
            bytes = once(bytes, dice);
        }
        return MailBytes.copyOf(bytes);
    }

    private static byte[] once(byte[] bytes, Dice dice) {
        int at = dice.below(bytes.length + 1);
        int length = Math.min(bytes.length - at, dice.below(60));
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + 100);
        out.write(bytes, 0, at);
        switch (dice.below(6)) {
            case 0 -> out.writeBytes(dice.pick(JUNK).getBytes(StandardCharsets.ISO_8859_1));
            case 1 -> at += length;
            case 2 -> out.write(bytes, at, length);
            case 3 -> at = bytes.length;
            case 4 -> {
                byte[] noise = new byte[dice.below(20)];
                dice.fill(noise);
                out.writeBytes(noise);
            }
            default -> {
                if (at < bytes.length) {
                    out.write(bytes[at] ^ 1 << dice.below(8));
                    at++;
                }
            }
        }
        out.write(bytes, at, bytes.length - at);
        return out.toByteArray();
    }
}
