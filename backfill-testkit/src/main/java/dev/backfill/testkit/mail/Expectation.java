package dev.backfill.testkit.mail;

import dev.backfill.model.EmailAddress;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Derives the canonical text of every wire field of one message. */
final class Expectation {
    private final Profile profile;
    private final StoredMail stored;
    private final ParsedMail mail;
    private final Map<WireField, String> texts = new EnumMap<>(WireField.class);

    private Expectation(Profile profile, StoredMail stored) {
        this.profile = profile;
        this.stored = stored;
        this.mail = stored.parsed();
    }

    static Map<WireField, String> of(Profile profile, StoredMail stored, String threadId) {
        Expectation expectation = new Expectation(profile, stored);
        expectation.texts.put(WireField.THREAD_ID, threadId);
        expectation.texts.put(WireField.PROVIDER, profile.provider());
        expectation.content();
        expectation.addresses();
        expectation.mailbox();
        expectation.headers();
        expectation.attachments();
        return expectation.texts;
    }

    private void content() {
        texts.put(WireField.SUBJECT, mail.subject());
        String html = mail.htmlBody();
        String text = profile.bodies() == Profile.Bodies.RICHEST && html != null ? null : mail.textBody();
        texts.put(WireField.BODY_TEXT, Canonical.body(text));
        texts.put(WireField.BODY_HTML, Canonical.body(html));
        texts.put(WireField.BODY, Canonical.body(text == null || text.isEmpty() ? orEmpty(html) : text));
        texts.put(WireField.MIME_TYPE, Canonical.value(mimeType(text, html)));
        boolean known = profile.size() == Profile.Size.MIME;
        texts.put(WireField.SIZE_BYTES, Canonical.value(known ? stored.mime().size() : null));
    }

    private @Nullable String mimeType(@Nullable String text, @Nullable String html) {
        if (html != null) {
            return "text/html";
        }
        return text != null ? "text/plain" : profile.mimeTypeWithoutBody();
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private void addresses() {
        texts.put(
                WireField.FROM_ADDRESS,
                mail.from().stream().findFirst().map(EmailAddress::address).orElse(""));
        texts.put(WireField.TO_ADDRESSES, addresses(mail.to()));
        texts.put(WireField.CC_ADDRESSES, addresses(mail.cc()));
        texts.put(WireField.BCC_ADDRESSES, addresses(mail.bcc()));
        texts.put(WireField.REPLY_TO, addresses(mail.replyTo()));
    }

    private static String addresses(List<EmailAddress> addresses) {
        return Canonical.list(addresses.stream()
                .map(EmailAddress::address)
                .filter(address -> !address.isEmpty())
                .toList());
    }

    private void mailbox() {
        texts.put(
                WireField.RECEIVED_DATE,
                stored.receivedAt().truncatedTo(profile.receivedPrecision()).toString());
        texts.put(WireField.LABELS, Canonical.set(profile.labels(stored)));
        texts.put(WireField.FOLDER, profile.folder(stored));
        texts.put(WireField.IS_READ, Canonical.value(stored.isRead()));
        texts.put(WireField.IS_STARRED, Canonical.value(stored.isStarred()));
        texts.put(WireField.IMPORTANCE, stored.importance().code());
    }

    private void headers() {
        texts.put(WireField.SENT_DATE, Canonical.value(mail.date().orElse(null)));
        texts.put(WireField.INTERNET_MESSAGE_ID, mail.messageId());
        texts.put(WireField.IN_REPLY_TO, mail.inReplyTo());
        texts.put(WireField.REFERENCES, Canonical.list(mail.references()));
        Map<String, String> joined = new LinkedHashMap<>();
        for (MailHeader header : mail.headers()) {
            String value = profile.headers() == Profile.Headers.DECODED ? header.value() : header.raw();
            joined.merge(header.name().toLowerCase(Locale.ROOT), value, (first, second) -> first + "\n" + second);
        }
        texts.put(WireField.HEADERS, Canonical.map(joined));
    }

    private void attachments() {
        List<MailAttachment> all = mail.attachments();
        boolean any = profile.hasAttachments() == Profile.HasAttachments.ANY;
        texts.put(
                WireField.HAS_ATTACHMENTS,
                Canonical.value(all.stream().anyMatch(attachment -> any || !attachment.inline())));
        put(WireField.ATTACHMENT_NAMES, all, MailAttachment::name);
        put(WireField.ATTACHMENT_TYPES, all, MailAttachment::contentType);
        put(WireField.ATTACHMENT_SIZES, all, MailAttachment::sizeBytes);
        put(WireField.ATTACHMENT_INLINE, all, MailAttachment::inline);
        put(WireField.ATTACHMENT_CONTENT_IDS, all, this::contentId);
    }

    private Object contentId(MailAttachment attachment) {
        boolean published = profile.contentIds() == Profile.ContentIds.OF_ALL || !attachment.isMessage();
        return Canonical.text(published ? attachment.contentId() : null);
    }

    private void put(WireField field, List<MailAttachment> all, Function<MailAttachment, Object> value) {
        texts.put(
                field,
                Canonical.list(all.stream().map(value).map(Object::toString).toList()));
    }
}
