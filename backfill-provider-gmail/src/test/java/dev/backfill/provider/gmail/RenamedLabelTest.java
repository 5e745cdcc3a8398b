package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.gmail.GmailMailbox;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A label is given another name while a job, begun by the old one, goes on after a restart. */
class RenamedLabelTest {
    private static final PageLimit PAGE = new PageLimit(10, 50_000_000);
    private static final MailQuery QUERY = new MailQuery(null, Crawl.TO, List.of("inbox", "Work"), false, true);

    private final List<StoredMail> mails = new ArrayList<>();
    private FakeGmail gmail;
    private GmailMailbox there;

    @BeforeEach
    void start() throws Exception {
        List<StoredMail> some = TestMail.generated(30);
        for (int i = 0; i < some.size(); i++) {
            FolderPath folder = i % 2 == 0 ? FolderPath.of("Work") : i % 3 == 0 ? FolderPath.INBOX : FolderPath.SENT;
            mails.add(some.get(i).toBuilder().folder(folder).build());
        }
        gmail = FakeGmail.builder().mailbox("ann@example.com", mails).start();
        there = gmail.mailbox("ann@example.com");
    }

    @AfterEach
    void stop() {
        gmail.close();
    }

    private List<String> meant() {
        return mails.stream()
                .filter(mail -> !mail.folder().equals(FolderPath.SENT))
                .map(StoredMail::id)
                .toList();
    }

    @Test
    void theJobGoesOnWithTheLabelItBeganWith() {
        List<Partition> plan;
        try (TestBox before = TestBox.open(gmail)) {
            plan = before.mailbox().plan(QUERY);
        }
        there.renameLabel("Work", "Done");
        String broken = mails.get(4).id();
        gmail.faults().always(RequestMatch.path(broken), Fault.status(500));
        Map<String, String> pins;
        try (TestBox after = TestBox.open(gmail)) {
            Crawl crawl = Crawl.run(after.mailbox(), QUERY, PAGE, plan);
            assertThat(crawl.ids()).containsExactlyInAnyOrderElementsOf(meant());
            pins = crawl.pins();
            assertThat(pins).hasSize(1);
            List<FailureRef> refs = crawl.items().stream()
                    .filter(PageItem.Failed.class::isInstance)
                    .map(item -> ((PageItem.Failed) item).ref())
                    .toList();
            assertThat(refs).hasSize(1);
            gmail.faults().clear();
            PageCollector again = new PageCollector();
            after.mailbox().replay(QUERY, refs, again);
            assertThat(again.items().get(0)).isInstanceOf(PageItem.Message.class);
        }
        there.label(mails.get(2).id(), List.of("STARRED"), List.of());
        try (TestBox drain = TestBox.open(gmail)) {
            Crawl changes =
                    Crawl.run(drain.mailbox(), QUERY, PAGE, drain.mailbox().planChanges(QUERY, pins));
            assertThat(changes.ids()).containsExactly(mails.get(2).id());
            there.forgetHistory();
            Crawl again =
                    Crawl.run(drain.mailbox(), QUERY, PAGE, drain.mailbox().planChanges(QUERY, pins));
            assertThat(again.ids()).containsExactlyInAnyOrderElementsOf(meant());
        }
    }

    @Test
    void anotherLabelOfTheOldNameIsNotCoveredByTheOldOnesPin() {
        try (TestBox box = TestBox.open(gmail)) {
            Map<String, String> pins = Crawl.run(box.mailbox(), QUERY, PAGE).pins();
            there.renameLabel("Work", "Done");
            there.labelId("Work");
            try (TestBox next = TestBox.open(gmail)) {
                assertThat(next.mailbox().planChanges(QUERY, pins))
                        .extracting(Partition::kind)
                        .contains(Partition.Kind.WINDOW, Partition.Kind.PIN);
            }
        }
    }

    @Test
    void manyLabelsMakeNoIdTooLong() {
        List<String> names = IntStream.range(0, 200).mapToObj(i -> "Label " + i).toList();
        names.forEach(there::labelId);
        MailQuery query = new MailQuery(null, Crawl.TO, names, false, true);
        try (TestBox box = TestBox.open(gmail)) {
            Crawl crawl = Crawl.run(box.mailbox(), query, PAGE);
            assertThat(crawl.ids()).isEmpty();
            assertThat(box.mailbox().planChanges(query, crawl.pins())).hasSize(1);
        }
    }
}
