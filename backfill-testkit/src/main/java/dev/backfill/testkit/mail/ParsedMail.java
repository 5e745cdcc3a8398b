package dev.backfill.testkit.mail;

import dev.backfill.model.EmailAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A message decoded as a good mail client shows it. Reading one never fails, whatever the bytes: what cannot be understood
 * becomes the best that can be made of it, and {@link #failure()} says when the parts could not be told apart. Immutable and
 * thread-safe; {@link #toString()} hides everything.
 *
 * <p>The rules, so that others can be written from them alone:
 *
 * <ul>
 *   <li><b>Headers.</b> Unfolded (line ends dropped, a tab becomes a blank), trimmed. Bytes above 127 are UTF-8 if they are
 *       valid UTF-8, else in the charset that the first text part names, else windows-1252. Encoded words are decoded
 *       wherever they stand. Where a field stands twice the first counts, except that the lists of To, Cc, Bcc and Reply-To
 *       are joined.
 *   <li><b>Charsets.</b> A label that is missing, unknown or US-ASCII does not bind: 8-bit bytes are then UTF-8 if valid,
 *       else windows-1252; 7-bit ones with the escapes of ISO-2022-JP are that. ISO-8859-1 is read as windows-1252, GB2312 as
 *       GB18030, and so on with the other supersets that senders mean. Undecodable bytes become U+FFFD.
 *   <li><b>Bodies.</b> A text/plain or text/html part is a body unless its disposition is {@code attachment}, or it is not
 *       the first part of its multipart and has a file name or its multipart is a multipart/related. A message that is a
 *       single text part of any kind is a body. Several plain parts are joined by a line feed in their order, several HTML
 *       parts too; line ends inside a part stay as they are.
 *   <li><b>Attachments.</b> Every other leaf, in order; an inner message is one attachment whose bytes are its MIME.
 * </ul>
 */
public final class ParsedMail {
    /** How many parts a message may have before it counts as unreadable: {@value}. */
    public static final int MAX_PARTS = 10_000;

    private static final Pattern MESSAGE_ID = Pattern.compile("<[^<>]*>");

    private final ParsedPart root;
    private final @Nullable ParseFailure failure;
    private final @Nullable String textBody;
    private final @Nullable String htmlBody;
    private final List<MailAttachment> attachments;
    /** Address lists by header name, read when first asked for. */
    private final Map<String, List<EmailAddress>> addresses = new ConcurrentHashMap<>(8);

    private ParsedMail(ParsedPart root, @Nullable ParseFailure failure) {
        this.root = root;
        this.failure = failure;
        BodyPicker bodies = BodyPicker.of(root);
        this.textBody = bodies.text();
        this.htmlBody = bodies.html();
        this.attachments = bodies.attachments();
    }

    /**
     * Reads a message. Takes some tens of microseconds for a usual one; does not block.
     *
     * @param mime the message's bytes, whatever they are
     * @return the message; never null, never an exception
     */
    public static ParsedMail parse(MailBytes mime) {
        MimeReader reader = MimeReader.read(mime);
        MimeNode root = reader.root();
        return new ParsedMail(root.toPart(root.headerCharset()), reader.failure());
    }

    /** {@return why the parts could not be told apart; empty when they could} */
    public Optional<ParseFailure> failure() {
        return Optional.ofNullable(failure);
    }

    /** {@return the MIME tree} */
    public ParsedPart root() {
        return root;
    }

    /** {@return all header fields of the message in order} */
    public List<MailHeader> headers() {
        return root.headers();
    }

    /**
     * Finds the first header field with a name.
     *
     * @param name the name, any case
     * @return the field, or empty
     */
    public Optional<MailHeader> header(String name) {
        return root.header(name);
    }

    /** {@return the subject, decoded; empty when there is none} */
    public String subject() {
        return header("Subject").map(MailHeader::value).orElse("");
    }

    /** {@return the authors, usually one; empty when the message names none} */
    public List<EmailAddress> from() {
        return addresses.computeIfAbsent(
                "From",
                name -> header(name)
                        .map(field -> AddressParser.parse(field.raw()))
                        .orElse(List.of()));
    }

    /** {@return who sent the message for the author; empty when it does not say} */
    public Optional<EmailAddress> sender() {
        return addresses("Sender").stream().findFirst();
    }

    /** {@return the To recipients in order} */
    public List<EmailAddress> to() {
        return addresses("To");
    }

    /** {@return the Cc recipients in order} */
    public List<EmailAddress> cc() {
        return addresses("Cc");
    }

    /** {@return the Bcc recipients in order} */
    public List<EmailAddress> bcc() {
        return addresses("Bcc");
    }

    /** {@return the Reply-To addresses in order} */
    public List<EmailAddress> replyTo() {
        return addresses("Reply-To");
    }

    private List<EmailAddress> addresses(String name) {
        return addresses.computeIfAbsent(name, this::readAddresses);
    }

    private List<EmailAddress> readAddresses(String name) {
        List<EmailAddress> all = new ArrayList<>();
        for (MailHeader field : headers()) {
            if (field.is(name)) {
                all.addAll(AddressParser.parse(field.raw()));
            }
        }
        return List.copyOf(all);
    }

    /** {@return the Date header in whole seconds; empty when it is missing, unreadable or outside the years 1970 to 2099} */
    public Optional<Instant> date() {
        return header("Date").flatMap(field -> MailDates.parse(field.raw()));
    }

    /** {@return the Message-ID header as it stands, usually with angle brackets; empty when there is none} */
    public String messageId() {
        return header("Message-ID").map(MailHeader::raw).orElse("");
    }

    /** {@return the In-Reply-To header as it stands; empty when there is none} */
    public String inReplyTo() {
        return header("In-Reply-To").map(MailHeader::raw).orElse("");
    }

    /** {@return the ids of the References header in order, angle brackets included; its words where it has no brackets} */
    public List<String> references() {
        return header("References").map(field -> ids(field.raw())).orElse(List.of());
    }

    /** Reads message ids: what stands in angle brackets, or the words where there are none. */
    static List<String> ids(String raw) {
        List<String> ids = new ArrayList<>();
        Matcher matcher = MESSAGE_ID.matcher(raw);
        while (matcher.find()) {
            ids.add(matcher.group());
        }
        if (ids.isEmpty() && !raw.isBlank()) {
            ids.addAll(List.of(raw.strip().split("\\s+")));
        }
        return List.copyOf(ids);
    }

    /** {@return the plain text body, line ends as they stand; null when the message has none} */
    public @Nullable String textBody() {
        return textBody;
    }

    /** {@return the HTML body, line ends as they stand; null when the message has none} */
    public @Nullable String htmlBody() {
        return htmlBody;
    }

    /** {@return what is attached, in order} */
    public List<MailAttachment> attachments() {
        return attachments;
    }

    /** {@return a text that hides the content} */
    @Override
    public String toString() {
        return "ParsedMail[" + root.contentType() + ", " + attachments.size() + " attachments]";
    }
}
