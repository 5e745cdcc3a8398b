package dev.backfill.provider.microsoft;

import dev.backfill.spi.Mailbox;
import dev.backfill.testkit.DirectMailboxContext;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.graph.GraphMailbox;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.GeneratorOptions;
import dev.backfill.testkit.mail.MailBytes;
import dev.backfill.testkit.mail.MailGenerator;
import dev.backfill.testkit.mail.StoredMail;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What the tests share: mail, fakes, contexts. */
final class Graphs {
    static final String OWNER = "owner@example.com";
    static final Instant START = Instant.parse("2024-05-01T08:00:00Z");

    private Graphs() {}

    static List<StoredMail> generated(int count) {
        return new MailGenerator(GeneratorOptions.of(7, count)).mails().toList();
    }

    /** Plain mail in one folder, one a minute. */
    static List<StoredMail> minutes(int count, FolderPath folder) {
        List<StoredMail> mails = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            mails.add(mail(i, START.plusSeconds(60L * i), folder));
        }
        return mails;
    }

    /** Plain mail in one folder, spread over the milliseconds of one second. */
    static List<StoredMail> burst(int first, int count, Instant second, FolderPath folder) {
        List<StoredMail> mails = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            mails.add(mail(first + i, second.plusMillis(i % 1_000), folder));
        }
        return mails;
    }

    static StoredMail mail(int number, Instant receivedAt, FolderPath folder) {
        String text = "From: Ann <ann@example.com>\r\nTo: owner@example.com\r\nSubject: Number " + number
                + "\r\nMessage-ID: <" + number + "@example.com>\r\n\r\nText " + number + "\r\n";
        return StoredMail.builder(HexFormat.of().toHexDigits((long) number + 1), receivedAt)
                .folder(folder)
                .mime(MailBytes.utf8(text))
                .build();
    }

    /** Mail whose one attachment is a picture inside its body, of which Graph says that it has no attachments. */
    static StoredMail picture(int number, Instant receivedAt, FolderPath folder) {
        String scheme = number % 2 == 0 ? "cid" : "CID";
        String text = "From: Ann <ann@example.com>\r\nSubject: Picture " + number + "\r\nMessage-ID: <" + number
                + "@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
                + "--b\r\nContent-Type: text/html\r\n\r\n<img src=\"" + scheme + ":logo" + number + "\">\r\n"
                + "--b\r\nContent-Type: image/png\r\nContent-Disposition: inline; filename=logo.png\r\n"
                + "Content-ID: <logo" + number + ">\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n"
                + "--b--\r\n";
        return StoredMail.builder(HexFormat.of().toHexDigits((long) number + 1), receivedAt)
                .folder(folder)
                .mime(MailBytes.utf8(text))
                .build();
    }

    /** Generated mail, and some with pictures. */
    static List<StoredMail> withPictures(int count) {
        List<StoredMail> mails = new ArrayList<>(generated(count - 4));
        for (int i = 0; i < 4; i++) {
            mails.add(picture(1 + i, START.plusSeconds(i), FolderPath.INBOX));
        }
        return mails;
    }

    static FakeGraph start(List<StoredMail> mails) throws IOException {
        return FakeGraph.builder().mailbox(OWNER, mails).start();
    }

    static DirectMailboxContext.Builder builder(FakeGraph graph, String account, String... settings) {
        Map<String, String> all = new HashMap<>();
        all.put("base-url", graph.baseUrl().toString());
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        return DirectMailboxContext.builder("microsoft", account).settings(all);
    }

    static DirectMailboxContext context(FakeGraph graph, String... settings) {
        return builder(graph, "me", settings).build();
    }

    static Mailbox open(FakeGraph graph, String... settings) {
        return new MicrosoftEmailSource().open(context(graph, settings));
    }

    static Set<String> ids(FakeGraph graph, List<StoredMail> mails) {
        GraphMailbox mailbox = graph.mailbox(OWNER);
        return mails.stream().map(mailbox::messageId).collect(Collectors.toSet());
    }
}
