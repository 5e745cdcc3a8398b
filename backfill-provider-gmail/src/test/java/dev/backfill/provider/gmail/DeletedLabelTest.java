package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.gmail.GmailMailbox;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A label that a job was asked for is deleted while the job runs. */
class DeletedLabelTest {
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

    /** What is still meant: the inbox, for the mail that had the label alone is in no folder asked for any more. */
    private List<String> left() {
        return mails.stream()
                .filter(mail -> mail.folder().equals(FolderPath.INBOX))
                .map(StoredMail::id)
                .toList();
    }

    /** Walks a plan as the engine does; a partition that is skipped is noted by its scope. */
    private static List<String> skipped(TestBox box, MailQuery query, List<Partition> plan, List<String> ids) {
        List<String> notes = new ArrayList<>();
        Deque<Partition> todo = new ArrayDeque<>(plan);
        while (!todo.isEmpty()) {
            Partition partition = todo.removeFirst();
            Position position = Position.START;
            try {
                while (position != null) {
                    PageCollector page = new PageCollector();
                    PageEnd end = box.mailbox().fetch(query, partition, position, PAGE, page);
                    assertThat(end.entries() - end.repeats())
                            .isEqualTo(page.items().size());
                    page.items().forEach(item -> ids.add(PageCollector.id(item)));
                    todo.addAll(end.replacedBy());
                    position = end.next();
                }
            } catch (SourceException error) {
                assertThat(error.kind()).isEqualTo(SourceException.Kind.SKIP_PARTITION);
                assertThat(error.code()).isEqualTo("FOLDER_GONE");
                notes.add(partition.scope());
            }
        }
        return notes;
    }

    @Test
    void aLabelThatIsDeletedBeforeItsWindowIsWalkedIsSkippedByNameAndTheRestIsRead() {
        String work = there.labelId("Work");
        List<Partition> plan;
        try (TestBox before = TestBox.open(gmail)) {
            plan = before.mailbox().plan(QUERY);
        }
        there.deleteLabel("Work");
        try (TestBox after = TestBox.open(gmail)) {
            List<String> ids = new ArrayList<>();
            assertThat(skipped(after, QUERY, plan, ids)).containsExactly("gone:" + work);
            assertThat(ids).containsExactlyInAnyOrderElementsOf(left());
        }
    }

    /** In the same life its list is still known and counted by what is left; in another it is made by what is left. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLabelThatIsDeletedInTheMiddleOfAWindowHasNothingOfTheRestReadTwice(boolean restarted) {
        String work = there.labelId("Work");
        TestBox box = TestBox.open(gmail);
        try {
            Partition window = windows(box.mailbox().plan(QUERY)).get(0);
            List<String> ids = new ArrayList<>();
            PageEnd end = page(box, window, Position.START, ids);
            there.deleteLabel("Work");
            if (restarted) {
                box.close();
                box = TestBox.open(gmail);
            }
            while (end.next() != null) {
                end = page(box, window, end.next(), ids);
            }
            assertThat(ids).doesNotHaveDuplicates().containsAll(left());
            assertThat(end.providerCount()).isNotNull().isLessThanOrEqualTo(ids.size());
            List<String> rest = new ArrayList<>();
            assertThat(skipped(box, QUERY, end.replacedBy(), rest)).containsExactly("gone:" + work);
            assertThat(rest).isEmpty();
        } finally {
            box.close();
        }
    }

    private static PageEnd page(TestBox box, Partition window, Position position, List<String> ids) {
        PageCollector page = new PageCollector();
        PageEnd end = box.mailbox().fetch(QUERY, window, position, PAGE, page);
        assertThat(end.entries() - end.repeats()).isEqualTo(page.items().size());
        ids.addAll(page.ids());
        return end;
    }

    @Test
    void whereNoOtherFolderWasAskedForThereIsNothingLeftButTheNote() {
        MailQuery alone = new MailQuery(null, Crawl.TO, List.of("Work"), false, false);
        String work = there.labelId("Work");
        try (TestBox box = TestBox.open(gmail)) {
            List<Partition> plan = box.mailbox().plan(alone);
            there.deleteLabel("Work");
            // Another label of the same name is not the one that was asked for.
            there.labelId("Work");
            List<String> ids = new ArrayList<>();
            assertThat(skipped(box, alone, plan, ids)).containsExactly("gone:" + work);
            assertThat(ids).isEmpty();
        }
    }

    @Test
    void whatFailedAndWhatChangedIsReadByTheLabelsThatAreLeft() {
        Map<String, String> pins;
        try (TestBox box = TestBox.open(gmail)) {
            pins = Crawl.run(box.mailbox(), QUERY, PAGE).pins();
        }
        String scope = pins.keySet().iterator().next();
        there.deleteLabel("Work");
        there.forgetHistory();
        try (TestBox box = TestBox.open(gmail)) {
            PageCollector again = new PageCollector();
            box.mailbox().replay(QUERY, List.of(FailureRef.stretch(scope, null, Crawl.TO)), again);
            assertThat(again.items()).extracting(PageCollector::id).containsExactlyInAnyOrderElementsOf(left());
            List<String> ids = new ArrayList<>();
            assertThat(skipped(box, QUERY, box.mailbox().planChanges(QUERY, pins), ids))
                    .hasSize(1);
            assertThat(ids).containsExactlyInAnyOrderElementsOf(left());
        }
    }

    @Test
    void aListThatIsRefusedThoughTheLabelIsThereFailsTheJob() {
        gmail.faults().always(RequestMatch.path("/messages$").query("labelIds", "Label.*"), Fault.status(400));
        try (TestBox box = TestBox.open(gmail)) {
            assertThatThrownBy(() -> Crawl.run(box.mailbox(), QUERY, PAGE))
                    .isInstanceOfSatisfying(
                            SourceException.class,
                            error -> assertThat(error.kind()).isEqualTo(SourceException.Kind.FAIL_JOB));
        }
    }

    private static List<Partition> windows(List<Partition> plan) {
        return plan.stream()
                .filter(partition -> partition.kind() == Partition.Kind.WINDOW)
                .toList();
    }
}
