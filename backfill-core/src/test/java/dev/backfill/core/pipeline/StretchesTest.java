package dev.backfill.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Partition;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Stretches of time that failed become windows. */
class StretchesTest {
    private static final long END = 2_000_000_000L;

    private final Stretches stretches =
            new Stretches(new MailQuery(null, Instant.ofEpochSecond(END), List.of(), false, false), 10);

    private void add(String scope, long from, long to) {
        stretches.add(FailureRef.stretch(scope, Instant.ofEpochSecond(from), Instant.ofEpochSecond(to)));
    }

    private List<String> windows() {
        return stretches.windows().stream().map(Partition::id).toList();
    }

    @Test
    void stretchesThatMeetAreOneWindowAndTheNewestComesFirst() {
        add("inbox", 200, 300);
        add("inbox", 100, 200);
        add("inbox", 250, 260);
        add("inbox", 301, 400);
        add("sent", 300, 301);
        add("inbox", 100, 200);

        assertThat(windows())
                .containsExactly(
                        "failed:window:inbox:301:400", "failed:window:inbox:100:300", "failed:window:sent:300:301");
    }

    @Test
    void stretchesOfChangesAreReadAgainForUpdates() {
        stretches.add(FailureRef.stretch("inbox", null, null).ofChange());
        add("inbox", 100, 200);

        assertThat(stretches.windows())
                .allMatch(Stretches::isOne)
                .extracting(Partition::scope)
                .containsOnly("inbox");
        assertThat(stretches.windows())
                .filteredOn(Rewalk::isOne)
                .extracting(Partition::id)
                .containsExactly("again-failed:window:inbox::" + END);
    }

    @Test
    void whatHasNoBoundEndsWhereTheQueryDoes() {
        stretches.add(FailureRef.stretch("inbox", null, null));
        add("inbox", 100, 200);
        stretches.add(FailureRef.stretch("sent", Instant.ofEpochSecond(END), null));

        assertThat(windows()).containsExactly("failed:window:inbox::" + END);
    }

    @Test
    void tooManyAreMergedWithTheirNeighboursAndNoneIsLost() {
        for (int i = 0; i < 5_000; i++) {
            add(i % 2 == 0 ? "inbox" : "sent", i * 1_000L, i * 1_000L + 1);
        }

        List<Partition> windows = stretches.windows();
        assertThat(windows).hasSizeBetween(2, 10);
        for (int i = 0; i < 5_000; i++) {
            String scope = i % 2 == 0 ? "inbox" : "sent";
            Instant second = Instant.ofEpochSecond(i * 1_000L);
            assertThat(windows)
                    .filteredOn(window -> window.scope().equals(scope))
                    .filteredOn(window ->
                            !window.from().isAfter(second) && window.to().isAfter(second))
                    .as("windows that hold " + second)
                    .hasSize(1);
        }
    }
}
