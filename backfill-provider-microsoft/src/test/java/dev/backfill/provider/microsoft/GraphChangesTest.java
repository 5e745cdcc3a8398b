package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.ChangesBed.LATER;
import static dev.backfill.provider.microsoft.ChangesBed.OPEN;
import static dev.backfill.provider.microsoft.ChangesBed.TO;
import static dev.backfill.provider.microsoft.ChangesBed.WORK;
import static dev.backfill.provider.microsoft.ChangesBed.mail;
import static dev.backfill.provider.microsoft.ChangesBed.stored;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.testkit.Crawl;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.graph.DeltaOptions;
import dev.backfill.testkit.graph.GraphQuirks;
import dev.backfill.testkit.http.RequestJournal;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a folder's changes since its pin come to. */
class GraphChangesTest {
    private ChangesBed bed;

    @BeforeEach
    void start() throws Exception {
        bed = ChangesBed.start(ChangesBed.mails());
    }

    @AfterEach
    void stop() {
        bed.close();
    }

    private static StoredMail news(int number, Instant received, FolderPath folder) {
        return Graphs.mail(number, received, folder);
    }

    private void change(int number) {
        bed.there.change(mail(number, FolderPath.INBOX), List.of("Red"), LATER);
    }

    @Test
    void createdUpdatedAndDeletedMessagesAreToldOnceAsWhatTheyAre() {
        Map<String, String> pins = bed.full(OPEN).tokens();
        bed.there.add(news(20, LATER, FolderPath.INBOX));
        change(1);
        change(1);
        bed.there.delete(stored(2), LATER);
        bed.there.purge(stored(3));
        bed.there.move(stored(4), FolderPath.DELETED, LATER);
        Crawl changes = bed.changes(OPEN, pins);

        assertThat(bed.told(changes.items(), 1, 2, 3, 4, 20))
                .containsExactly("CREATE 20", "Deleted 2", "Deleted 3", "Deleted 4", "UPDATE 1");
        bed.assertNothing(OPEN, changes.tokens());
        assertThat(bed.told(bed.changes(OPEN, pins).items(), 1, 2, 3, 4, 20))
                .as("told again from the same pins, under the same keys")
                .containsExactly("CREATE 20", "Deleted 2", "Deleted 3", "Deleted 4", "UPDATE 1");
    }

    @Test
    void newMailThatChangedSinceIsAnUpdateSinceItsCreateMayHaveBeenHandedOver() {
        Map<String, String> pins = bed.full(OPEN).tokens();
        bed.there.add(news(20, LATER, FolderPath.INBOX));
        Map<String, String> then = bed.changes(OPEN, pins).tokens();
        bed.there.change(news(20, LATER, FolderPath.INBOX), List.of("Red"), LATER.plusSeconds(1));
        bed.there.add(news(21, LATER.plusSeconds(100), FolderPath.INBOX));
        bed.there.change(news(21, LATER, FolderPath.INBOX), List.of("Red"), LATER.plusSeconds(200));
        bed.there.add(news(22, LATER.plusSeconds(50), WORK));

        assertThat(bed.told(bed.changes(OPEN, then).items(), 20, 21, 22))
                .containsExactly("CREATE 22", "UPDATE 20", "UPDATE 21");
    }

    /** A rule may move mail to a folder of which nothing new was ever handed over. */
    @Test
    void mailThatWasHandedOverAsNewIsNotNewInAnotherFolder() {
        Map<String, String> pins = bed.full(OPEN).tokens();
        bed.there.add(news(20, LATER, FolderPath.INBOX));
        Map<String, String> then = bed.changes(OPEN, pins).tokens();
        bed.there.move(stored(20), WORK, LATER.plusSeconds(1));

        assertThat(bed.told(bed.changes(OPEN, then).items(), 20)).containsExactly("UPDATE 20");
    }

    @Test
    void aMoveWithinTheJobIsOneUpdateWithItsNewFolder() {
        Map<String, String> pins = bed.full(OPEN).tokens();
        bed.there.move(stored(1), WORK, LATER);
        bed.there.move(stored(101), FolderPath.INBOX, LATER);
        List<PageItem> items = bed.changes(OPEN, pins).items();

        assertThat(bed.told(items, 1, 101)).containsExactly("UPDATE 1", "UPDATE 101");
        assertThat(items)
                .allSatisfy(item -> assertThat(((PageItem.Message) item).email().folder())
                        .isEqualTo(PageCollector.id(item).equals(bed.id(1)) ? "Work" : "Inbox"));
    }

    @Test
    void aMoveIntoTheJobIsAnUpdateAndOneOutOfItADelete() {
        MailQuery inbox = new MailQuery(null, TO, List.of("inbox"), false, true, true);
        Map<String, String> pins = bed.full(inbox).tokens();
        bed.there.move(stored(1), WORK, LATER);
        bed.there.move(stored(101), FolderPath.INBOX, LATER);
        bed.there.move(stored(200), FolderPath.INBOX, LATER);

        assertThat(bed.told(bed.changes(inbox, pins).items(), 1, 101, 200))
                .containsExactly("Deleted 1", "UPDATE 101", "UPDATE 200");
    }

    @Test
    void whereDeletedMailCountsADeletionIsAMove() {
        MailQuery all = new MailQuery(null, TO, List.of(), true, true, true);
        Map<String, String> pins = bed.full(all).tokens();
        bed.there.move(stored(1), FolderPath.DELETED, LATER);
        bed.there.delete(stored(2), LATER);
        bed.there.purge(stored(200));
        Crawl changes = bed.changes(all, pins);

        assertThat(bed.told(changes.items(), 1, 2, 200)).containsExactly("Deleted 200", "UPDATE 1", "UPDATE 2");
        bed.assertNothing(all, changes.tokens());
    }

    @Test
    void whatLiesOutsideTheRangeIsNotTold() {
        MailQuery some = new MailQuery(
                Graphs.START.plusSeconds(60 * 3), Graphs.START.plusSeconds(60 * 6), List.of(), false, true);
        Map<String, String> pins = bed.full(some).tokens();
        change(1);
        change(4);
        change(8);
        bed.there.move(stored(2), FolderPath.DELETED, LATER);
        bed.there.move(stored(5), FolderPath.DELETED, LATER);
        bed.there.add(news(20, LATER, FolderPath.INBOX));

        assertThat(bed.told(bed.changes(some, pins).items(), 1, 4, 8, 2, 5, 20))
                .containsExactly("Deleted 5", "UPDATE 4");
    }

    @Test
    void changesAreCutAtAnEndThatTheUserNamedAndAtNoOther() {
        MailQuery closed = new MailQuery(null, TO, List.of(), false, true, false);
        Map<String, String> pins = bed.full(closed).tokens();
        bed.there.add(news(20, TO.plusSeconds(1), FolderPath.INBOX));

        bed.assertNothing(closed, pins);
        assertThat(bed.told(bed.changes(OPEN, pins).items(), 20)).containsExactly("CREATE 20");
    }

    /** It is in the pin, so that no change will ever tell of it; and beyond the bound, so that no window holds it. */
    @Test
    void mailThatComesBetweenTheBoundAndThePinIsReadByAWindowOfItsOwn() {
        List<Partition> plan = bed.mailbox.plan(OPEN);
        bed.there.add(news(20, TO.plusSeconds(5), FolderPath.INBOX));
        bed.there.add(news(21, TO.plusSeconds(7), WORK));
        List<String> ids = new ArrayList<>();
        for (Partition partition : plan) {
            ids.addAll(Crawl.from(bed.mailbox, OPEN, partition, Position.START, ChangesBed.PAGE)
                    .ids());
        }

        assertThat(ids).hasSize(22).doesNotHaveDuplicates().contains(bed.id(20), bed.id(21));
    }

    /** As a window leaves it; and mail from the future does not make all that comes after it old. */
    @Test
    void mailDatedInTheFutureIsLeftToItsTime() {
        Instant future = Instant.now().plusSeconds(1_000_000_000);
        bed.there.add(news(20, future, FolderPath.INBOX));
        Crawl full = bed.full(OPEN);
        assertThat(full.ids()).hasSize(20).doesNotContain(bed.id(20));
        bed.there.add(news(21, future.plusSeconds(9), FolderPath.INBOX));
        Crawl changes = bed.changes(OPEN, full.tokens());
        assertThat(bed.told(changes.items(), 21)).containsExactly("UPDATE 21");
        bed.there.add(news(22, LATER, FolderPath.INBOX));

        assertThat(bed.told(bed.changes(OPEN, changes.tokens()).items(), 22)).containsExactly("CREATE 22");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aPageThatIsStoppedGoesOnBehindWhatWasHandedOverThoughTheServerListsItInAnotherOrder(int stopAfter) {
        Map<String, String> pins = bed.full(OPEN).tokens();
        for (int i = 0; i < 6; i++) {
            change(i);
        }
        Partition changes = bed.mailbox.planChanges(OPEN, pins).stream()
                .filter(partition -> partition.scope().equals(bed.folder(FolderPath.INBOX)))
                .findFirst()
                .orElseThrow();
        List<PageItem> items = new ArrayList<>();
        Position position = Position.START;
        int pages = 0;
        while (position != null) {
            bed.restart();
            PageCollector page = new PageCollector(stopAfter);
            PageEnd end = bed.mailbox.fetch(OPEN, changes, position, ChangesBed.PAGE, page);
            assertThat(end.entries() - end.repeats()).isEqualTo(page.items().size());
            items.addAll(page.items());
            if (pages++ == 0) {
                // What comes first in the list goes to its end.
                change(0);
                change(1);
            }
            position = end.next();
        }

        assertThat(items.stream().map(PageCollector::id).distinct()).hasSize(6);
        long again = items.size() - 6;
        assertThat(again).as("only what was handed over and changed again").isBetween(1L, 2L);
    }

    @Test
    void aPageHoldsNoMoreMessagesAndBytesThanThereIsRoomFor() {
        Map<String, String> pins = bed.full(OPEN).tokens();
        for (int i = 0; i < 10; i++) {
            change(i);
        }
        for (PageLimit limit : List.of(new PageLimit(3, 1L << 30), new PageLimit(50, 1))) {
            Crawl crawl = Crawl.changes(bed.mailbox, OPEN, pins, limit);
            assertThat(crawl.pages())
                    .allSatisfy(page -> assertThat(page.items()).hasSizeLessThanOrEqualTo(limit.bytes() == 1 ? 1 : 3));
            assertThat(crawl.ids()).hasSize(10).doesNotHaveDuplicates();
        }
    }

    @Test
    void emptyPagesWithANextLinkAreNotTheEnd() throws Exception {
        try (ChangesBed other = ChangesBed.start(
                ChangesBed.mails(), GraphQuirks.NONE.withEmptyPageEvery(2), DeltaOptions.NONE, number -> {})) {
            PageLimit small = new PageLimit(1, 1L << 30);
            Map<String, String> pins = Crawl.plan(other.mailbox, OPEN, small).tokens();
            for (int i = 0; i < 7; i++) {
                other.there.change(mail(i, FolderPath.INBOX), List.of("Red"), LATER);
            }

            assertThat(Crawl.changes(other.mailbox, OPEN, pins, small).ids())
                    .hasSize(7)
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void everyRequestForChangesAsksForImmutableIdsAndASizeAndNeverForTop() {
        bed.full(OPEN);
        List<RequestJournal.Entry> asked = bed.graph.journal().entries(ChangesBed.DELTA);

        assertThat(asked).isNotEmpty().allSatisfy(request -> {
            assertThat(request.query()).doesNotContainKey("$top");
            assertThat(String.join(",", request.header("Prefer")))
                    .contains("IdType=\"ImmutableId\"")
                    .contains("odata.maxpagesize=");
            assertThat(request.query().getOrDefault("$select", List.of("")).get(0))
                    .doesNotContain("body");
        });
    }

    @Test
    void anUnchangedMailboxCostsOneRequestAndOneForEachFolder() {
        Map<String, String> pins = bed.full(OPEN).tokens();
        long folders = pins.size() - 1;
        bed.restart();
        long before = bed.graph.journal().total();
        bed.assertNothing(OPEN, pins);

        assertThat(bed.graph.journal().total() - before).isEqualTo(1 + folders);
    }

    @Test
    void aRemovalHasTheSameRevisionHoweverOftenItsRoundIsRead() {
        Map<String, String> pins = bed.full(OPEN).tokens();
        bed.there.purge(stored(3));
        PageItem.Deleted first =
                (PageItem.Deleted) bed.changes(OPEN, pins).items().get(0);
        bed.restart();
        change(1);
        List<PageItem> second = bed.changes(OPEN, pins).items();

        assertThat(second)
                .filteredOn(PageItem.Deleted.class::isInstance)
                .extracting(item -> ((PageItem.Deleted) item).revision())
                .containsExactly(first.revision());
        assertThat(first.revision()).isNotEmpty();
    }

    @Test
    void aMessageThatCannotBeReadFailsAlone() {
        Map<String, String> pins = bed.full(OPEN).tokens();
        change(1);
        change(2);
        bed.there.corrupt(stored(1));

        assertThat(bed.told(bed.changes(OPEN, pins).items(), 1, 2)).hasSize(2).contains("UPDATE 2");
    }
}
