package dev.backfill.testkit.mail;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Makes files to attach. */
final class Attachments {
    private static final byte[] PDF = "%PDF-1.4\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final byte[] ZIP = {'P', 'K', 3, 4};
    private static final byte[] TNEF = {0x78, (byte) 0x9f, 0x3e, 0x22};
    private static final List<String> NAMES =
            List.of("report", "invoice 2023", "minutes", "plan (final)", "Übersicht", "資料", "отчёт");

    private Attachments() {}

    static void file(Draft draft, Dice dice, int size) {
        String name = dice.pick(NAMES);
        Draft.NameStyle style = MimeWriter.isAscii(name) ? Draft.NameStyle.PLAIN : Draft.NameStyle.RFC_2231;
        if (dice.percent(60)) {
            draft.attached.add(attachment(name + ".pdf", "application/pdf", style, content(PDF, dice, size)));
        } else if (dice.percent(50)) {
            draft.attached.add(attachment(name + ".zip", "application/zip", style, content(ZIP, dice, size)));
        } else {
            draft.attached.add(attachment(name + ".png", "image/png", style, content(PNG, dice, size)));
        }
    }

    static Draft.File named(String name, Draft.NameStyle style, Dice dice, int size) {
        return attachment(name, "application/pdf", style, content(PDF, dice, size));
    }

    static Draft.File image(String contentId, Dice dice, int size) {
        return new Draft.File(
                "logo.png", "image/png", "inline", contentId, Draft.NameStyle.PLAIN, content(PNG, dice, size));
    }

    static Draft.File winmail(Dice dice, int size) {
        return attachment("winmail.dat", "application/ms-tnef", Draft.NameStyle.PLAIN, content(TNEF, dice, size));
    }

    static Draft.File text(String words) {
        return attachment("notes.txt", "text/plain", Draft.NameStyle.PLAIN, MailBytes.utf8(words));
    }

    static Draft.File attachment(String name, String contentType, Draft.NameStyle style, MailBytes content) {
        return new Draft.File(name, contentType, "attachment", null, style, content);
    }

    private static MailBytes content(byte[] start, Dice dice, int size) {
        byte[] bytes = new byte[size];
        dice.fill(bytes);
        System.arraycopy(start, 0, bytes, 0, Math.min(start.length, size));
        return MailBytes.own(bytes);
    }
}
