package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.ChangesBed.LATER;
import static dev.backfill.provider.microsoft.ChangesBed.OPEN;
import static dev.backfill.provider.microsoft.ChangesBed.TO;
import static dev.backfill.provider.microsoft.ChangesBed.WORK;
import static dev.backfill.provider.microsoft.ChangesBed.mail;
import static dev.backfill.provider.microsoft.ChangesBed.stored;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.Crawl;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.graph.DeltaOptions;
import dev.backfill.testkit.graph.GraphQuirks;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pins that are killed, die, cannot be had or cannot be kept; folders that come and go. */
class GraphPinsTest {
    private @Nullable ChangesBed open;

    private ChangesBed start(List<StoredMail> mails, DeltaOptions delta) throws Exception {
        ChangesBed bed = ChangesBed.start(mails, GraphQuirks.NONE, delta, number -> {});
        open = bed;
        return bed;
    }

    private ChangesBed start() throws Exception {
        return start(ChangesBed.mails(), DeltaOptions.NONE);
    }

    @AfterEach
    void stop() {
        if (open != null) {
            open.close();
        }
    }

    private static Partition pin(ChangesBed bed, FolderPath folder) {
        return Partition.pin(bed.folder(folder));
    }

    private static PageEnd page(ChangesBed bed, Partition partition, Position position, PageLimit limit) {
        return bed.mailbox.fetch(OPEN, partition, position, limit, new PageCollector());
    }

    private static SourceException failed(ChangesBed bed, Partition partition, Position position, PageLimit limit) {
        return catchThrowableOfType(SourceException.class, () -> page(bed, partition, position, limit));
    }

    private static Partition changes(ChangesBed bed, FolderPath folder, Map<String, String> pins) {
        return bed.mailbox.planChanges(OPEN, pins).stream()
                .filter(partition -> partition.scope().equals(bed.folder(folder)))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3_000, 5_000, 20_000})
    void aPinThatIsKilledGoesOnAtItsPageWhereThePageCanBeKept(int tokenLength) throws Exception {
        ChangesBed bed = start(Graphs.minutes(47, FolderPath.INBOX), DeltaOptions.NONE.withTokenLength(tokenLength));
        PageLimit ten = new PageLimit(2, 1L << 30);
        Position position = Position.START;
        String token = null;
        int kills = 0;
        while (token == null) {
            PageEnd end;
            try {
                end = page(bed, pin(bed, FolderPath.INBOX), position, ten);
            } catch (SourceException lost) {
                assertThat(lost.kind()).isEqualTo(SourceException.Kind.RESTART_PARTITION);
                position = Position.START;
                continue;
            }
            token = end.token();
            position = end.next();
            if (kills++ == 2) {
                bed.restart();
            }
        }

        boolean kept = tokenLength <= 3_000;
        assertThat(bed.graph.journal().count(ChangesBed.DELTA)).isEqualTo(kept ? 5 : 5 + 3);
        bed.there.change(Graphs.mail(7, Graphs.START, FolderPath.INBOX), List.of("Red"), LATER);
        Partition changes = Partition.changes(bed.folder(FolderPath.INBOX), token);
        assertThat(Crawl.from(bed.mailbox, OPEN, changes, Position.START, ten).ids())
                .hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(DeltaOptions.DeadToken.class)
    void aPinWhosePageDiedBeginsAgain(DeltaOptions.DeadToken dead) throws Exception {
        ChangesBed bed = start(Graphs.minutes(30, FolderPath.INBOX), DeltaOptions.NONE.withDeadToken(dead));
        PageLimit ten = new PageLimit(2, 1L << 30);
        Position second =
                page(bed, pin(bed, FolderPath.INBOX), Position.START, ten).next();
        bed.there.forgetChanges();

        assertThat(failed(bed, pin(bed, FolderPath.INBOX), second, ten).kind())
                .isEqualTo(SourceException.Kind.RESTART_PARTITION);
        assertThat(Crawl.from(bed.mailbox, OPEN, pin(bed, FolderPath.INBOX), Position.START, ten)
                        .tokens())
                .hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(DeltaOptions.DeadToken.class)
    void whereATokenDiedItsFolderAloneIsWalkedAgainForUpdates(DeltaOptions.DeadToken dead) throws Exception {
        ChangesBed bed = start(ChangesBed.mails(), DeltaOptions.NONE.withDeadToken(dead));
        Map<String, String> pins = bed.full(OPEN).tokens();
        bed.there.change(mail(1, FolderPath.INBOX), List.of("Red"), LATER);
        bed.there.change(mail(101, WORK), List.of("Red"), LATER);
        bed.there.add(Graphs.mail(20, TO.plusSeconds(30), FolderPath.INBOX));
        bed.there.forgetChanges(FolderPath.INBOX);
        Crawl changes = bed.changes(OPEN, pins);

        List<String> expected = new ArrayList<>();
        int[] numbers = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 101};
        for (int number : numbers) {
            expected.add("UPDATE " + number);
        }
        assertThat(bed.told(changes.items(), numbers)).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(changes.pages())
                .filteredOn(page -> page.partition().kind() == Partition.Kind.CHANGES
                        && !page.end().replacedBy().isEmpty())
                .as("the engine says from when on deletions are unknown")
                .hasSize(1);
        bed.assertNothing(OPEN, changes.tokens());
    }

    @Test
    void whereATokenDiesInTheMiddleOfARoundTheRoundBeginsAgain() throws Exception {
        ChangesBed bed = start(ChangesBed.mails(), DeltaOptions.NONE.withKeptTokens(3));
        Partition pin = pin(bed, FolderPath.INBOX);
        String token = Crawl.from(bed.mailbox, OPEN, pin, Position.START, ChangesBed.PAGE)
                .tokens()
                .get(pin.scope());
        for (int i = 0; i < 6; i++) {
            bed.there.change(mail(i, FolderPath.INBOX), List.of("Red"), LATER);
        }
        Partition changes = Partition.changes(pin.scope(), token);
        PageLimit two = new PageLimit(2, 1L << 30);
        Position second = page(bed, changes, Position.START, two).next();
        bed.there.forgetChanges(FolderPath.INBOX);

        assertThat(failed(bed, changes, second, two).kind()).isEqualTo(SourceException.Kind.RESTART_PARTITION);
        assertThat(page(bed, changes, Position.START, two).replacedBy()).isNotEmpty();
    }

    @Test
    void aPositionOfChangesThatWasTooLongHasTheRoundBeginAgainInAnotherLife() throws Exception {
        ChangesBed bed = start(ChangesBed.mails(), DeltaOptions.NONE.withTokenLength(6_000));
        Map<String, String> pins = bed.full(OPEN).tokens();
        for (int i = 0; i < 6; i++) {
            bed.there.change(mail(i, FolderPath.INBOX), List.of("Red"), LATER);
        }
        PageLimit two = new PageLimit(2, 1L << 30);
        assertThat(Crawl.changes(bed.mailbox, OPEN, pins, two).ids()).hasSize(6).doesNotHaveDuplicates();
        Partition changes = changes(bed, FolderPath.INBOX, pins);
        Position second = page(bed, changes, Position.START, two).next();
        bed.restart();

        assertThat(failed(bed, changes, second, two).kind()).isEqualTo(SourceException.Kind.RESTART_PARTITION);
        assertThat(Crawl.from(bed.mailbox, OPEN, changes, Position.START, two).ids())
                .hasSize(6);
    }

    @Test
    void aTokenOfMoreThanSixtyFourKilobytesIsNoPin() throws Exception {
        ChangesBed bed = start(ChangesBed.mails(), DeltaOptions.NONE.withTokenLength(70_000));
        Crawl full = bed.full(OPEN);

        assertThat(full.ids()).hasSize(20);
        assertThat(full.tokens().values()).allSatisfy(token -> assertThat(token).hasSizeLessThan(65_536));
        assertThat(bed.mailbox.planChanges(OPEN, full.tokens())).isEmpty();
    }

    @Test
    void aNewTokenThatCannotBeKeptLeavesTheOneBefore() throws Exception {
        ChangesBed bed = start();
        Map<String, String> pins = bed.full(OPEN).tokens();
        bed.there.change(mail(1, FolderPath.INBOX), List.of("Red"), LATER);
        String long1 =
                "{\"value\":[],\"@odata.deltaLink\":\"https://graph.microsoft.com/v1.0/me/mailFolders('x')/messages"
                        + "/delta?$deltatoken=" + "x".repeat(70_000) + "\"}";
        bed.graph.faults().nth(RequestMatch.path(bed.folder(FolderPath.INBOX)), 1, Fault.json(200, long1));
        Crawl changes = bed.changes(OPEN, pins);
        assertThat(changes.items()).isEmpty();

        assertThat(bed.told(bed.changes(OPEN, changes.tokens()).items(), 1)).containsExactly("UPDATE 1");
    }

    @Test
    void aMailboxOverItsQuotaIsCrawledWithoutPins() throws Exception {
        ChangesBed bed = start();
        bed.there.full(true);
        Crawl full = bed.full(OPEN);

        assertThat(full.ids()).hasSize(20);
        assertThat(bed.mailbox.planChanges(OPEN, full.tokens())).isEmpty();
    }

    @Test
    void aFolderWhoseChangesAreRefusedIsWalkedAgainByTheNextJobAndNotByTheSame() throws Exception {
        ChangesBed bed = start();
        Fault denied = Fault.json(403, "{\"error\":{\"code\":\"ErrorAccessDenied\",\"message\":\"\"}}");
        bed.graph.faults().always(RequestMatch.path(bed.folder(WORK) + "/messages/delta"), denied);
        Crawl full = bed.full(OPEN);
        assertThat(full.ids()).hasSize(20);
        bed.assertNothing(OPEN, full.tokens());
        bed.there.change(mail(1, FolderPath.INBOX), List.of("Red"), LATER);
        MailQuery next = new MailQuery(null, TO.plusSeconds(3_600), List.of(), false, true, true);

        List<String> told = bed.told(bed.changes(next, full.tokens()).items(), 1);
        assertThat(told).hasSize(11).contains("UPDATE 1");
    }

    @Test
    void aTokenThatIsRefusedHasItsFolderWalkedAgain() throws Exception {
        ChangesBed bed = start();
        Map<String, String> pins = bed.full(OPEN).tokens();
        Fault denied = Fault.json(403, "{\"error\":{\"code\":\"ErrorAccessDenied\",\"message\":\"\"}}");
        bed.graph.faults().always(RequestMatch.path(bed.folder(WORK)).query("$deltatoken", "."), denied);

        assertThat(bed.changes(OPEN, pins).ids()).hasSize(10);
    }

    /** Else the mark would be given up for a token that may be mended. */
    @Test
    void aTokenThatMayReadNothingAnyMoreFailsTheJobAndGivesUpNoMark() throws Exception {
        ChangesBed bed = start();
        Map<String, String> pins = bed.full(OPEN).tokens();
        Partition changes = changes(bed, FolderPath.INBOX, pins);
        Fault denied = Fault.json(403, "{\"error\":{\"code\":\"ErrorAccessDenied\",\"message\":\"\"}}");
        bed.graph.faults().always(RequestMatch.ANY, denied);

        assertThat(failed(bed, changes, Position.START, ChangesBed.PAGE).kind())
                .isEqualTo(SourceException.Kind.FAIL_JOB);
        assertThat(failed(bed, pin(bed, WORK), Position.START, ChangesBed.PAGE).kind())
                .isEqualTo(SourceException.Kind.FAIL_JOB);
    }

    @Test
    void aServerWithoutChangeListsIsCrawledAndHasNoChanges() throws Exception {
        ChangesBed bed = start(ChangesBed.mails(), DeltaOptions.unsupported());
        Crawl full = bed.full(OPEN);

        assertThat(full.ids()).hasSize(20);
        assertThat(bed.mailbox.planChanges(OPEN, full.tokens())).isEmpty();
    }

    @Test
    void aPageThatNeitherGoesOnNorEndsIsNeverTheEnd() throws Exception {
        ChangesBed bed = start();
        Map<String, String> pins = bed.full(OPEN).tokens();
        Partition changes = changes(bed, FolderPath.INBOX, pins);
        for (String body : List.of(
                "{\"value\":[]}",
                "{\"@odata.deltaLink\":\"https://graph.microsoft.com/x?$deltatoken=1\"}",
                "{\"value\":[")) {
            bed.graph.faults().clear();
            bed.graph.faults().always(ChangesBed.DELTA, Fault.json(200, body));

            assertThat(failed(bed, changes, Position.START, ChangesBed.PAGE).kind())
                    .isEqualTo(SourceException.Kind.RETRY);
            assertThat(failed(bed, pin(bed, WORK), Position.START, ChangesBed.PAGE)
                            .kind())
                    .isEqualTo(SourceException.Kind.RETRY);
        }
    }

    @Test
    void aLinkThatLeadsInACircleIsNotFollowedForEver() throws Exception {
        ChangesBed bed = start();
        String page = "{\"value\":[],\"@odata.nextLink\":\"https://other.example/v1.0/me/delta?$skiptoken=same\"}";
        bed.graph.faults().always(ChangesBed.DELTA, Fault.json(200, page));
        Position second = page(bed, pin(bed, FolderPath.INBOX), Position.START, ChangesBed.PAGE)
                .next();

        assertThat(failed(bed, pin(bed, FolderPath.INBOX), second, ChangesBed.PAGE)
                        .kind())
                .isEqualTo(SourceException.Kind.RESTART_PARTITION);
    }

    @Test
    void aPinOfAnotherVersionIsADeadOne() throws Exception {
        ChangesBed bed = start();
        Map<String, String> pins = bed.full(OPEN).tokens();
        Map<String, String> others = new HashMap<>(pins);
        others.put(bed.folder(WORK), "g9 something else");

        assertThat(bed.changes(OPEN, others).ids()).hasSize(10);
        assertThat(failed(
                                bed,
                                changes(bed, FolderPath.INBOX, pins),
                                new Position("no position of ours"),
                                ChangesBed.PAGE)
                        .kind())
                .isEqualTo(SourceException.Kind.RESTART_PARTITION);
    }

    @Test
    void aFolderThatIsNewIsPinnedAndWalkedForUpdates() throws Exception {
        ChangesBed bed = start();
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

    /** The one list of the tree was read before the folder was there. */
    @Test
    void mailThatMovesToAFolderNobodyHeardOfIsStillTheJobs() throws Exception {
        ChangesBed bed = start();
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
        ChangesBed bed = start();
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

    @Test
    void mailThatIsDeletedAndComesBackAndIsDeletedAgainIsDeletedInTheEnd() throws Exception {
        ChangesBed bed = start();
        Map<String, String> pins = bed.full(OPEN).tokens();
        bed.there.move(stored(1), FolderPath.DELETED, LATER);
        Crawl first = bed.changes(OPEN, pins);
        bed.there.move(stored(1), WORK, LATER.plusSeconds(10));
        Crawl second = bed.changes(OPEN, first.tokens());
        bed.there.move(stored(1), FolderPath.DELETED, LATER.plusSeconds(20));
        Crawl third = bed.changes(OPEN, second.tokens());

        assertThat(bed.told(first.items(), 1)).containsExactly("Deleted 1");
        assertThat(bed.told(second.items(), 1)).containsExactly("UPDATE 1");
        assertThat(bed.told(third.items(), 1)).containsExactly("Deleted 1");
    }

    /** A message that left is not read: its replay alone could not tell that it is gone, so the next round looks again. */
    @Test
    void mailThatLeftAndCannotBeReadForNowIsLookedForAgain() throws Exception {
        ChangesBed bed = start();
        Map<String, String> pins = bed.full(OPEN).tokens();
        bed.there.move(stored(1), FolderPath.DELETED, LATER);
        bed.there.purge(stored(2));
        bed.graph.faults().always(RequestMatch.path("/messages/" + bed.id(1)), Fault.status(500));
        Crawl first = bed.changes(OPEN, pins);
        assertThat(first.items())
                .hasSize(2)
                .hasAtLeastOneElementOfType(PageItem.Failed.class)
                .hasAtLeastOneElementOfType(PageItem.Deleted.class);
        bed.graph.faults().clear();
        Crawl second = bed.changes(OPEN, first.tokens());

        assertThat(bed.told(second.items(), 1, 2)).containsExactly("Deleted 1", "Deleted 2");
        bed.assertNothing(OPEN, second.tokens());
    }

    /** Else a consumer that keeps the newest state would keep a removal over the return that came after it. */
    @Test
    void aRemovalIsNoYoungerThanTheMomentItWasSeenSoThatAReturnIsNewer() throws Exception {
        ChangesBed bed = start();
        Map<String, String> pins = bed.full(OPEN).tokens();
        bed.there.move(stored(1), FolderPath.DELETED, LATER);
        bed.there.move(stored(2), FolderPath.DELETED, LATER.plusSeconds(61));
        bed.there.purge(stored(3));
        bed.there.moveFolder(WORK, FolderPath.DELETED);
        Instant asked = LATER.plusSeconds(60);
        bed.restart(() -> asked.plusMillis(700));
        List<PageItem> items = bed.changes(OPEN, pins).items();

        assertThat(items)
                .contains(
                        new PageItem.Deleted(bed.id(1), revision(items, bed.id(1)), asked),
                        new PageItem.Deleted(bed.id(2), revision(items, bed.id(2)), asked.plusSeconds(1)),
                        new PageItem.Deleted(bed.id(3), revision(items, bed.id(3)), null),
                        new PageItem.Deleted(bed.id(101), revision(items, bed.id(101)), asked));
    }

    private static String revision(List<PageItem> items, String id) {
        return items.stream()
                .map(PageItem.Deleted.class::cast)
                .filter(item -> item.messageId().equals(id))
                .map(PageItem.Deleted::revision)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whenAFolderIsThrownAwayAllThatWasInItIsDeleted() throws Exception {
        ChangesBed bed = start();
        Map<String, String> pins = bed.full(OPEN).tokens();
        bed.there.purge(stored(100));
        bed.there.moveFolder(WORK, FolderPath.DELETED);
        PageLimit three = new PageLimit(3, 1L << 30);
        Crawl changes = Crawl.changes(bed.mailbox, OPEN, pins, three);

        assertThat(changes.items()).hasSize(10).allMatch(PageItem.Deleted.class::isInstance);
        assertThat(changes.ids()).doesNotHaveDuplicates().contains(bed.id(100), bed.id(101), bed.id(109));
        bed.assertNothing(OPEN, changes.tokens());
    }

    @Test
    void whenAFolderIsThrownAwayAndItsTokenDiedWhatIsInItIsDeletedAndTheRestUnknown() throws Exception {
        ChangesBed bed = start();
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
        ChangesBed bed = start();
        Map<String, String> pins = bed.full(OPEN).tokens();
        String work = bed.folder(WORK);
        bed.there.removeFolder(WORK);
        Partition gone = bed.mailbox.planChanges(OPEN, pins).stream()
                .filter(partition -> partition.scope().equals(work))
                .findFirst()
                .orElseThrow();
        List<Partition> instead =
                page(bed, gone, Position.START, ChangesBed.PAGE).replacedBy();

        assertThat(instead).hasSize(2);
        PageEnd pin = page(bed, instead.get(0), Position.START, ChangesBed.PAGE);
        assertThat(failed(bed, instead.get(1), Position.START, ChangesBed.PAGE).kind())
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
        ChangesBed bed = start();
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
        ChangesBed bed = start();
        MailQuery inbox = new MailQuery(null, TO, List.of("inbox"), false, true, true);
        Map<String, String> pins = bed.full(inbox).tokens();
        bed.there.add(mail(30, FolderPath.of("Other")));

        assertThat(pins).containsOnlyKeys("folders", bed.folder(FolderPath.INBOX));
        bed.assertNothing(inbox, pins);
    }

    @Test
    void aWellKnownFolderThatWasRefusedIsNotTakenForAnOrdinaryOneLater() throws Exception {
        List<StoredMail> mails = new ArrayList<>(ChangesBed.mails());
        mails.add(mail(300, FolderPath.JUNK));
        ChangesBed bed = start(mails, DeltaOptions.NONE);
        Fault denied = Fault.json(403, "{\"error\":{\"code\":\"ErrorAccessDenied\",\"message\":\"\"}}");
        bed.graph.faults().always(RequestMatch.path("/mailFolders/junkemail$"), denied);
        try (Mailbox mailbox = Graphs.open(bed.graph)) {
            String token = mailbox.fetch(
                            OPEN, Partition.pin(FolderPin.SCOPE), Position.START, ChangesBed.PAGE, new PageCollector())
                    .token();
            assertThat(FolderPin.decode(token).whole()).isFalse();
        }
    }
}
