package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.MailBytes;
import dev.backfill.testkit.mail.StoredMail;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How large messages are no list of Gmail says: more must not be got, and held, than a page has room for. */
class LargeMailTest {
    private static final int SMALL = 30;
    private static final int LARGE = 40;
    private static final int LARGE_BYTES = 600_000;
    private static final PageLimit PAGE = new PageLimit(100, 2_000_000);

    /** What is got beyond the room: what {@link TestBox} has under way when it is used up, and the one that uses it up. */
    private static final int BEYOND = 5;

    private final List<StoredMail> mails = mails();

    /** A walk goes by ids. Small ones first, so that as many as can be are asked for at once when the large ones come. */
    private static List<StoredMail> mails() {
        List<StoredMail> mails = new ArrayList<>();
        int number = 0;
        for (StoredMail mail : inOrder(TestMail.alone(SMALL + LARGE))) {
            int bytes = number < SMALL ? 1_000 : LARGE_BYTES;
            mails.add(mail.toBuilder()
                    .folder(FolderPath.INBOX)
                    .receivedAt(Crawl.TO.minusSeconds(60L * (number + 1)))
                    .mime(MailBytes.utf8(
                            "From: a@example.com\r\nSubject: one\r\n\r\n" + "0123456789abcdef\r\n".repeat(bytes / 18)))
                    .build());
            number++;
        }
        return mails;
    }

    private static List<StoredMail> inOrder(List<StoredMail> mails) {
        return mails.stream().sorted(Comparator.comparing(StoredMail::id)).toList();
    }

    @Test
    void noMoreLargeMessagesAreGotThanAPageHasRoomFor() throws Exception {
        try (FakeGmail gmail =
                        FakeGmail.builder().mailbox("ann@example.com", mails).start();
                TestBox box = TestBox.open(gmail)) {
            Partition window = box.mailbox().plan(Crawl.everything()).get(0);
            PageCollector page = new PageCollector();

            box.mailbox().fetch(Crawl.everything(), window, Position.START, PAGE, page);

            assertThat(page.items()).hasSizeBetween(SMALL + 1, SMALL + 4);
            long room = (PAGE.bytes() + WindowList.MAX_AHEAD_BYTES) / LARGE_BYTES;
            assertThat(box.context().requests("messages.get")).isLessThanOrEqualTo(SMALL + (int) room + BEYOND);
        }
    }

    @Test
    void allOfThemAreReadPageByPage() throws Exception {
        try (FakeGmail gmail =
                        FakeGmail.builder().mailbox("ann@example.com", mails).start();
                TestBox box = TestBox.open(gmail)) {
            for (long bytes : new long[] {1, PAGE.bytes(), Long.MAX_VALUE}) {
                Crawl crawl = Crawl.run(box.mailbox(), Crawl.everything(), new PageLimit(100, bytes));

                assertThat(crawl.ids()).containsExactlyInAnyOrderElementsOf(TestMail.shownIds(mails));
            }
        }
    }

    @Test
    void ofThreadsNoMoreIsTakenEither() throws Exception {
        List<StoredMail> threads = new ArrayList<>();
        for (int i = 0; i < mails.size(); i++) {
            threads.add(mails.get(i).toBuilder()
                    .threadKey(mails.get(i - i % 5).id())
                    .build());
        }
        try (FakeGmail gmail =
                        FakeGmail.builder().mailbox("ann@example.com", threads).start();
                TestBox box = TestBox.open(gmail)) {
            Partition window = box.mailbox().plan(Crawl.everything()).get(0);

            box.mailbox().fetch(Crawl.everything(), window, Position.START, PAGE, new PageCollector());
            int asked = box.context().requests("threads.get");
            Crawl crawl = Crawl.run(box.mailbox(), Crawl.everything(), PAGE);

            assertThat(asked).isBetween(1, SMALL / 5 + BEYOND);
            assertThat(crawl.ids()).containsExactlyInAnyOrderElementsOf(TestMail.shownIds(threads));
        }
    }
}
