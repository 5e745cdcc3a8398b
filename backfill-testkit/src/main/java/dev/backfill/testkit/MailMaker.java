package dev.backfill.testkit;

import dev.backfill.model.Attachment;
import dev.backfill.model.EmailAddress;
import dev.backfill.model.EmailMessage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** Makes the messages of a scripted folder, the same for the same id, revision and seed. Thread-safe. */
final class MailMaker {
    private static final String WORDS = "the quick brown fox jumps over the lazy dog and writes it down at length; ";
    private static final int SLACK = 4_096;

    private final long seed;
    private final String filler;

    MailMaker(long seed, int longestBody) {
        this.seed = seed;
        this.filler = WORDS.repeat((longestBody + SLACK) / WORDS.length() + 2);
    }

    EmailMessage message(ScriptedFolder folder, MailKey mail, int revision) {
        int mix = mix(mail.id(), revision);
        String from = "sender" + Math.floorMod(mix, 97) + "@example.org";
        EmailMessage.Builder builder = EmailMessage.builder(mail.id(), Instant.ofEpochSecond(mail.second()))
                .threadId("thread-" + Math.floorMod(mix, 1_000))
                .subject("Message " + mail.id() + " of seed " + seed)
                .bodyText(body(folder, mix))
                .from(new EmailAddress("Sender", from))
                .to(List.of(EmailAddress.of("owner@example.org")))
                .sentAt(Instant.ofEpochSecond(mail.second() - 1))
                .folder(folder.id())
                .internetMessageId("<" + mail.id() + "@example.org>")
                .mimeType("text/plain")
                .sizeBytes((long) folder.bodyBytes())
                .revision("r" + revision);
        if (hasAttachment(folder, mail)) {
            builder.hasAttachments(true).attachments(List.of(attachment(folder)));
        }
        return builder.build();
    }

    private String body(ScriptedFolder folder, int mix) {
        int from = Math.floorMod(mix, SLACK);
        return filler.substring(from, from + folder.bodyBytes());
    }

    private static Attachment attachment(ScriptedFolder folder) {
        return new Attachment(
                "a1",
                "file.bin",
                "application/octet-stream",
                (long) folder.attachmentBytes(),
                false,
                null,
                Attachment.Kind.FILE);
    }

    boolean hasAttachment(ScriptedFolder folder, MailKey mail) {
        return folder.attachmentEvery() > 0 && Math.floorMod(mix(mail.id(), 0), folder.attachmentEvery()) == 0;
    }

    byte[] attachmentBytes(ScriptedFolder folder, MailKey mail) {
        byte[] bytes = new byte[folder.attachmentBytes()];
        int mix = mix(mail.id(), 0);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (mix + 31 * i);
        }
        return bytes;
    }

    byte[] mime(ScriptedFolder folder, MailKey mail, int revision) {
        String text = "Message-ID: <" + mail.id() + "@example.org>\r\nSubject: Message " + mail.id() + " of seed "
                + seed + "\r\n\r\n" + body(folder, mix(mail.id(), revision)) + "\r\n";
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private int mix(String id, int revision) {
        long mixed = (id.hashCode() * 31L + revision + seed) * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 32);
    }
}
