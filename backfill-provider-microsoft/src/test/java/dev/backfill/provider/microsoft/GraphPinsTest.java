package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.ChangesBed.LATER;
import static dev.backfill.provider.microsoft.ChangesBed.OPEN;
import static dev.backfill.provider.microsoft.ChangesBed.TO;
import static dev.backfill.provider.microsoft.ChangesBed.WORK;
import static dev.backfill.provider.microsoft.ChangesBed.mail;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.Crawl;
import dev.backfill.testkit.graph.DeltaOptions;
import dev.backfill.testkit.graph.GraphQuirks;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
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

/** Pins that are killed, die, cannot be had or cannot be kept. */
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
                end = bed.page(pin(bed, FolderPath.INBOX), position, ten);
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
                bed.page(pin(bed, FolderPath.INBOX), Position.START, ten).next();
        bed.there.forgetChanges();

        assertThat(bed.failed(pin(bed, FolderPath.INBOX), second, ten).kind())
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
        Position second = bed.page(changes, Position.START, two).next();
        bed.there.forgetChanges(FolderPath.INBOX);

        assertThat(bed.failed(changes, second, two).kind()).isEqualTo(SourceException.Kind.RESTART_PARTITION);
        assertThat(bed.page(changes, Position.START, two).replacedBy()).isNotEmpty();
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
        Position second = bed.page(changes, Position.START, two).next();
        bed.restart();

        assertThat(bed.failed(changes, second, two).kind()).isEqualTo(SourceException.Kind.RESTART_PARTITION);
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

        assertThat(bed.failed(changes, Position.START, ChangesBed.PAGE).kind())
                .isEqualTo(SourceException.Kind.FAIL_JOB);
        assertThat(bed.failed(pin(bed, WORK), Position.START, ChangesBed.PAGE).kind())
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

            assertThat(bed.failed(changes, Position.START, ChangesBed.PAGE).kind())
                    .isEqualTo(SourceException.Kind.RETRY);
            assertThat(bed.failed(pin(bed, WORK), Position.START, ChangesBed.PAGE)
                            .kind())
                    .isEqualTo(SourceException.Kind.RETRY);
        }
    }

    @Test
    void aLinkThatLeadsInACircleIsNotFollowedForEver() throws Exception {
        ChangesBed bed = start();
        String page = "{\"value\":[],\"@odata.nextLink\":\"https://other.example/v1.0/me/delta?$skiptoken=same\"}";
        bed.graph.faults().always(ChangesBed.DELTA, Fault.json(200, page));
        Position second = bed.page(pin(bed, FolderPath.INBOX), Position.START, ChangesBed.PAGE)
                .next();

        assertThat(bed.failed(pin(bed, FolderPath.INBOX), second, ChangesBed.PAGE)
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
        assertThat(bed.failed(
                                changes(bed, FolderPath.INBOX, pins),
                                new Position("no position of ours"),
                                ChangesBed.PAGE)
                        .kind())
                .isEqualTo(SourceException.Kind.RESTART_PARTITION);
    }
}
