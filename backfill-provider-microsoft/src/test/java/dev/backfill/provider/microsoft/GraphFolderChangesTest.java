package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.ChangesBed.LATER;
import static dev.backfill.provider.microsoft.ChangesBed.OPEN;
import static dev.backfill.provider.microsoft.ChangesBed.TO;
import static dev.backfill.provider.microsoft.ChangesBed.WORK;
import static dev.backfill.provider.microsoft.ChangesBed.mail;
import static dev.backfill.provider.microsoft.ChangesBed.stored;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.model.FolderRole;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.Crawl;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders that come, are thrown away, come back, and go for good between two readings of changes. */
class GraphFolderChangesTest {
    private ChangesBed bed;

    @BeforeEach
    void start() throws Exception {
        bed = ChangesBed.start(ChangesBed.mails());
    }

    @AfterEach
    void stop() {
        bed.close();
    }

    @Test
    void aFolderThatIsNewIsPinnedAndWalkedForUpdates() throws Exception {
        Map<String, String> pins = bed.full(OPEN).tokens();
        FolderPath fresh = FolderPath.of("Work", "Deep", "New");
        bed.there.add(mail(30, fresh));
        bed.there.add(Graphs.mail(31, TO.plusSeconds(60), fresh));
        bed.there.move(stored(1), fresh, LATER);
        Crawl changes = bed.changes(OPEN, pins);

        assertThat(bed.told(changes.items(), 1, 30, 31)).contains("UPDATE 1", "UPDATE 30", "UPDATE 31");
        assertThat(changes.ids().stream().distinct()).hasSize(3);
        assertThat(changes.tokens()).containsKey(bed.folder(fresh));
        bed.assertNothing(OPEN, changes.tokens());
        bed.there.change(mail(30, fresh), List.of("Red"), LATER);
        assertThat(bed.told(bed.changes(OPEN, changes.tokens()).items(), 30)).containsExactly("UPDATE 30");
    }

    /** Told as there behind its deletion, a message would be so for ever. */
    @Test
    void theWindowsOfAFolderEndOnceItIsBeingToldThatItLeftAndAreReadAgainBehindANewMark() throws Exception {
        Map<String, String> pins = bed.full(OPEN).tokens();
        String work = bed.folder(WORK);
        Partition window = bed.mailbox.plan(OPEN).stream()
                .filter(one -> one.kind() == Partition.Kind.WINDOW)
                .filter(one -> one.scope().equals(work))
                .findFirst()
                .orElseThrow();
        bed.there.moveFolder(WORK, FolderPath.DELETED);
        Partition left = bed.mailbox.planChanges(OPEN, pins).stream()
                .filter(one -> one.scope().equals(work))
                .findFirst()
                .orElseThrow();
        assertThat(bed.page(window, Position.START, ChangesBed.PAGE).entries())
                .as("only planned: the plan may be lost")
                .isPositive();

        PageEnd end = bed.page(left, Position.START, ChangesBed.PAGE);
        for (Partition other : List.of(window, Upserts.of(window, "0123456789abcdef"))) {
            assertThat(bed.page(other, Position.START, ChangesBed.PAGE)).isEqualTo(PageEnd.last(0, 0, 0L));
        }
        while (end.next() != null) {
            end = bed.page(left, end.next(), ChangesBed.PAGE);
        }
        assertThat(end.endsScope()).isTrue();

        Position at = Position.START;
        Partition pin = Partition.pin(work);
        for (PageEnd mark = bed.page(pin, at, ChangesBed.PAGE);
                mark.next() != null;
                mark = bed.page(pin, at, ChangesBed.PAGE)) {
            at = mark.next();
        }
        assertThat(bed.page(window, Position.START, ChangesBed.PAGE).entries()).isPositive();
    }

    /** The one list of the tree was read before the folder was there. */
    @Test
    void mailThatMovesToAFolderNobodyHeardOfIsStillTheJobs() throws Exception {
        Map<String, String> pins = bed.full(OPEN).tokens();
        List<Partition> plan = bed.mailbox.planChanges(OPEN, pins);
        bed.there.move(stored(1), FolderPath.of("Brand new"), LATER);
        bed.there.move(stored(2), FolderPath.of("Deleted", "Old"), LATER);
        List<PageItem> items = new ArrayList<>();
        for (Partition partition : plan) {
            items.addAll(Crawl.from(bed.mailbox, OPEN, partition, Position.START, ChangesBed.PAGE)
                    .items());
        }

        assertThat(bed.told(items, 1, 2)).containsExactly("Deleted 2", "UPDATE 1");
    }

    /** Of what left it before it had a pin no round of its own would tell, and the folder it came from told already. */
    @Test
    void mailThatLeavesAFolderBeforeThatHasAPinIsLookedForAgain() throws Exception {
        Map<String, String> pins = bed.full(OPEN).tokens();
        List<Partition> plan = bed.mailbox.planChanges(OPEN, pins);
        FolderPath fresh = FolderPath.of("Brand new");
        bed.there.move(stored(1), fresh, LATER);
        Map<String, String> next = new HashMap<>();
        List<PageItem> items = new ArrayList<>();
        for (Partition partition : plan) {
            Crawl walk = Crawl.from(bed.mailbox, OPEN, partition, Position.START, new PageLimit(1, 1L << 30));
            next.putAll(walk.tokens());
            items.addAll(walk.items());
        }
        assertThat(bed.told(items, 1)).containsExactly("UPDATE 1");
        bed.there.purge(stored(1));
        bed.restart();
        Crawl then = bed.changes(OPEN, next);

        assertThat(bed.told(then.items(), 1)).containsExactly("Deleted 1");
        bed.assertNothing(OPEN, then.tokens());
    }

    /** The job planned the folder, and changes are read in the middle of its walk: the folder is still to get its pin. */
    @Test
    void mailThatLeavesAFolderThatIsStillToGetItsPinIsLookedForAgain() throws Exception {
        Map<String, String> pins = new HashMap<>(bed.full(OPEN).tokens());
        pins.remove(bed.folder(WORK));
        bed.resume(pins);
        bed.there.move(stored(1), WORK, LATER);
        Crawl first = bed.changes(OPEN, pins);
        assertThat(bed.told(first.items(), 1)).containsExactly("UPDATE 1");
        pins.putAll(first.tokens());
        bed.there.purge(stored(1));
        bed.resume(pins);

        assertThat(bed.told(bed.changes(OPEN, pins).items(), 1)).containsExactly("Deleted 1");
    }

    @Test
    void whenAFolderIsThrownAwayAllThatWasInItIsDeleted() throws Exception {
        Map<String, String> pins = bed.full(OPEN).tokens();
        bed.there.purge(stored(100));
        bed.there.moveFolder(WORK, FolderPath.DELETED);
        PageLimit three = new PageLimit(3, 1L << 30);
        Crawl changes = Crawl.changes(bed.mailbox, OPEN, pins, three);

        assertThat(changes.items()).hasSize(10).allMatch(PageItem.Deleted.class::isInstance);
        assertThat(changes.ids()).doesNotHaveDuplicates().contains(bed.id(100), bed.id(101), bed.id(109));
        bed.assertNothing(OPEN, changes.tokens());
    }

    /** Which folders have pins the life before heard of, as it planned; this one must not take what they hold for lost. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void mailThatWasSavedFromAFolderBeforeThatLeftIsThereThoughTheMailboxIsOpenedAnew(int pagesBefore)
            throws Exception {
        bed.there.add(mail(30, FolderPath.of("Projects")));
        Map<String, String> pins = bed.full(OPEN).tokens();
        bed.there.move(stored(100), FolderPath.INBOX, LATER);
        bed.there.move(stored(101), FolderPath.DELETED, LATER);
        bed.there.change(mail(102, WORK), List.of("Red"), LATER);
        bed.there.moveFolder(WORK, FolderPath.DELETED);
        List<Partition> plan = bed.mailbox.planChanges(OPEN, pins);
        Partition left = plan.stream().filter(Changes::isLeft).findFirst().orElseThrow();
        Position position = Position.START;
        for (int page = 0; page < pagesBefore; page++) {
            position = bed.page(left, position, ChangesBed.PAGE).next();
        }
        bed.resume(pins);
        bed.there.moveFolder(FolderPath.of("Deleted", "Work"), FolderPath.of("Projects"));
        List<PageItem> items =
                Crawl.from(bed.mailbox, OPEN, left, position, ChangesBed.PAGE).items();

        assertThat(bed.told(items, 100, 101, 102))
                .contains("UPDATE 100", "Deleted 101", "Deleted 102")
                .doesNotContain("Deleted 100", "UPDATE 101", "UPDATE 102");
    }

    /** Both folders tell of it, the one that it came from and the one that left with it. */
    @Test
    void mailThatMovedIntoAFolderThatThenLeftIsToldAsDeletedOnce() throws Exception {
        Map<String, String> pins = bed.full(OPEN).tokens();
        bed.there.move(stored(1), WORK, LATER);
        bed.there.moveFolder(WORK, FolderPath.DELETED);
        Crawl changes = bed.changes(OPEN, pins);

        assertThat(bed.told(changes.items(), 1)).contains("Deleted 1").hasSize(11);
        assertThat(changes.ids()).doesNotHaveDuplicates();
    }

    /** Told as deleted it would stay so should that folder come back before anybody plans; and if it does not, the folder tells that itself. */
    @Test
    void mailThatMovedFromAFolderThatLeftIntoOneThatIsAwayForNowIsThere() throws Exception {
        FolderPath projects = FolderPath.of("Work", "Projects");
        bed.there.add(mail(30, projects));
        Map<String, String> pins = bed.full(OPEN).tokens();
        bed.there.moveFolder(projects, FolderPath.DELETED);
        Partition left = bed.mailbox.planChanges(OPEN, pins).stream()
                .filter(Changes::isLeft)
                .findFirst()
                .orElseThrow();
        bed.there.move(stored(30), WORK, LATER);
        bed.there.moveFolder(WORK, FolderPath.DELETED);
        bed.resume(pins);

        List<PageItem> told = Crawl.from(bed.mailbox, OPEN, left, Position.START, ChangesBed.PAGE)
                .items();

        assertThat(bed.told(told, 30)).containsExactly("UPDATE 30");
    }

    /** Of two events of one second the later counts: what another folder tells of mail that was just saved must not go in between. */
    @Test
    void whatIsSavedFromAFolderWhileThatIsToldAsGoneIsToldAfterItsDeletion() throws Exception {
        Map<String, String> pins = bed.full(OPEN).tokens();
        bed.there.moveFolder(WORK, FolderPath.DELETED);
        List<Partition> plan = bed.mailbox.planChanges(OPEN, pins);
        Partition left = plan.stream().filter(Changes::isLeft).findFirst().orElseThrow();
        Partition inbox = plan.stream()
                .filter(partition -> partition.scope().equals(bed.folder(FolderPath.INBOX)))
                .findFirst()
                .orElseThrow();
        List<PageItem> told = new CopyOnWriteArrayList<>();
        Thread other = new Thread(() -> bed.mailbox.fetch(OPEN, inbox, Position.START, ChangesBed.PAGE, item -> {
            told.add(item);
            return PageWriter.Verdict.CONTINUE;
        }));
        bed.mailbox.fetch(OPEN, left, Position.START, ChangesBed.PAGE, item -> {
            if (other.getState() == Thread.State.NEW) {
                bed.there.move(stored(109), FolderPath.INBOX, Instant.now());
                other.start();
                while (other.isAlive() && !waitsForItsTurn(other)) {
                    Thread.onSpinWait();
                }
            }
            told.add(item);
            return PageWriter.Verdict.CONTINUE;
        });
        other.join();

        assertThat(told.stream()
                        .filter(item -> PageCollector.id(item).equals(bed.id(109)))
                        .map(item -> item.getClass().getSimpleName()))
                .containsExactly("Deleted", "Message");
    }

    private static boolean waitsForItsTurn(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals("inTurn") && thread.getState() == Thread.State.WAITING);
    }

    @Test
    void whenAFolderIsThrownAwayAndItsTokenDiedWhatIsInItIsDeletedAndTheRestUnknown() throws Exception {
        Map<String, String> pins = bed.full(OPEN).tokens();
        bed.there.moveFolder(WORK, FolderPath.DELETED);
        bed.there.forgetChanges(FolderPath.of("Deleted", "Work"));
        Crawl changes = bed.changes(OPEN, pins);

        assertThat(changes.items()).hasSize(10).allMatch(PageItem.Deleted.class::isInstance);
        assertThat(changes.pages())
                .filteredOn(page -> !page.end().replacedBy().isEmpty())
                .hasSize(1);
    }

    @Test
    void aFolderThatIsGoneForGoodIsNamedAndItsDeletionsAreUnknown() throws Exception {
        Map<String, String> pins = bed.full(OPEN).tokens();
        String work = bed.folder(WORK);
        bed.there.removeFolder(WORK);
        Partition gone = bed.mailbox.planChanges(OPEN, pins).stream()
                .filter(partition -> partition.scope().equals(work))
                .findFirst()
                .orElseThrow();
        List<Partition> instead =
                bed.page(gone, Position.START, ChangesBed.PAGE).replacedBy();

        assertThat(instead).hasSize(2);
        PageEnd pin = bed.page(instead.get(0), Position.START, ChangesBed.PAGE);
        assertThat(bed.failed(instead.get(1), Position.START, ChangesBed.PAGE).kind())
                .isEqualTo(SourceException.Kind.SKIP_PARTITION);
        Map<String, String> next = new HashMap<>(pins);
        next.put(work, String.valueOf(pin.token()));
        assertThat(bed.mailbox.planChanges(OPEN, next))
                .extracting(Partition::scope)
                .doesNotContain(work);
    }

    /** Changes may be planned in the middle of a walk, when folders still wait for their pins. */
    @Test
    void aFolderThatStillWaitsForItsPinIsNotPlannedTwice() throws Exception {
        List<Partition> plan = bed.mailbox.plan(OPEN);
        Map<String, String> pins = new HashMap<>();
        for (Partition partition : plan.subList(0, 2)) {
            pins.putAll(Crawl.from(bed.mailbox, OPEN, partition, Position.START, ChangesBed.PAGE)
                    .tokens());
        }
        assertThat(pins).hasSize(2);
        assertThat(bed.mailbox.planChanges(OPEN, pins))
                .extracting(Partition::kind)
                .containsExactly(Partition.Kind.CHANGES, Partition.Kind.CHANGES);
        MailQuery next = new MailQuery(null, TO.plusSeconds(3_600), List.of(), false, true, true);
        assertThat(bed.mailbox.planChanges(next, pins))
                .extracting(Partition::kind)
                .as("another job plans what has no pin")
                .contains(Partition.Kind.PIN, Partition.Kind.WINDOW);
    }

    @Test
    void aJobOfNamedFoldersHearsOfTheseAlone() throws Exception {
        MailQuery inbox = new MailQuery(null, TO, List.of("inbox"), false, true, true);
        Map<String, String> pins = bed.full(inbox).tokens();
        bed.there.add(mail(30, FolderPath.of("Other")));

        assertThat(pins).containsOnlyKeys("folders", bed.folder(FolderPath.INBOX));
        bed.assertNothing(inbox, pins);
    }

    @Test
    void aWellKnownFolderThatWasRefusedIsNotTakenForAnOrdinaryOneLater() throws Exception {
        bed.there.add(mail(300, FolderPath.JUNK));
        Fault denied = Fault.json(403, "{\"error\":{\"code\":\"ErrorAccessDenied\",\"message\":\"\"}}");
        bed.graph.faults().always(RequestMatch.path("/mailFolders/junkemail$"), denied);
        try (Mailbox mailbox = Graphs.open(bed.graph)) {
            String token = mailbox.fetch(
                            OPEN, Partition.pin(FolderPin.SCOPE), Position.START, ChangesBed.PAGE, new PageCollector())
                    .token();
            assertThat(FolderPin.decode(token).whole()).isFalse();
        }
    }

    /** Its mail was told as deleted meanwhile, and neither its token nor its messages tell that it is back. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFolderThatLeavesAndComesBackBetweenTwoReadingsOfOneJobIsToldAnew(boolean tokenDied) throws Exception {
        FolderPath old = FolderPath.of("Projects", "Old");
        bed.there.addAll(List.of(mail(30, old), mail(31, old)));
        Map<String, String> pins = new HashMap<>(bed.full(OPEN).tokens());
        bed.there.moveFolder(old, FolderPath.DELETED);
        if (tokenDied) {
            bed.there.forgetChanges(FolderPath.of("Deleted", "Old"));
        }
        Crawl left = bed.changes(OPEN, pins);
        assertThat(bed.told(left.items(), 30, 31)).containsExactly("Deleted 30", "Deleted 31");
        pins.putAll(left.tokens());
        bed.assertNothing(OPEN, pins);
        bed.there.moveFolder(FolderPath.of("Deleted", "Old"), FolderPath.of("Projects"));
        MailQuery next = new MailQuery(null, TO.plusSeconds(3_600), List.of(), false, true, true);

        for (MailQuery query : List.of(OPEN, next)) {
            Crawl back = bed.changes(query, pins);
            assertThat(bed.told(back.items(), 30, 31)).containsExactly("UPDATE 30", "UPDATE 31");
            Map<String, String> after = new HashMap<>(pins);
            after.putAll(back.tokens());
            bed.assertNothing(query, after);
        }
    }

    /** A known limit and its ways out: marks that know nothing of the folder's absence, of a job before it or of one that read everything without any. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatComesBackUnheardOfIsToldWithItsNextChangeOrItsFoldersNextReturn(boolean walkedAgain) throws Exception {
        FolderPath old = FolderPath.of("Projects", "Old");
        bed.there.addAll(List.of(mail(30, old), mail(31, old)));
        Map<String, String> before = bed.full(OPEN).tokens();
        bed.there.moveFolder(old, FolderPath.DELETED);
        assertThat(bed.told(bed.changes(OPEN, before).items(), 30, 31)).containsExactly("Deleted 30", "Deleted 31");
        bed.there.moveFolder(FolderPath.of("Deleted", "Old"), FolderPath.of("Projects"));
        bed.restart();
        Map<String, String> pins = new HashMap<>(walkedAgain ? bed.full(OPEN).tokens() : before);
        bed.assertNothing(OPEN, pins);

        bed.there.change(mail(30, old), List.of("Red"), LATER);
        Crawl changed = bed.changes(OPEN, pins);
        assertThat(bed.told(changed.items(), 30, 31)).containsExactly("UPDATE 30");
        pins.putAll(changed.tokens());
        bed.there.moveFolder(old, FolderPath.DELETED);
        Crawl left = bed.changes(OPEN, pins);
        pins.putAll(left.tokens());
        bed.there.moveFolder(FolderPath.of("Deleted", "Old"), FolderPath.of("Projects"));
        bed.restart();
        assertThat(bed.told(bed.changes(OPEN, pins).items(), 30, 31)).containsExactly("UPDATE 30", "UPDATE 31");
    }

    /** The one list of the tree does not hold them, so that it says nothing of what is new. */
    @Test
    void aHiddenFolderThatCameLaterIsFoundWhereTheJobMeansSuch() throws Exception {
        Map<MailQuery, FolderPath> queries = Map.of(
                new MailQuery(null, TO, List.of("all", "hidden"), false, true, true), FolderPath.of("Unseen"),
                new MailQuery(null, TO, List.of(), true, true, true), FolderPath.of("Deleted", "Unseen"),
                new MailQuery(null, TO, List.of("junk"), false, true, true), FolderPath.of("Junk", "Unseen"));
        Map<MailQuery, Map<String, String>> pins = new HashMap<>();
        queries.keySet().forEach(query -> pins.put(query, bed.full(query).tokens()));
        int number = 30;
        for (Map.Entry<MailQuery, FolderPath> entry : queries.entrySet()) {
            StoredMail unseen = mail(number++, entry.getValue());
            bed.there.addHiddenFolder(entry.getValue()).add(unseen);
            Crawl changes = bed.changes(entry.getKey(), pins.get(entry.getKey()));

            assertThat(changes.ids()).containsExactly(bed.there.messageId(unseen));
            bed.assertNothing(entry.getKey(), changes.tokens());
        }
    }

    @Test
    void tenThousandFoldersAreOnePinByWhichEachIsKnownAgain() {
        String token = pinOf(10_000);
        FolderPin pin = FolderPin.decode(token);

        assertThat(token).hasSizeLessThan(PageEnd.MAX_TOKEN);
        assertThat(IntStream.range(0, 10_000)).allMatch(i -> pin.isPlanned(OPEN, "folder-" + i));
        assertThat(IntStream.range(10_000, 11_000)).noneMatch(i -> pin.isPlanned(OPEN, "folder-" + i));
    }

    /** They count as new ones then, and are read twice at the worst. */
    @Test
    void moreFoldersThanAPinCanNameAreLeftOutOfIt() {
        String token = pinOf(30_000);

        assertThat(token).hasSizeLessThan(PageEnd.MAX_TOKEN);
        assertThat(FolderPin.decode(token).isPlanned(OPEN, "folder-1")).isFalse();
    }

    private static String pinOf(int folders) {
        List<Folder> all = IntStream.range(0, folders)
                .mapToObj(i -> FolderTree.unread("folder-" + i, FolderRole.OTHER, FolderRole.OTHER))
                .toList();
        FolderTree.Tree tree = new FolderTree.Tree(all, Map.of(), Map.of());
        return FolderPin.of(tree, Map.of(), OPEN, all).encode();
    }
}
