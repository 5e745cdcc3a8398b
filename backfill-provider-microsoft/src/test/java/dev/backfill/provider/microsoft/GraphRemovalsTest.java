package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.ChangesBed.LATER;
import static dev.backfill.provider.microsoft.ChangesBed.OPEN;
import static dev.backfill.provider.microsoft.ChangesBed.TO;
import static dev.backfill.provider.microsoft.ChangesBed.WORK;
import static dev.backfill.provider.microsoft.ChangesBed.mail;
import static dev.backfill.provider.microsoft.ChangesBed.stored;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.Crawl;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that leave the job: when they are told as deleted, and how old that is. */
class GraphRemovalsTest {
    private static final Fault CORRUPT =
            Fault.json(500, "{\"error\":{\"code\":\"ErrorCorruptData\",\"message\":\"\"}}");
    private static final RequestMatch SINGLE = RequestMatch.path("/messages/[^/]{40,}$");

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
    void mailThatIsDeletedAndComesBackAndIsDeletedAgainIsDeletedInTheEnd() throws Exception {
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
                        new PageItem.Deleted(bed.id(3), revision(items, bed.id(3)), asked.plusMillis(1_700)),
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

    /** The one page that told of the removals is passed, and no round tells of them again: the replay must. */
    @Test
    void aChangeWhoseMessageCouldNotBeReadIsToldByItsReplayAsWhatItIs() throws Exception {
        Map<String, String> pins = bed.full(OPEN).tokens();
        bed.there.purge(stored(1));
        bed.there.move(stored(2), FolderPath.DELETED, LATER);
        bed.there.move(stored(3), WORK, LATER);
        bed.there.change(mail(4, FolderPath.INBOX), List.of("Red"), LATER);
        bed.graph.faults().always(SINGLE, CORRUPT);
        Crawl changes = bed.changes(OPEN, pins);
        assertThat(changes.items()).allMatch(PageItem.Failed.class::isInstance);
        bed.graph.faults().clear();
        bed.assertNothing(OPEN, changes.tokens());
        List<FailureRef> refs = changes.items().stream()
                .map(item -> ((PageItem.Failed) item).ref().ofChange())
                .distinct()
                .toList();
        PageCollector replayed = new PageCollector();
        bed.mailbox.replay(OPEN, refs, replayed);

        assertThat(bed.told(replayed.items(), 1, 2, 3, 4))
                .contains("Deleted 1", "Deleted 2", "UPDATE 3", "UPDATE 4")
                .allMatch(told -> told.startsWith("Deleted") || told.startsWith("UPDATE"));
        assertThat(replayed.items())
                .filteredOn(PageItem.Message.class::isInstance)
                .extracting(item -> ((PageItem.Message) item).email())
                .allSatisfy(email -> {
                    assertThat(email.revision()).contains("@");
                    assertThat(email.modifiedAt()).isAfterOrEqualTo(LATER);
                });
    }

    /** {@return what the changes failed on while no message could be read} */
    private List<FailureRef> failedChanges(Map<String, String> pins) {
        bed.graph.faults().always(SINGLE, CORRUPT);
        Crawl changes = bed.changes(OPEN, pins);
        bed.graph.faults().clear();
        pins.putAll(changes.tokens());
        return changes.items().stream()
                .map(item -> ((PageItem.Failed) item).ref().ofChange())
                .toList();
    }

    /** Each retry is a job of its own, with an end of its own, and a life of its own. */
    private List<PageItem> retried(List<FailureRef> refs, Instant to) {
        bed.restart();
        PageCollector replayed = new PageCollector();
        bed.mailbox.replay(new MailQuery(null, to, List.of(), false, true, true), refs, replayed);
        return replayed.items();
    }

    private static List<String> keys(List<PageItem> items) {
        return items.stream()
                .map(item -> item instanceof PageItem.Deleted deleted
                        ? "Deleted " + deleted.messageId() + deleted.revision()
                        : "UPDATE " + PageCollector.id(item)
                                + ((PageItem.Message) item).email().revision())
                .sorted()
                .toList();
    }

    /** A mark that could not be moved on is read from again; under one key the second deletion would be passed over. */
    @Test
    void whatLeftCameBackAndLeftAgainSinceOneMarkIsDeletedUnderTwoKeys() throws Exception {
        String inbox = bed.folder(FolderPath.INBOX);
        Partition changes = Partition.changes(inbox, bed.full(OPEN).tokens().get(inbox));
        bed.there.move(stored(1), FolderPath.DELETED, LATER);
        List<String> first = keys(walked(changes));
        assertThat(keys(walked(changes)))
                .as("nothing happened")
                .isEqualTo(first)
                .hasSize(1);
        bed.there.move(stored(1), FolderPath.INBOX, LATER.plusSeconds(60));
        bed.there.move(stored(1), FolderPath.DELETED, LATER.plusSeconds(120));

        assertThat(keys(walked(changes))).hasSize(1).isNotEqualTo(first);
    }

    private List<PageItem> walked(Partition changes) {
        bed.restart();
        return Crawl.from(bed.mailbox, OPEN, changes, Position.START, ChangesBed.PAGE)
                .items();
    }

    /** Else who tries twice publishes the same twice, under two keys; and under one key what is another state would be passed over. */
    @Test
    void twoRetriesTellTheSameStateUnderTheSameKeyAndAnotherUnderAnother() throws Exception {
        Map<String, String> pins = new HashMap<>(bed.full(OPEN).tokens());
        bed.there.purge(stored(1));
        bed.there.move(stored(2), FolderPath.DELETED, LATER);
        bed.there.change(mail(4, FolderPath.INBOX), List.of("Red"), LATER);
        List<FailureRef> refs = failedChanges(pins);
        List<PageItem> first = retried(refs, TO);
        List<PageItem> second = retried(refs, TO.plusSeconds(3_600));

        assertThat(bed.told(first, 1, 2, 4)).containsExactly("Deleted 1", "Deleted 2", "UPDATE 4");
        assertThat(keys(second)).isEqualTo(keys(first));
        bed.there.move(stored(2), FolderPath.of("Deleted", "Old"), LATER.plusSeconds(1));
        bed.there.change(mail(4, FolderPath.INBOX), List.of("Blue"), LATER.plusSeconds(1));
        assertThat(keys(retried(refs, TO)))
                .filteredOn(keys(first)::contains)
                .singleElement()
                .asString()
                .startsWith("Deleted " + bed.id(1));
    }

    /**
     * Its folder tells by itself that it left; told singly the message would stay deleted should the folder come back before that. Whether
     * the folder told already only the next incremental run knows.
     */
    @Test
    void mailThatFailedInAFolderThatLeftSinceIsLeftToTheNextIncrementalRun() throws Exception {
        Map<String, String> pins = new HashMap<>(bed.full(OPEN).tokens());
        bed.there.change(mail(101, WORK), List.of("Red"), LATER);
        bed.there.move(stored(1), FolderPath.of("Deleted", "Old"), LATER);
        List<FailureRef> refs = failedChanges(pins);
        bed.there.moveFolder(WORK, FolderPath.DELETED);
        List<PageItem> retried = retried(refs, TO);

        assertThat(bed.told(retried, 1, 101)).containsExactly("Deleted 1", "Failed 101");
        assertThat(retried).contains(new PageItem.Failed(ref(refs, 101), SourceException.Kind.RETRY, "FOLDER_LEFT"));
        bed.restart();
        Crawl next = bed.changes(OPEN, pins);
        assertThat(bed.told(next.items(), 101)).contains("Deleted 101");
        bed.there.moveFolder(FolderPath.of("Deleted", "Work"), FolderPath.of("Projects"));
        assertThat(bed.told(retried(refs, TO), 1, 101)).containsExactly("Deleted 1", "UPDATE 101");
    }

    /** Told as there, and thrown away again before the next run planned, it would be there for ever. */
    @Test
    void mailThatFailedAndLiesInAFolderThatIsBackIsToldOnceTheFolderHasAMark() throws Exception {
        Map<String, String> pins = new HashMap<>(bed.full(OPEN).tokens());
        bed.there.change(mail(101, WORK), List.of("Red"), LATER);
        List<FailureRef> refs = failedChanges(pins);
        bed.there.moveFolder(WORK, FolderPath.DELETED);
        pins.putAll(bed.changes(OPEN, pins).tokens());
        bed.there.moveFolder(FolderPath.of("Deleted", "Work"), FolderPath.of("Projects"));
        bed.resume(pins);
        PageCollector before = new PageCollector();
        bed.mailbox.replay(OPEN, refs, before);
        PageCollector behind = new PageCollector();
        bed.restart();
        bed.changes(OPEN, pins);
        bed.mailbox.replay(OPEN, refs, behind);

        assertThat(bed.told(before.items(), 101)).containsExactly("Failed 101");
        assertThat(bed.told(behind.items(), 101)).containsExactly("UPDATE 101");
    }

    /** The deletion itself may be what failed, since the sink refused it. */
    @Test
    void mailWhoseDeletionWithItsFolderFailedIsToldByTheNextIncrementalRun() throws Exception {
        Map<String, String> pins = new HashMap<>(bed.full(OPEN).tokens());
        bed.there.moveFolder(WORK, FolderPath.DELETED);
        pins.putAll(bed.changes(OPEN, pins).tokens());
        FailureRef ref = FailureRef.message(bed.folder(FolderPath.of("Deleted", "Work")), bed.id(101))
                .ofChange();
        bed.restart();
        bed.assertNothing(OPEN, pins);
        PageCollector replayed = new PageCollector();
        bed.mailbox.replay(OPEN, List.of(ref), replayed);

        assertThat(bed.told(replayed.items(), 101)).containsExactly("Deleted 101");
    }

    private FailureRef ref(List<FailureRef> refs, int number) {
        return refs.stream()
                .filter(ref -> bed.id(number).equals(ref.messageId()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aMessageThatFailedInAWalkAndLeftTheJobSinceIsNotPublishedByItsReplay() throws Exception {
        bed.there.move(stored(2), FolderPath.DELETED, LATER);
        PageCollector replayed = new PageCollector();
        String inbox = bed.folder(FolderPath.INBOX);
        bed.mailbox.replay(
                OPEN, List.of(FailureRef.message(inbox, bed.id(1)), FailureRef.message(inbox, bed.id(2))), replayed);

        assertThat(bed.told(replayed.items(), 1, 2)).containsExactly("CREATE 1", "Skipped 2");
    }

    /** What is told is compared with the times of Graph's messages: a host whose clock is off must not tell them by its own. */
    @ParameterizedTest
    @ValueSource(ints = {-40, 40})
    void whatIsAsOldAsItsReadingGoesByTheServicesClockAndNotTheHosts(int secondsOff) throws Exception {
        Map<String, String> pins = bed.full(OPEN).tokens();
        Instant before = Instant.now();
        bed.there.move(stored(1), FolderPath.DELETED, before);
        bed.there.purge(stored(2));
        bed.there.moveFolder(WORK, FolderPath.DELETED);
        bed.there.add(mail(30, FolderPath.of("New")));
        bed.restart(() -> Instant.now().plusSeconds(secondsOff));
        List<PageItem> items = bed.changes(OPEN, pins).items();

        assertThat(bed.told(items, 1, 2, 30, 100)).contains("Deleted 1", "Deleted 2", "UPDATE 30", "Deleted 100");
        assertThat(items)
                .allSatisfy(item -> assertThat(
                                item instanceof PageItem.Deleted deleted
                                        ? deleted.seenAt()
                                        : ((PageItem.Message) item).email().modifiedAt())
                        .isBetween(before.minusSeconds(5), Instant.now().plusSeconds(5)));
    }
}
