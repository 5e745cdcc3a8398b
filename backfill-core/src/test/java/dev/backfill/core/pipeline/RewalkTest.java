package dev.backfill.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.model.EmailMessage;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import dev.backfill.spi.SourceException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is read again since changes were lost: under ids of its own, as updates. */
class RewalkTest {
    private static final Partition CHANGES = Partition.changes("inbox", "mark");
    private static final Partition WINDOW = Partition.window("inbox", Instant.EPOCH, null);

    @Test
    void onlyWindowsThatStandInForLostChangesAreReadAgain() {
        Partition again = Rewalk.instead(CHANGES, WINDOW);
        assertThat(Rewalk.isOne(again)).isTrue();
        assertThat(again.scope()).isEqualTo("inbox");
        assertThat(again.from()).isEqualTo(Instant.EPOCH);
        assertThat(Rewalk.instead(WINDOW, WINDOW)).isSameAs(WINDOW);
        assertThat(Rewalk.isOne(WINDOW)).isFalse();
        assertThat(Rewalk.instead(CHANGES, Partition.pin("inbox"))).isEqualTo(Partition.pin("inbox"));
    }

    @Test
    void theSameLossGivesTheSameIdsAndAnotherLossOthers() {
        Partition again = Rewalk.instead(CHANGES, WINDOW);
        assertThat(Rewalk.instead(CHANGES, WINDOW)).isEqualTo(again);
        assertThat(Rewalk.instead(Partition.changes("inbox", "later mark"), WINDOW))
                .isNotEqualTo(again);
        assertThat(Rewalk.instead(again, WINDOW)).as("stands in for itself").isEqualTo(again);
        assertThat(Rewalk.instead(again, again)).isSameAs(again);
    }

    @Test
    void anIdThatWouldBeTooLongStaysWithinItsBound() {
        Partition longest = new Partition("w".repeat(512), Partition.Kind.WINDOW, "inbox", null, null, null);
        Partition again = Rewalk.instead(CHANGES, longest);
        assertThat(Rewalk.isOne(again)).isTrue();
        assertThat(again.id().length()).isLessThanOrEqualTo(512);
        assertThat(Rewalk.instead(again, longest)).isEqualTo(again);
    }

    @Test
    void creationsBecomeUpdatesFailuresThoseOfChangesAndTheRestStaysWhatItIs() {
        EmailMessage email = EmailMessage.builder("m1", Instant.EPOCH).build();
        List<PageItem> written = new ArrayList<>();
        PageWriter writer = Rewalk.updating(item -> {
            written.add(item);
            return PageWriter.Verdict.STOP;
        });
        List<PageItem> others = List.of(
                new PageItem.Deleted("m2", "r"),
                new PageItem.Skipped("m3", "GONE"),
                new PageItem.Failed(FailureRef.message("inbox", "m4").ofChange(), SourceException.Kind.RETRY, "CODE"),
                new PageItem.Message(PageItem.Change.UPDATE, email));

        assertThat(writer.write(new PageItem.Message(PageItem.Change.CREATE, email)))
                .isEqualTo(PageWriter.Verdict.STOP);
        others.forEach(writer::write);

        writer.write(new PageItem.Failed(FailureRef.message("inbox", "m4"), SourceException.Kind.RETRY, "CODE"));

        assertThat(written).hasSize(6);
        assertThat(((PageItem.Message) written.get(0)).change()).isEqualTo(PageItem.Change.UPDATE);
        assertThat(written.subList(1, 5)).isEqualTo(others);
        assertThat(written.get(5)).isEqualTo(others.get(2));
    }
}
