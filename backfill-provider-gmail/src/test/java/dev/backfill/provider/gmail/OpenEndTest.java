package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.gmail.GmailMailbox;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Mail that comes when a job begins, after its end was frozen and before its pin is taken, or that a clock ahead of ours dates after
 * the end: neither a window that ends there nor a change since the pin would tell of it.
 */
class OpenEndTest {
    private static final PageLimit PAGE = new PageLimit(50, 50_000_000);
    private static final Instant TO = Instant.parse("2022-01-01T00:00:00Z");

    private final List<StoredMail> mails = new ArrayList<>();
    private FakeGmail gmail;
    private GmailMailbox there;
    private TestBox box;
    private StoredMail late;

    @BeforeEach
    void start() throws Exception {
        for (int i = 1; i <= 5; i++) {
            mails.add(mail(i, TO.minusSeconds(100L * i)));
        }
        late = mail(6, TO.plusSeconds(5));
        gmail = FakeGmail.builder().mailbox("ann@example.com", mails).start();
        there = gmail.mailbox("ann@example.com");
        box = TestBox.open(gmail);
    }

    @AfterEach
    void stop() {
        box.close();
        gmail.close();
    }

    private static StoredMail mail(int number, Instant received) {
        return TestMail.generated(number).get(number - 1).toBuilder()
                .receivedAt(received)
                .folder(FolderPath.INBOX)
                .build();
    }

    private static MailQuery query(boolean openEnd) {
        return new MailQuery(null, TO, List.of(), false, true, openEnd);
    }

    private List<String> crawl(boolean openEnd) {
        List<Partition> plan = box.mailbox().plan(query(openEnd));
        there.add(late);
        Crawl walk = Crawl.run(box.mailbox(), query(openEnd), PAGE, plan);
        List<String> ids = new ArrayList<>(walk.ids());
        ids.addAll(
                Crawl.run(box.mailbox(), query(openEnd), PAGE, box.mailbox().planChanges(query(openEnd), walk.pins()))
                        .ids());
        return ids;
    }

    @Test
    void itIsReadWithTheHistoryWhereTheUserNamedNoEnd() {
        assertThat(crawl(true)).contains(late.id()).hasSize(6);
    }

    @Test
    void itIsNobodysWhereTheUserNamedTheEnd() {
        assertThat(crawl(false)).doesNotContain(late.id()).hasSize(5);
    }

    @Test
    void aListThatIsNeverGivenIsHalvedDownToItsSecondsThereToo() {
        there.spoilLists(mails.get(2).id());
        Crawl crawl = Crawl.run(box.mailbox(), query(true), PAGE);
        assertThat(crawl.emails()).hasSize(4);
        Instant spoilt = mails.get(2).receivedAt();
        assertThat(crawl.items().stream().filter(PageItem.Failed.class::isInstance))
                .isNotEmpty()
                .allSatisfy(item -> {
                    FailureRef ref = ((PageItem.Failed) item).ref();
                    assertThat(ref.from()).isBetween(spoilt.minusSeconds(3), spoilt.plusSeconds(3));
                });
    }
}
