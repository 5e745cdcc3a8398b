package dev.backfill.testkit.mail;

import dev.backfill.model.EmailAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A message before it becomes MIME: what a reader must find again. Not thread-safe; lives while one message is made. */
final class Draft {
    /** How a body is laid out. */
    enum Layout {
        SINGLE,
        SIGNED,
        REPORT,
        LIST_FOOTER,
        UNCLOSED
    }

    /** How a file name is written. */
    enum NameStyle {
        PLAIN,
        RFC_2231,
        RFC_2047
    }

    /** Something attached. */
    record File(
            String name,
            String contentType,
            String disposition,
            @Nullable String contentId,
            NameStyle nameStyle,
            MailBytes content) {}

    @Nullable
    String subject = "";

    List<EmailAddress> from = List.of();
    List<EmailAddress> to = new ArrayList<>();
    List<EmailAddress> cc = new ArrayList<>();
    List<EmailAddress> bcc = new ArrayList<>();
    List<EmailAddress> replyTo = new ArrayList<>();

    /** Written instead of the To list when present. */
    @Nullable
    String rawTo;

    @Nullable
    Instant date;

    /** Written instead of the date when present. */
    @Nullable
    String rawDate;

    @Nullable
    String messageId;

    @Nullable
    String inReplyTo;

    List<String> references = List.of();

    @Nullable
    String text;

    @Nullable
    String html;

    String charset = "utf-8";
    /** Null when the part does not name its charset. */
    @Nullable
    String charsetLabel = "utf-8";

    String encoding = "quoted-printable";
    Layout layout = Layout.SINGLE;
    String importance = "normal";
    boolean rawHeaders;
    boolean splitCharacters;
    boolean lineFeedsOnly;
    Instant received = Instant.EPOCH;

    /** Shown inside the HTML. */
    final List<File> inline = new ArrayList<>();

    final List<File> attached = new ArrayList<>();
    /** A calendar invitation beside the bodies. */
    @Nullable
    String calendar;

    /** The second text part of {@link Layout#LIST_FOOTER}. */
    String footer = "";
}
