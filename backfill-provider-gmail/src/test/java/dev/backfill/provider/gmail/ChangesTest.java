package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.gmail.GmailFault;
import dev.backfill.testkit.gmail.GmailMailbox;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.MailBytes;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the history since a pin means for a job: for mail that is there, has left the job's scope, or was never in it. */
class ChangesTest {
    private static final PageLimit PAGE = new PageLimit(50, 50_000_000);
    private static final Instant FROM = Instant.parse("2021-01-01T00:00:00Z");
    private static final Instant TO = Instant.parse("2022-01-01T00:00:00Z");

    private final List<StoredMail> mails = new ArrayList<>();
    private FakeGmail gmail;
    private GmailMailbox there;
    private TestBox box;
    private StoredMail inbox;
    private StoredMail work;
    private StoredMail trashed;
    private StoredMail old;

    @BeforeEach
    void start() throws Exception {
        inbox = mail(1, FROM.plusSeconds(100), FolderPath.INBOX);
        work = mail(2, FROM.plusSeconds(200), FolderPath.of("Work"));
        trashed = mail(3, FROM.plusSeconds(300), FolderPath.DELETED);
        old = mail(4, FROM.minusSeconds(300), FolderPath.INBOX);
        mails.addAll(List.of(inbox, work, trashed, old));
        gmail = FakeGmail.builder().mailbox("ann@example.com", mails).start();
        there = gmail.mailbox("ann@example.com");
        box = TestBox.open(gmail);
    }

    @AfterEach
    void stop() {
        box.close();
        gmail.close();
    }

    private static StoredMail mail(int number, Instant received, FolderPath folder) {
        return TestMail.generated(number).get(number - 1).toBuilder()
                .receivedAt(received)
                .folder(folder)
                .build();
    }

    private static MailQuery query(String... folders) {
        return new MailQuery(FROM, TO, List.of(folders), false, true);
    }

    /** Walks the mailbox, lets something happen, and gives what the changes since are, page by page. */
    private List<PageItem> changes(MailQuery query, int pageSize, Runnable happening) {
        Map<String, String> pins = Crawl.run(box.mailbox(), query, PAGE).pins();
        assertThat(pins).hasSize(1);
        happening.run();
        Crawl changes = Crawl.run(
                box.mailbox(),
                query,
                new PageLimit(pageSize, 50_000_000),
                box.mailbox().planChanges(query, pins));
        Crawl again = Crawl.run(box.mailbox(), query, PAGE, box.mailbox().planChanges(query, changes.pins()));
        assertThat(again.items()).isEmpty();
        return changes.items();
    }

    private static void assertDeleted(List<PageItem> items, StoredMail... mails) {
        assertThat(items).allMatch(PageItem.Deleted.class::isInstance);
        assertThat(items.stream().map(PageCollector::id))
                .containsExactly(List.of(mails).stream().map(StoredMail::id).toArray(String[]::new));
    }

    private static void assertMessage(PageItem item, StoredMail mail, PageItem.Change change) {
        assertThat(item).asInstanceOf(type(PageItem.Message.class)).satisfies(message -> {
            assertThat(message.email().id()).isEqualTo(mail.id());
            assertThat(message.change()).isEqualTo(change);
        });
    }

    @Test
    void mailIsReadAsItIsNow() {
        StoredMail news = mail(5, FROM.plusSeconds(500), FolderPath.INBOX);
        List<PageItem> items = changes(query(), 2, () -> {
            there.add(news);
            there.label(inbox.id(), List.of("IMPORTANT"), List.of());
            there.trash(work.id());
        });
        assertThat(items).hasSize(3);
        assertMessage(items.get(0), news, PageItem.Change.CREATE);
        assertMessage(items.get(1), inbox, PageItem.Change.UPDATE);
        assertDeleted(items.subList(2, 3), work);
    }

    @Test
    void aPageOfChangesHoldsNoMoreBytesThanThereIsRoomFor() {
        String text = "From: a@example.com\r\nSubject: large\r\n\r\n" + "0123456789abcdef\r\n".repeat(3_000);
        List<String> large = new ArrayList<>();
        Map<String, String> pins = Crawl.run(box.mailbox(), query(), PAGE).pins();
        for (int i = 0; i < 60; i++) {
            StoredMail one = StoredMail.builder(HexFormat.of().toHexDigits(0x1000L + i), FROM.plusSeconds(500 + i))
                    .folder(FolderPath.INBOX)
                    .mime(MailBytes.utf8(text))
                    .build();
            there.add(one);
            large.add(one.id());
        }
        PageLimit limit = new PageLimit(100, 400_000);
        Partition changes = box.mailbox().planChanges(query(), pins).get(0);
        List<String> ids = new ArrayList<>();
        Position position = Position.START;
        int most = 0;
        while (position != null) {
            int before = gmail.journal().count(RequestMatch.path("/messages/[0-9a-f]+$"));
            PageCollector page = new PageCollector();
            PageEnd end = box.mailbox().fetch(query(), changes, position, limit, page);
            most = Math.max(most, gmail.journal().count(RequestMatch.path("/messages/[0-9a-f]+$")) - before);
            long bytes = page.items().stream()
                    .mapToLong(item -> ((PageItem.Message) item).email().heapBytes())
                    .sum();
            assertThat(bytes).isLessThanOrEqualTo(limit.bytes());
            ids.addAll(page.ids());
            position = end.next();
        }
        assertThat(ids).containsExactlyElementsOf(large);
        // As many as would fit if they were like the mail before them, not all 60.
        assertThat(most).isLessThan(40);
    }

    @Test
    void mailThatWasInScopeAndIsGoneIsADelete() {
        assertDeleted(changes(query(), 50, () -> there.delete(inbox.id())), inbox);
    }

    @Test
    void mailThatLeftTheScopeIsADeleteOnceHoweverOftenItChangesThere() {
        for (int pageSize : new int[] {1, 50}) {
            String label = there.labelId("Other" + pageSize);
            List<PageItem> items = changes(query("inbox"), pageSize, () -> {
                there.label(inbox.id(), List.of(), List.of("INBOX"));
                there.label(inbox.id(), List.of(label), List.of());
                there.label(inbox.id(), List.of("IMPORTANT"), List.of(label));
            });
            assertDeleted(items, inbox);
            there.label(inbox.id(), List.of("INBOX"), List.of("IMPORTANT"));
        }
    }

    @Test
    void halfOfAMoveInAPageIsADeleteToo() {
        for (int pageSize : new int[] {1, 50}) {
            List<PageItem> items =
                    changes(query("inbox"), pageSize, () -> there.label(inbox.id(), List.of("SPAM"), List.of("INBOX")));
            assertDeleted(items, inbox);
            there.label(inbox.id(), List.of("INBOX"), List.of("SPAM"));
        }
    }

    @Test
    void mailThatWasTrashedAndThenDeletedForGoodIsOneDelete() {
        assertDeleted(
                changes(query(), 50, () -> {
                    there.trash(inbox.id());
                    there.delete(inbox.id());
                }),
                inbox);
    }

    /** A get costs a fifth of a second of a new project's quota, and the history has said what it would say. */
    @Test
    void mailThatTheHistoryCallsDeletedIsNotAskedFor() {
        Crawl.run(box.mailbox(), query(), PAGE);
        int walk = box.context().requests("messages.get");
        assertDeleted(
                changes(query(), 50, () -> {
                    there.label(inbox.id(), List.of("STARRED"), List.of());
                    there.delete(inbox.id());
                    there.delete(work.id());
                }),
                inbox,
                work);
        assertThat(box.context().requests("messages.get"))
                .as("of the two walks alone")
                .isEqualTo(2 * walk);
    }

    /** The history is listed far beyond a page, so that it is known that the message is gone by the end of it. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 50})
    void mailThatALaterPageCallsDeletedIsNotAskedForAndIsOneDelete(int pageSize) {
        Crawl.run(box.mailbox(), query("inbox"), PAGE);
        int walk = box.context().requests("messages.get");
        List<PageItem> items = changes(query("inbox"), pageSize, () -> {
            there.label(inbox.id(), List.of("STARRED"), List.of());
            // It leaves the folder in one page and the mailbox in another.
            there.trash(inbox.id());
            there.label(old.id(), List.of("STARRED"), List.of());
            there.delete(inbox.id());
        });
        assertDeleted(items, inbox);
        assertThat(((PageItem.Deleted) items.get(0)).revision())
                .as("the deletion's own, whatever page it stands in")
                .isEqualTo(Long.toString(there.historyId()));
        assertThat(box.context().requests("messages.get"))
                .as("of the two walks, and of the message that is out of the range")
                .isEqualTo(2 * walk + 1);
    }

    /** Who archives a conversation changes all of its messages. */
    @Test
    void aThreadOfWhichThreeChangedIsGotWhole() {
        List<StoredMail> thread = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            StoredMail one = mail(10 + i, FROM.plusSeconds(1_000 + i), FolderPath.INBOX).toBuilder()
                    .threadKey("conversation")
                    .build();
            there.add(one);
            thread.add(one);
        }
        StoredMail alone = mail(30, FROM.plusSeconds(5_000), FolderPath.INBOX);
        there.add(alone);
        Map<String, String> pins = Crawl.run(box.mailbox(), query(), PAGE).pins();
        int gets = box.context().requests("messages.get");
        int threads = box.context().requests("threads.get");
        thread.forEach(one -> there.label(one.id(), List.of("Label_1"), List.of("INBOX")));
        there.label(alone.id(), List.of(), List.of("INBOX"));

        Crawl changes = Crawl.run(box.mailbox(), query(), PAGE, box.mailbox().planChanges(query(), pins));

        List<String> expected =
                new ArrayList<>(thread.stream().map(StoredMail::id).toList());
        expected.add(alone.id());
        assertThat(changes.ids()).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(box.context().requests("threads.get")).isEqualTo(threads + 1);
        assertThat(box.context().requests("messages.get")).isEqualTo(gets + 1);
    }

    /** What was read of it before it became too much is used, and the rest is asked for by itself. */
    @Test
    void aThreadThatIsMoreThanAPageMayHoldIsReadMessageByMessage() {
        String text = "From: a@example.com\r\nSubject: large\r\n\r\n" + "0123456789abcdef\r\n".repeat(30_000);
        Map<String, String> pins = Crawl.run(box.mailbox(), query(), PAGE).pins();
        List<String> large = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            StoredMail one = StoredMail.builder(HexFormat.of().toHexDigits(0x1000L + i), FROM.plusSeconds(500 + i))
                    .folder(FolderPath.INBOX)
                    .threadKey("large")
                    .mime(MailBytes.utf8(text))
                    .build();
            there.add(one);
            large.add(one.id());
        }
        Crawl changes = Crawl.run(
                box.mailbox(),
                query(),
                new PageLimit(100, 1_200_000),
                box.mailbox().planChanges(query(), pins));
        assertThat(changes.ids()).containsExactlyElementsOf(large);
    }

    /** Replayed as if a walk had met it, it would be a create that readers know already, or nothing at all. */
    @Test
    void aChangeThatFailedIsToldAsTheChangeItWasWhenItIsReadAgain() {
        StoredMail news = mail(5, FROM.plusSeconds(500), FolderPath.INBOX);
        for (boolean labels : new boolean[] {false, true}) {
            MailQuery query = labels ? query("inbox", "Work") : query();
            Map<String, String> pins = Crawl.run(box.mailbox(), query, PAGE).pins();
            there.add(news);
            there.label(inbox.id(), List.of(labels ? "IMPORTANT" : "STARRED"), List.of());
            there.label(work.id(), List.of(labels ? "IMPORTANT" : "STARRED"), List.of());
            gmail.faults()
                    .always(
                            RequestMatch.path("/messages/[0-9a-f]+$"),
                            GmailFault.of(500, "backendError", "no").asFault());
            List<FailureRef> failed =
                    Crawl.run(box.mailbox(), query, PAGE, box.mailbox().planChanges(query, pins)).items().stream()
                            .map(item -> ((PageItem.Failed) item).ref())
                            .toList();
            assertThat(failed).hasSize(3);
            assertThat(replay(query, failed))
                    .as("what fails again is told apart the next time, too")
                    .extracting(item -> ((PageItem.Failed) item).ref())
                    .isEqualTo(failed);
            gmail.faults().clear();

            List<PageItem> items = replay(query, failed);
            assertMessage(items.get(0), news, PageItem.Change.CREATE);
            assertMessage(items.get(1), inbox, PageItem.Change.UPDATE);
            assertMessage(items.get(2), work, PageItem.Change.UPDATE);

            there.trash(inbox.id());
            there.delete(news.id());
            assertDeleted(List.of(replay(query, failed).get(0)), news);
            assertDeleted(List.of(replay(query, failed).get(1)), inbox);
            there.label(inbox.id(), List.of("INBOX"), List.of("TRASH"));
        }
    }

    private List<PageItem> replay(MailQuery query, List<FailureRef> refs) {
        PageCollector again = new PageCollector();
        box.mailbox().replay(query, refs, again);
        return again.items();
    }

    @Test
    void mailThatTheJobNeverMeantIsNoDelete() {
        assertThat(changes(query("inbox"), 50, () -> {
                    there.label(work.id(), List.of("IMPORTANT"), List.of());
                    there.trash(work.id());
                    there.delete(work.id());
                    there.delete(trashed.id());
                }))
                .isEmpty();
        assertThat(changes(query("inbox"), 1, () -> there.label(old.id(), List.of("IMPORTANT"), List.of("INBOX"))))
                .isEmpty();
    }

    @Test
    void mailThatWasInTheTrashAllAlongIsNoDelete() {
        assertThat(changes(query(), 50, () -> {
                    there.label(trashed.id(), List.of("IMPORTANT"), List.of());
                    there.delete(trashed.id());
                }))
                .isEmpty();
    }

    @Test
    void mailThatCameAndLeftMayHaveBeenWalkedSoItIsADelete() {
        StoredMail news = mail(5, FROM.plusSeconds(500), FolderPath.INBOX);
        assertDeleted(
                changes(query(), 50, () -> {
                    there.add(news);
                    there.trash(news.id());
                }),
                news);
        StoredMail rubbish = mail(6, FROM.plusSeconds(600), FolderPath.DELETED);
        assertThat(changes(query(), 50, () -> there.add(rubbish))).isEmpty();
    }

    @Test
    void newMailThatChangedIsAnUpdateAsWellForThoseWhoKnowItAlready() {
        StoredMail news = mail(5, FROM.plusSeconds(500), FolderPath.INBOX);
        List<PageItem> items = changes(query(), 50, () -> {
            there.add(news);
            there.label(news.id(), List.of("IMPORTANT"), List.of());
            there.label(news.id(), List.of("CATEGORY_SOCIAL"), List.of());
        });
        assertThat(items).hasSize(2);
        assertMessage(items.get(0), news, PageItem.Change.CREATE);
        assertMessage(items.get(1), news, PageItem.Change.UPDATE);
    }

    @Test
    void aLabelThatWasMadeInTheMiddleIsShownByItsNameToo() {
        List<PageItem> items = changes(query(), 50, () -> {
            there.label(inbox.id(), List.of(there.labelId("New/Made now")), List.of());
            there.label(work.id(), List.of(there.labelId("New/Made now")), List.of());
        });
        assertThat(items)
                .hasSize(2)
                .allSatisfy(item ->
                        assertThat(((PageItem.Message) item).email().labels()).contains("New/Made now"));
        // Once for the run's own labels and once for the new one, not once a message.
        assertThat(gmail.journal().count(RequestMatch.path("/labels$"))).isEqualTo(2);
    }

    @Test
    void aLabelWithoutANameIsAskedForOnce() {
        List<PageItem> items = changes(query(), 50, () -> {
            there.label(inbox.id(), List.of("Label_unknown"), List.of());
            there.label(work.id(), List.of("Label_unknown"), List.of());
        });
        assertThat(items)
                .hasSize(2)
                .allSatisfy(item ->
                        assertThat(((PageItem.Message) item).email().labels()).contains("Label_unknown"));
        assertThat(gmail.journal().count(RequestMatch.path("/labels$"))).isEqualTo(2);
    }

    @Test
    void whereNobodySaysTheLabelsItMayHaveBeenMeant() {
        Selection inboxOnly = Selection.of(query("inbox"), List.of());
        HistoryJson.Change deleted = new HistoryJson.Change("7", "a", "a", false, false, null, List.of(), List.of());
        assertThat(PastLabels.mayHaveBeenMeant(inboxOnly, List.of(deleted), null))
                .isTrue();
        assertThat(PastLabels.mayHaveBeenMeant(inboxOnly, List.of(deleted), List.of("Label_1")))
                .isFalse();
        HistoryJson.Change archived = change(List.of(), List.of("INBOX"));
        assertThat(PastLabels.mayHaveBeenMeant(inboxOnly, List.of(archived), List.of("Label_1")))
                .isTrue();
    }

    private static HistoryJson.Change change(List<String> gained, List<String> lost) {
        return change(null, gained, lost);
    }

    private static HistoryJson.Change change(@Nullable List<String> labels, List<String> gained, List<String> lost) {
        return new HistoryJson.Change("7", "a", "a", false, false, labels, gained, lost);
    }

    @Test
    void eachStateOnTheWayCounts() {
        Selection inboxOnly = Selection.of(query("inbox"), List.of());
        List<HistoryJson.Change> inAndOut = List.of(
                change(List.of("INBOX"), List.of("INBOX"), List.of()),
                change(List.of("Label_1"), List.of("Label_1"), List.of("INBOX")));
        assertThat(PastLabels.mayHaveBeenMeant(inboxOnly, inAndOut, List.of("Label_1")))
                .isTrue();
    }
}
