package dev.backfill.testkit.mail;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Makes the 16 hexadecimal digits that name a message; the first bit stays 0, so that they fit Java's long. */
final class MailIds {
    private MailIds() {}

    static String fromContent(String place, MailBytes mime) {
        byte[] prefix = (place + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] all = new byte[prefix.length + mime.size()];
        System.arraycopy(prefix, 0, all, 0, prefix.length);
        System.arraycopy(mime.lend(), 0, all, prefix.length, mime.size());
        return of(HexFormat.fromHexDigitsToLong(Sha256.hex(all).substring(0, 16)));
    }

    static String of(long bits) {
        return HexFormat.of().toHexDigits(bits & Long.MAX_VALUE);
    }
}
