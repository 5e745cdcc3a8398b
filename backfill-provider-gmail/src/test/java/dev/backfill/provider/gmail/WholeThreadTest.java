package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.model.EmailMessage;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.gmail.GmailFault;
import dev.backfill.testkit.gmail.GmailMailbox;
import dev.backfill.testkit.gmail.GmailQuirks;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestJournal;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.MailBytes;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Threads that are got whole, and what is done where that does not work. */
class WholeThreadTest {
    private static final String ADDRESS = "ann@example.com";
    private static final Instant BEGIN = Instant.parse("2020-01-01T00:00:00Z");
    private static final PageLimit PAGE = new PageLimit(100, 50_000_000);
    private static final RequestMatch THREAD = RequestMatch.path("/threads/[0-9a-f]+$");
    private static final RequestMatch MESSAGE = RequestMatch.path("/messages/[0-9a-f]+$");

    private static String id(int number) {
        return String.format("%016x", number);
    }

    /** The messages of one thread, an hour apart. */
    private static List<StoredMail> thread(int first, int length, int bytes) {
        List<StoredMail> mails = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            mails.add(StoredMail.builder(id(first + i), BEGIN.plusSeconds(3_600L * (first + i)))
                    .threadKey(id(first))
                    .mime(MailBytes.utf8("Subject: number " + i + "\r\n\r\n" + "x".repeat(bytes) + "\r\n"))
                    .build());
        }
        return mails;
    }

    private static FakeGmail fake(List<StoredMail> mails) throws Exception {
        return FakeGmail.builder()
                .mailbox(ADDRESS, mails)
                .quirks(GmailQuirks.DEFAULT.withLargeBodyBytes(1 << 28))
                .start();
    }

    private static List<String> ids(List<StoredMail> mails) {
        return mails.stream().map(StoredMail::id).toList();
    }

    private static List<StoredMail> join(List<StoredMail> some, List<StoredMail> others) {
        List<StoredMail> all = new ArrayList<>(some);
        all.addAll(others);
        return all;
    }

    @Test
    void aThreadIsGotWholeWhereItsMessagesCostMore() throws Exception {
        List<StoredMail> mails = join(join(thread(1, 1, 10), thread(11, 2, 10)), thread(21, 3, 10));
        for (String quota : List.of("new", "legacy", "off")) {
            try (FakeGmail gmail = fake(mails);
                    TestBox box = TestBox.open(gmail.rootUrl(), Map.of("quota", quota))) {
                Crawl crawl = Crawl.run(box.mailbox(), Crawl.everything(), PAGE);
                assertThat(crawl.ids()).containsExactlyElementsOf(ids(mails));
                assertThat(box.context().requests("messages.get")).isEqualTo(3);
                assertThat(box.context().requests("threads.get")).isEqualTo(1);
            }
        }
    }

    @Test
    void aMessageOfAThreadIsTheSameAsBySelf() throws Exception {
        List<StoredMail> mails = TestMail.generated(300);
        try (FakeGmail gmail = FakeGmail.builder().mailbox(ADDRESS, mails).start();
                TestBox box = TestBox.open(gmail)) {
            List<EmailMessage> inThreads =
                    Crawl.run(box.mailbox(), Crawl.everything(), PAGE).emails();
            assertThat(box.context().requests("threads.get")).isGreaterThan(10);
            gmail.faults().always(THREAD, GmailFault.notFound().asFault());
            List<EmailMessage> bySelf =
                    Crawl.run(box.mailbox(), Crawl.everything(), PAGE).emails();
            assertThat(inThreads).isEqualTo(bySelf);
        }
    }

    @Test
    void aThreadThatIsNotGivenIsReadMessageByMessage() throws Exception {
        List<StoredMail> mails = thread(1, 8, 10);
        for (Fault fault : List.of(
                Fault.status(500),
                GmailFault.notFound().asFault(),
                GmailFault.of(400, "invalidArgument", "no").asFault())) {
            try (FakeGmail gmail = fake(mails);
                    TestBox box = TestBox.open(gmail)) {
                gmail.faults().always(THREAD, fault);
                Crawl crawl = Crawl.run(box.mailbox(), Crawl.everything(), PAGE);
                assertThat(crawl.emails()).extracting(EmailMessage::id).containsExactlyElementsOf(ids(mails));
                assertThat(crawl.ids()).hasSize(8);
            }
        }
    }

    @Test
    void whatAThreadDoesNotGiveIsAskedForAndIsAFailureWhileTheListsNameIt() throws Exception {
        List<StoredMail> mails = thread(1, 8, 10);
        // A list and a thread that do not agree: the list names a message that is in the thread's answer no more.
        FakeGmail[] holder = new FakeGmail[1];
        try (FakeGmail gmail = FakeGmail.builder()
                        .mailbox(ADDRESS, mails)
                        .beforeList(number -> {
                            if (number == 2) {
                                holder[0].faults().always(THREAD, onlyTheFirst());
                            }
                        })
                        .start();
                TestBox box = TestBox.open(gmail)) {
            holder[0] = gmail;
            gmail.faults()
                    .always(
                            RequestMatch.path("/messages/" + id(7)),
                            GmailFault.notFound().asFault());
            Crawl crawl = Crawl.run(box.mailbox(), Crawl.everything(), PAGE);
            assertThat(crawl.ids()).startsWith(ids(mails).toArray(String[]::new));
            assertThat(crawl.items())
                    .last()
                    .isEqualTo(new PageItem.Failed(
                            Crawl.failed(id(7)), SourceException.Kind.SKIP_MESSAGE, "STILL_LISTED"));
            assertThat(crawl.emails()).hasSize(7);
        }
    }

    /** A thread of which but one message is told. */
    private static Fault onlyTheFirst() {
        return Fault.json(
                200,
                "{\"messages\":[{\"id\":\"" + id(1)
                        + "\",\"internalDate\":\"1577840400000\",\"payload\":{\"headers\":[]}}]}");
    }

    @Test
    void aThreadTooBigForAPageIsReadWholeOnceAndTheRestOfItByItself() throws Exception {
        List<StoredMail> mails = thread(1, 60, 200_000);
        PageLimit limit = new PageLimit(100, 1_000_000);
        try (FakeGmail gmail = fake(mails);
                TestBox box = TestBox.open(gmail)) {
            Crawl crawl = Crawl.run(box.mailbox(), Crawl.everything(), limit);
            assertThat(crawl.ids()).containsExactlyElementsOf(ids(mails));
            assertThat(crawl.emails()).hasSize(60);
            assertThat(gmail.journal().count(THREAD)).isEqualTo(1);
            List<String> alone = gmail.journal().entries(MESSAGE).stream()
                    .map(RequestJournal.Entry::path)
                    .toList();
            assertThat(alone).doesNotHaveDuplicates().hasSizeLessThan(58);
        }
    }

    @Test
    void aThreadOfManySmallMessagesIsReadOnceOverManyPages() throws Exception {
        List<StoredMail> mails = thread(1, 120, 100);
        try (FakeGmail gmail = fake(mails);
                TestBox box = TestBox.open(gmail)) {
            Crawl crawl = Crawl.run(box.mailbox(), Crawl.everything(), new PageLimit(7, 50_000_000));
            assertThat(crawl.ids()).containsExactlyElementsOf(ids(mails));
            assertThat(gmail.journal().count(THREAD)).isEqualTo(1);
            assertThat(gmail.journal().count(MESSAGE)).isZero();
        }
    }

    @Test
    void oneMessageThatCannotBeReadCostsNoOtherOfItsThread() throws Exception {
        List<StoredMail> mails = thread(1, 6, 10);
        mails.set(2, mails.get(2).toBuilder().mime(nested(3_000)).build());
        try (FakeGmail gmail = fake(mails);
                TestBox box = TestBox.open(gmail)) {
            Crawl crawl = Crawl.run(box.mailbox(), Crawl.everything(), PAGE);
            assertThat(crawl.ids()).containsExactlyElementsOf(ids(mails));
            assertThat(crawl.emails()).hasSizeGreaterThanOrEqualTo(5);
        }
    }

    /** Deeper than any reader follows. */
    private static MailBytes nested(int depth) {
        StringBuilder mime = new StringBuilder("Subject: deep\r\n");
        for (int i = 0; i < depth; i++) {
            mime.append("Content-Type: multipart/mixed; boundary=b")
                    .append(i)
                    .append("\r\n\r\n--b")
                    .append(i)
                    .append("\r\n");
        }
        return MailBytes.utf8(mime.append("\r\nend\r\n").toString());
    }

    @Test
    void rawMailKnowsNoThreads() throws Exception {
        List<StoredMail> mails = thread(1, 8, 10);
        try (FakeGmail gmail = fake(mails);
                TestBox box = TestBox.open(gmail.rootUrl(), Map.of("content", "raw"))) {
            Crawl crawl = Crawl.run(box.mailbox(), Crawl.everything(), PAGE);
            assertThat(crawl.emails()).hasSize(8);
            assertThat(gmail.journal().count(THREAD)).isZero();
        }
    }

    @Test
    void aThreadsAnswerNamesItsFieldsAndIsCompressed() throws Exception {
        try (FakeGmail gmail = fake(thread(1, 8, 10));
                TestBox box = TestBox.open(gmail)) {
            Crawl.run(box.mailbox(), Crawl.everything(), PAGE);
            assertThat(gmail.journal().entries(THREAD)).hasSize(1).allSatisfy(entry -> {
                assertThat(entry.query().get("fields").get(0)).startsWith("messages(id,threadId,");
                assertThat(entry.header("Accept-Encoding")).anyMatch(value -> value.contains("gzip"));
            });
        }
    }

    @Test
    void whatIsNotWantedOfAThreadIsNotPublished() throws Exception {
        List<StoredMail> mails = thread(1, 9, 10);
        try (FakeGmail gmail = fake(mails);
                TestBox box = TestBox.open(gmail)) {
            GmailMailbox mailbox = gmail.mailbox(ADDRESS);
            mailbox.trash(id(2));
            mailbox.label(id(3), List.of("SPAM"), List.of("INBOX"));
            mailbox.label(id(4), List.of("CHAT"), List.of("INBOX"));
            Crawl crawl = Crawl.run(box.mailbox(), Crawl.everything(), PAGE);
            assertThat(crawl.emails())
                    .extracting(EmailMessage::id)
                    .containsExactly(id(1), id(5), id(6), id(7), id(8), id(9));
            assertThat(crawl.items()).noneMatch(PageItem.Failed.class::isInstance);
            assertThat(gmail.journal().count(THREAD)).isEqualTo(1);
        }
    }
}
