package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.ContentRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageLimit;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.gmail.GmailQuirks;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.MailBytes;
import dev.backfill.testkit.mail.StoredMail;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is large asks for memory before it is read. */
@Timeout(60)
class AnswerMemoryTest {
    private static final String ADDRESS = "ann@example.com";
    private static final PageLimit PAGE = new PageLimit(100, 50_000_000);
    private static final int LARGE = 3_000_000;

    private final List<Long> asked = new ArrayList<>();
    private final AnswerMemory memory = new AnswerMemory(asked::add, AnswerMemory.HELD_PER_BYTE);

    private static StoredMail mail(int number, int attachmentBytes) {
        String mime = "Subject: files\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
                + "--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\nContent-Type: application/zip; name=f.zip\r\n"
                + "Content-Disposition: attachment; filename=f.zip\r\n\r\n" + "x".repeat(attachmentBytes)
                + "\r\n--b--\r\n";
        return StoredMail.builder(String.format("%016x", number), Crawl.TO.minusSeconds(60L * number))
                .threadKey(String.format("%016x", number))
                .folder(FolderPath.INBOX)
                .mime(MailBytes.utf8(mime))
                .build();
    }

    private void read(int bytes) throws Exception {
        assertThat(memory.counting(new ByteArrayInputStream(new byte[bytes])).readAllBytes())
                .hasSize(bytes);
    }

    @Test
    void whatIsSmallAsksForNothing() throws Exception {
        memory.expect(AnswerMemory.LARGE);
        read(AnswerMemory.LARGE);

        assertThat(asked).isEmpty();
    }

    @Test
    void whatIsAnnouncedAsksOnceForAllThatItTakes() throws Exception {
        memory.expect(LARGE);
        read(LARGE / 3 * 4);

        assertThat(asked).containsExactly(4L * LARGE);
    }

    @Test
    void whatIsNotAnnouncedAsksAgainAndAgainAsItComes() throws Exception {
        read(LARGE / 3 * 4);

        assertThat(asked).containsExactly(8L << 20, 16L << 20);
    }

    @Test
    void aMessageReadAsItsMimeAsksBeforeItIsRead() throws Exception {
        List<StoredMail> mails = List.of(mail(1, 500), mail(2, LARGE));
        try (FakeGmail gmail = FakeGmail.builder().mailbox(ADDRESS, mails).start();
                TestBox box = TestBox.open(gmail.rootUrl(), Map.of("content", "raw", "quota", "new"))) {
            assertThat(Crawl.run(box.mailbox(), Crawl.everything(), PAGE).ids()).hasSize(2);

            assertThat(box.context().rooms())
                    .containsExactly(4L * mails.get(1).mime().size());
        }
    }

    @Test
    void anAttachmentAsksBeforeItIsRead() throws Exception {
        List<StoredMail> mails = List.of(mail(1, LARGE));
        try (FakeGmail gmail = FakeGmail.builder().mailbox(ADDRESS, mails).start();
                TestBox box = TestBox.open(gmail)) {
            String attachment = Crawl.run(box.mailbox(), Crawl.everything(), PAGE)
                    .emails()
                    .get(0)
                    .attachments()
                    .get(0)
                    .id();
            assertThat(box.context().rooms()).isEmpty();

            ContentRef ref = ContentRef.attachment(mails.get(0).id(), attachment);
            assertThat(box.mailbox().open(ref, LARGE).readAllBytes()).hasSize(LARGE);

            // The engine has room for three times as much.
            assertThat(box.context().rooms()).containsExactly((long) LARGE);
        }
    }

    /** A thread that broke itself off would be asked for again and again, and the walk never end. */
    @Test
    void aThreadOfLargeMessagesIsReadHoweverLittleRoomThereIs() throws Exception {
        List<StoredMail> mails = new ArrayList<>();
        for (int i = 1; i <= 6; i++) {
            mails.add(StoredMail.builder(String.format("%016x", i), Crawl.TO.minusSeconds(60L * i))
                    .threadKey("t")
                    .folder(FolderPath.INBOX)
                    .mime(MailBytes.utf8("Subject: one\r\n\r\n" + "0123456789abcdef\r\n".repeat(70_000)))
                    .build());
        }
        try (FakeGmail gmail = FakeGmail.builder()
                        .quirks(GmailQuirks.DEFAULT.withLargeBodyBytes(1 << 28))
                        .mailbox(ADDRESS, mails)
                        .start();
                TestBox box = TestBox.open(gmail)) {
            Crawl crawl = Crawl.run(box.mailbox(), Crawl.everything(), new PageLimit(100, 1));

            assertThat(box.context().rooms()).isNotEmpty();
            assertThat(crawl.ids()).containsExactlyInAnyOrderElementsOf(TestMail.shownIds(mails));
        }
    }

    /** Contents that came with their messages are a part of the page, if they are asked for, and else not held. */
    @Test
    void contentsThatWaitToBeAskedForCountAsPartOfTheirPage() throws Exception {
        List<StoredMail> mails = new ArrayList<>();
        for (int i = 1; i <= 12; i++) {
            mails.add(mail(i, 500_000));
        }
        MailQuery plain = Crawl.everything();
        MailQuery contents = plain.opening(true, false);
        PageLimit limit = new PageLimit(100, 2_000_000);
        try (FakeGmail gmail = FakeGmail.builder().mailbox(ADDRESS, mails).start();
                TestBox box = TestBox.open(gmail.rootUrl(), Map.of("content", "raw", "quota", "new"))) {
            Crawl without = Crawl.run(box.mailbox(), plain, limit);
            int pagesWithout = without.pages();
            long units = box.context().units();
            assertThat(box.mailbox()
                            .open(ContentRef.attachment(mails.get(0).id(), attachmentId(without)), LARGE)
                            .readAllBytes())
                    .hasSize(500_000);
            assertThat(box.context().units()).as("got again").isGreaterThan(units);

            Crawl with = Crawl.run(box.mailbox(), contents, limit);

            assertThat(with.ids()).hasSize(12);
            assertThat(with.pages()).isGreaterThan(pagesWithout);
        }
    }

    private static String attachmentId(Crawl crawl) {
        return crawl.emails().get(0).attachments().get(0).id();
    }
}
