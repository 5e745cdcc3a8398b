package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.ChangesBed.LATER;
import static dev.backfill.provider.microsoft.ChangesBed.OPEN;
import static dev.backfill.provider.microsoft.ChangesBed.TO;
import static dev.backfill.provider.microsoft.ChangesBed.mail;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.model.EmailMessage;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageItem;
import dev.backfill.testkit.Crawl;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.mail.FolderPath;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders that were thrown away, told as deleted and restored, and then everything is read anew. */
class GraphFoldersThatComeBackTest {
    private static final FolderPath OLD = FolderPath.of("Projects", "Old");
    private static final MailQuery NEXT = next(1);

    private ChangesBed bed;
    private final Map<String, String> pins = new HashMap<>();
    private final Map<String, Boolean> there = new HashMap<>();
    private final Map<String, Instant> newest = new HashMap<>();

    @BeforeEach
    void start() throws Exception {
        bed = ChangesBed.start(ChangesBed.mails());
        bed.there.addAll(List.of(mail(30, OLD), mail(31, OLD)));
    }

    @AfterEach
    void stop() {
        bed.close();
    }

    private static MailQuery next(int hours) {
        return new MailQuery(null, TO.plusSeconds(3_600L * hours), List.of(), false, true, true);
    }

    /** Keeps of each message the event with the highest time, of two alike the later. */
    private Crawl read(Crawl crawl) {
        for (PageItem item : crawl.items()) {
            Instant at = item instanceof PageItem.Deleted deleted
                    ? deleted.seenAt()
                    : Objects.requireNonNull(email(item).modifiedAt());
            Instant known = newest.getOrDefault(PageCollector.id(item), Instant.MIN);
            if (!at.isBefore(known)) {
                newest.put(PageCollector.id(item), at);
                there.put(PageCollector.id(item), !(item instanceof PageItem.Deleted));
            }
        }
        return crawl;
    }

    private void readAll(MailQuery query) {
        bed.restart();
        Map<String, String> before = Map.copyOf(pins);
        pins.clear();
        pins.putAll(read(bed.full(query, before)).tokens());
    }

    private void readChanges(MailQuery query) {
        bed.restart();
        pins.putAll(read(bed.changes(query, pins)).tokens());
    }

    private static EmailMessage email(PageItem item) {
        return ((PageItem.Message) item).email();
    }

    private void assertOldIsThere(boolean expected) {
        assertThat(there).containsEntry(bed.id(30), expected).containsEntry(bed.id(31), expected);
    }

    private void throwAway() {
        bed.there.moveFolder(OLD, FolderPath.DELETED);
    }

    private void restore() {
        bed.there.moveFolder(FolderPath.of("Deleted", "Old"), FolderPath.of("Projects"));
    }

    @Test
    void readAnewItIsToldAsNewerThanItsDeletion() {
        readAll(OPEN);
        throwAway();
        readChanges(OPEN);
        assertOldIsThere(false);
        restore();
        readAll(NEXT);

        assertOldIsThere(true);
        assertThat(there).hasSize(22).doesNotContainValue(false);
        bed.assertNothing(NEXT, pins);
        throwAway();
        readChanges(NEXT);
        assertOldIsThere(false);
    }

    /** The marks of a job that read everything while it was away know nothing of it at all. */
    @Test
    void itIsToldSoTooWhereEverythingWasReadOnceMoreWhileItWasAway() {
        readAll(OPEN);
        throwAway();
        readChanges(OPEN);
        readAll(next(1));
        restore();
        readAll(next(2));

        assertOldIsThere(true);
    }

    /** What was the job's all the while keeps its keys, or who knows them would hear of each message twice. */
    @Test
    void whatWasThereAllTheWhileIsReadAnewUnderTheSameKeys() throws Exception {
        Crawl first = bed.full(OPEN, Map.of());
        bed.there.change(mail(101, ChangesBed.WORK), List.of("Red"), LATER);
        pins.putAll(first.tokens());
        pins.putAll(bed.changes(OPEN, pins).tokens());
        bed.restart();
        Crawl second = bed.full(NEXT, pins);

        assertThat(keys(second)).hasSize(22).isEqualTo(keys(first));
    }

    private static Set<String> keys(Crawl crawl) {
        Set<String> keys = new HashSet<>();
        for (PageItem item : crawl.items()) {
            PageItem.Message message = (PageItem.Message) item;
            String revision = message.change() == PageItem.Change.CREATE
                    ? ""
                    : message.email().revision();
            keys.add(message.email().id() + revision);
        }
        return keys;
    }

    /** Two readings from the same marks give the same keys, for the first may have broken off. */
    @Test
    void twoReadingsFromTheSameMarksGiveTheSameKeys() {
        readAll(OPEN);
        throwAway();
        readChanges(OPEN);
        restore();
        Crawl once = bed.full(NEXT, pins);
        bed.restart();
        Crawl again = bed.full(next(2), pins);

        assertThat(bed.told(once.items(), 30, 31))
                .contains("UPDATE 30", "UPDATE 31")
                .filteredOn(what -> what.startsWith("UPDATE"))
                .hasSize(2);
        assertThat(keys(again)).isEqualTo(keys(once));
    }

    /** Mail that came to it while its pin was taken lies behind the bound of its windows. */
    @Test
    void whatCameToItBehindTheBoundIsToldSoToo() throws Exception {
        bed.there.add(Graphs.mail(32, NEXT.to().plusSeconds(60), OLD));
        readAll(OPEN);
        throwAway();
        readChanges(OPEN);
        restore();
        readAll(NEXT);

        assertOldIsThere(true);
        assertThat(there).containsEntry(bed.id(32), true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "an older version's"})
    void marksThatCannotBeReadAreNone(String text) {
        Map<String, String> foreign = new HashMap<>();
        if (!text.isEmpty()) {
            foreign.put(FolderPin.SCOPE, text);
            foreign.put(bed.folder(FolderPath.INBOX), text);
        }

        assertThat(bed.mailbox.plan(NEXT, foreign)).isEqualTo(bed.mailbox.plan(NEXT));
        foreign.put(bed.folder(OLD), "g1 0 left");
        assertThat(bed.mailbox.plan(NEXT, foreign)).isEqualTo(bed.mailbox.plan(NEXT));
    }
}
