package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backfill.model.Attachment;
import dev.backfill.model.EmailMessage;
import dev.backfill.spi.ContentRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.MailBytes;
import dev.backfill.testkit.mail.StoredMail;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mail that is read as its MIME brings its attachments along: they cost no unit more. */
class RawContentsTest {
    private static final String ADDRESS = "ann@example.com";
    private static final PageLimit PAGE = new PageLimit(100, 50_000_000);
    private static final Map<String, String> RAW = Map.of("content", "raw", "quota", "new");

    private static StoredMail mail(int number, int attachments, int bytes) {
        StringBuilder mime = new StringBuilder("Subject: files\r\nMIME-Version: 1.0\r\n"
                + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n");
        for (int i = 0; i < attachments; i++) {
            mime.append("--b\r\nContent-Type: application/zip; name=f" + i + ".zip\r\n"
                    + "Content-Disposition: attachment; filename=f" + i + ".zip\r\n\r\n");
            mime.append(Character.toString('a' + i).repeat(bytes)).append("\r\n");
        }
        return StoredMail.builder(String.format("%016x", number), Crawl.TO.minusSeconds(60L * number))
                .threadKey(String.format("%016x", number))
                .folder(FolderPath.INBOX)
                .mime(MailBytes.utf8(mime.append("--b--\r\n").toString()))
                .build();
    }

    private static byte[] opened(TestBox box, String id, String attachmentId) throws IOException {
        return box.mailbox()
                .open(ContentRef.attachment(id, attachmentId), 1L << 30)
                .readAllBytes();
    }

    private static Map<String, Integer> openAll(TestBox box, List<EmailMessage> emails) throws IOException {
        Map<String, Integer> bytes = new TreeMap<>();
        for (EmailMessage email : emails) {
            for (Attachment attachment : email.attachments()) {
                byte[] content = opened(box, email.id(), attachment.id());
                assertThat(content).hasSize(attachment.sizeBytes().intValue());
                bytes.put(email.id() + " " + attachment.name() + " " + (char) content[0], content.length);
            }
        }
        return bytes;
    }

    @Test
    void attachmentsOfMailReadAsItsMimeCostNothingMore() throws Exception {
        List<StoredMail> mails = List.of(mail(1, 3, 500), mail(2, 1, 20_000), mail(3, 0, 0));
        try (FakeGmail gmail = FakeGmail.builder().mailbox(ADDRESS, mails).start();
                TestBox box = TestBox.open(gmail.rootUrl(), RAW);
                TestBox parts = TestBox.open(gmail)) {
            List<EmailMessage> emails = Crawl.run(
                            box.mailbox(), Crawl.everything().opening(true, false), PAGE)
                    .emails();
            long walked = box.context().units();

            Map<String, Integer> contents = openAll(box, emails);

            assertThat(contents).hasSize(4).isEqualTo(openAll(parts, emails));
            assertThat(box.context().units()).isEqualTo(walked);
        }
    }

    @Test
    void whatIsNotHeldAnyMoreIsGotOnceMore() throws Exception {
        List<StoredMail> mails = List.of(mail(1, 2, 500));
        try (FakeGmail gmail = FakeGmail.builder().mailbox(ADDRESS, mails).start();
                TestBox box = TestBox.open(gmail.rootUrl(), RAW);
                TestBox later = TestBox.open(gmail.rootUrl(), RAW)) {
            List<EmailMessage> emails = Crawl.run(
                            box.mailbox(), Crawl.everything().opening(true, false), PAGE)
                    .emails();
            // Asked by another life of the mailbox, and twice by the same.
            assertThat(openAll(later, emails)).hasSize(2);
            assertThat(later.context().units()).isEqualTo(40);
            openAll(box, emails);
            assertThat(openAll(box, emails)).hasSize(2);
            SourceException error = catchThrowableOfType(
                    SourceException.class, () -> opened(later, mails.get(0).id(), "9"));
            assertThat(error.code()).isEqualTo("NO_SUCH_ATTACHMENT");
        }
    }

    /** Their texts are small: what is under way at once is what they hold while they are decoded. */
    @Test
    void ofMailWithLargeAttachmentsFewAreGotAtOnce() throws Exception {
        List<StoredMail> mails =
                IntStream.rangeClosed(1, 60).mapToObj(i -> mail(i, 1, 600_000)).toList();
        try (FakeGmail gmail = FakeGmail.builder().mailbox(ADDRESS, mails).start();
                TestBox box = TestBox.open(gmail.rootUrl(), RAW, 40)) {
            Crawl crawl = Crawl.run(box.mailbox(), Crawl.everything(), new PageLimit(100, 2_000_000));

            assertThat(crawl.ids()).hasSize(60);
            assertThat(box.context().mostAtOnce()).isLessThanOrEqualTo(16);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "raw"})
    void aMessageWhoseMimeIsAskedForComesWithItAndItsContentsByOneRequest(String content) throws Exception {
        List<StoredMail> mails = List.of(mail(1, 3, 500), mail(2, 1, 20_000), mail(3, 0, 0));
        try (FakeGmail gmail = FakeGmail.builder().mailbox(ADDRESS, mails).start();
                TestBox box = TestBox.open(gmail.rootUrl(), Map.of("content", content, "quota", "new"));
                TestBox later = TestBox.open(gmail)) {
            MailQuery plain = Crawl.everything();
            MailQuery query = plain.opening(true, true);

            List<EmailMessage> emails = Crawl.run(box.mailbox(), query, PAGE).emails();
            long walked = box.context().units();

            assertThat(emails)
                    .hasSize(3)
                    .allSatisfy(email -> assertThat(email.rawMime().bytes())
                            .isEqualTo(later.mailbox()
                                    .open(ContentRef.mime(email.id()), 1L << 30)
                                    .readAllBytes()));
            assertThat(openAll(box, emails)).hasSize(4);
            assertThat(box.context().units()).isEqualTo(walked);
            assertThat(Crawl.run(later.mailbox(), plain, PAGE).emails())
                    .allSatisfy(email -> assertThat(email.rawMime()).isNull());
        }
    }

    @Test
    void heldContentsAreBoundedAndTheOldestGoFirst() {
        HeldContents held = new HeldContents();
        int each = HeldContents.MAX_BYTES_EACH;
        List<ContentRef> refs = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            refs.add(ContentRef.attachment("m1", String.valueOf(i)));
            held.hold(refs.get(i), new byte[each]);
        }
        held.hold(ContentRef.attachment("m", "big"), new byte[each + 1]);
        assertThat(held.take(ContentRef.attachment("m", "big"))).isNull();
        assertThat(refs.stream().map(held::take).map(content -> content == null ? 0 : 1))
                .containsExactly(0, 0, 1, 1, 1, 1);
        assertThat(held.take(refs.get(5))).isNull();
    }
}
