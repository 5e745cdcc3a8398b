package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.ChangesBed.LATER;
import static dev.backfill.provider.microsoft.ChangesBed.OPEN;
import static dev.backfill.provider.microsoft.ChangesBed.mail;
import static dev.backfill.provider.microsoft.ChangesBed.stored;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.testkit.Crawl;
import dev.backfill.testkit.mail.FolderPath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The tree's pin says which folders a plan has, and not which there are by the time it is taken: a folder that comes in between
 * would count as planned, and nobody would ever read it.
 */
class GraphPlannedFoldersTest {
    private static final FolderPath FRESH = FolderPath.of("Brand new");

    private ChangesBed bed;

    @BeforeEach
    void start() throws Exception {
        bed = ChangesBed.start(ChangesBed.mails());
    }

    @AfterEach
    void stop() {
        bed.close();
    }

    private Map<String, String> walk(Map<String, String> before, List<Partition> plan) throws Exception {
        Map<String, String> pins = new HashMap<>(before);
        for (Partition partition : plan) {
            pins.putAll(Crawl.from(bed.mailbox, OPEN, partition, Position.START, ChangesBed.PAGE)
                    .tokens());
        }
        return pins;
    }

    private void folderComes() {
        bed.there.add(mail(30, FRESH));
    }

    private void assertIsReadYet(Map<String, String> pins) throws Exception {
        Crawl changes = bed.changes(OPEN, pins);

        assertThat(bed.told(changes.items(), 30)).contains("UPDATE 30");
        assertThat(changes.tokens()).containsKey(bed.folder(FRESH));
    }

    @Test
    void aFolderThatAnEstimateFoundIsNotPlanned() throws Exception {
        List<Partition> plan = bed.mailbox.plan(OPEN);
        folderComes();
        bed.mailbox.estimate(OPEN);

        assertIsReadYet(walk(Map.of(), plan));
    }

    @Test
    void norIsOneThatComesBeforeAnotherProcessGoesOnWithThePlan() throws Exception {
        List<Partition> plan = bed.mailbox.plan(OPEN);
        folderComes();
        bed.restart();

        assertIsReadYet(walk(Map.of(), plan));
    }

    @Test
    void norIsOneThatComesBeforeAnotherProcessGoesOnWithTheChanges() throws Exception {
        Map<String, String> pins = bed.full(OPEN).tokens();
        List<Partition> plan = bed.mailbox.planChanges(OPEN, pins);
        folderComes();
        bed.restart();

        assertIsReadYet(walk(pins, plan));
    }

    /** The tree is read by the way, before the tree's own pin is taken. */
    @Test
    void norIsOneThatAMovedMessageTellsOf() throws Exception {
        Map<String, String> pins = bed.full(OPEN).tokens();
        List<Partition> plan = new ArrayList<>(bed.mailbox.planChanges(OPEN, pins));
        plan.sort(Comparator.comparing(one -> one.scope().equals(FolderPin.SCOPE)));
        bed.there.move(stored(1), FRESH, LATER);
        folderComes();

        assertIsReadYet(walk(pins, plan));
    }

    /** A plan that its job never heard of, for it was stopped meanwhile. */
    @Test
    void norIsOneThatALaterPlanHas() throws Exception {
        Map<String, String> before = bed.full(OPEN).tokens();
        List<Partition> plan = bed.mailbox.plan(OPEN);
        folderComes();
        bed.mailbox.planChanges(OPEN, before);

        assertIsReadYet(walk(Map.of(), plan));
    }
}
