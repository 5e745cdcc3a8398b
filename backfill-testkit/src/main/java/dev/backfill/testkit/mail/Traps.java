package dev.backfill.testkit.mail;

import dev.backfill.model.EmailAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts a {@link Trap} into a draft. */
final class Traps {
    private static final int MANY = 130;

    private Traps() {}

    static void apply(Trap trap, Draft draft, Dice dice, GeneratorOptions options) {
        switch (trap) {
            case EMPTY_SUBJECT -> draft.subject = "";
            case NO_SUBJECT -> draft.subject = null;
            case LONG_SUBJECT -> draft.subject = Language.FRENCH.words(dice, 160);
            case SPLIT_CHARACTERS -> splitCharacters(draft, dice);
            case EMOJI -> speak(draft, Language.EMOJI, dice);
            case HEBREW -> speak(draft, Language.HEBREW, dice);
            case ARABIC -> speak(draft, Language.ARABIC, dice);
            case NO_DATE -> draft.date = null;
            case ABSURD_DATE -> draft.rawDate = "Mon, 31 Feb 1899 27:61:00 +9900";
            case NO_RECIPIENTS -> to(draft, null);
            case UNDISCLOSED_RECIPIENTS -> to(draft, "undisclosed-recipients:;");
            case GROUP_ADDRESS -> group(draft);
            case MANY_RECIPIENTS -> manyRecipients(draft);
            case NO_MESSAGE_ID -> draft.messageId = null;
            case RAW_HEADERS -> rawHeaders(draft, dice);
            case EMPTY_BODY -> emptyBody(draft);
            case LARGE_BODY -> plain(draft, Language.ENGLISH.text(dice, options.maxBodyBytes()));
            case BCC_AND_REPLY_TO -> bccAndReplyTo(draft, dice);
            case LINE_FEEDS_ONLY -> lineFeedsOnly(draft);
            default -> applyToParts(trap, draft, dice, options.attachmentBytes());
        }
    }

    private static void applyToParts(Trap trap, Draft draft, Dice dice, int size) {
        switch (trap) {
            case WRONG_CHARSET_LABEL -> label(draft, dice, "x-unknown");
            case NO_CHARSET_LABEL -> label(draft, dice, null);
            case LIST_FOOTER -> listFooter(draft, dice);
            case UNCLOSED_MULTIPART -> draft.layout = Draft.Layout.UNCLOSED;
            case SIGNED -> draft.layout = Draft.Layout.SIGNED;
            case REPORT -> report(draft, dice);
            case CALENDAR -> draft.calendar = Calendar.invitation(dice, draft.received);
            case WINMAIL -> draft.attached.add(Attachments.winmail(dice, size));
            case FORWARDED_MESSAGE -> draft.attached.add(forwarded(dice));
            case INLINE_IMAGE -> inlineImage(draft, dice, size);
            case NAME_RFC_2231 ->
                draft.attached.add(
                        Attachments.named("Bericht für März – endgültig.pdf", Draft.NameStyle.RFC_2231, dice, size));
            case NAME_RFC_2047 ->
                draft.attached.add(Attachments.named("資料（最終版）.pdf", Draft.NameStyle.RFC_2047, dice, size));
            case TEXT_ATTACHMENT -> draft.attached.add(Attachments.text(Language.GERMAN.text(dice, 300)));
            default -> throw new IllegalStateException("no such trap: " + trap);
        }
    }

    private static void speak(Draft draft, Language language, Dice dice) {
        draft.charset = "utf-8";
        draft.charsetLabel = "utf-8";
        draft.encoding = dice.pick(List.of("8bit", "quoted-printable", "base64"));
        draft.subject = language.words(dice, 6);
        draft.text = language.text(dice, 400);
        draft.html = Html.page(draft.subject, draft.text, null);
    }

    private static void splitCharacters(Draft draft, Dice dice) {
        speak(draft, Language.JAPANESE, dice);
        draft.subject = Language.JAPANESE.words(dice, 30);
        draft.splitCharacters = true;
    }

    private static void rawHeaders(Draft draft, Dice dice) {
        speak(draft, Language.GERMAN, dice);
        draft.rawHeaders = true;
    }

    private static void label(Draft draft, Dice dice, @Nullable String label) {
        speak(draft, Language.RUSSIAN, dice);
        draft.charsetLabel = label;
        draft.encoding = "8bit";
    }

    private static void to(Draft draft, @Nullable String raw) {
        draft.to.clear();
        draft.cc.clear();
        draft.rawTo = raw;
    }

    private static void group(Draft draft) {
        to(draft, "The Team: \"Lind, Ada\" <ada@example.org>, bo@example.net;, carla@example.com (Carla Diaz)");
        draft.to.add(new EmailAddress("Lind, Ada", "ada@example.org"));
        draft.to.add(new EmailAddress(null, "bo@example.net"));
        draft.to.add(new EmailAddress("Carla Diaz", "carla@example.com"));
    }

    private static void manyRecipients(Draft draft) {
        for (int i = 0; i < MANY; i++) {
            (i % 2 == 0 ? draft.to : draft.cc).add(People.person(i));
        }
    }

    private static void bccAndReplyTo(Draft draft, Dice dice) {
        draft.bcc.add(People.person(dice));
        draft.replyTo.add(People.person(dice));
        draft.replyTo.add(People.person(dice));
    }

    private static void plain(Draft draft, String text) {
        draft.text = text;
        draft.html = null;
        draft.charset = "utf-8";
        draft.charsetLabel = "utf-8";
    }

    private static void emptyBody(Draft draft) {
        plain(draft, "");
        draft.attached.clear();
        draft.encoding = "7bit";
    }

    private static void lineFeedsOnly(Draft draft) {
        // Bare line feeds cannot be told from content in binary parts, so this message has none.
        draft.attached.clear();
        draft.lineFeedsOnly = true;
    }

    private static void listFooter(Draft draft, Dice dice) {
        plain(draft, Language.ENGLISH.text(dice, 500));
        draft.layout = Draft.Layout.LIST_FOOTER;
        draft.footer = "_______________\nlist@lists.example.org\nhttps://lists.example.org/\n";
    }

    private static void report(Draft draft, Dice dice) {
        plain(draft, Language.ENGLISH.text(dice, 300));
        draft.layout = Draft.Layout.REPORT;
        draft.attached.clear();
        draft.attached.add(new Draft.File(
                "",
                "message/delivery-status",
                "",
                null,
                Draft.NameStyle.PLAIN,
                MailBytes.utf8("Reporting-MTA: dns; mx.example.org\r\n\r\n"
                        + "Final-Recipient: rfc822; nobody@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n")));
    }

    private static void inlineImage(Draft draft, Dice dice, int size) {
        speak(draft, Language.ENGLISH, dice);
        String contentId = "img" + dice.below(1_000_000) + "@example.com";
        draft.html = Html.page(draft.subject, draft.text == null ? "" : draft.text, contentId);
        draft.inline.add(Attachments.image(contentId, dice, size));
    }

    private static Draft.File forwarded(Dice dice) {
        MailBytes inner = MailBytes.utf8("From: ada@example.org\r\nTo: bo@example.net\r\nSubject: inner message\r\n"
                + "Date: Mon, 04 Mar 2019 10:00:00 +0000\r\n\r\n"
                + Language.ENGLISH.text(dice, 200).replace("\n", "\r\n"));
        return Attachments.attachment("inner.eml", "message/rfc822", Draft.NameStyle.PLAIN, inner);
    }
}
