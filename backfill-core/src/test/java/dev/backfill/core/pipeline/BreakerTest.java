package dev.backfill.core.pipeline;

import static dev.backfill.core.pipeline.Page.Outcome.FAILED;
import static dev.backfill.core.pipeline.Page.Outcome.PUBLISHED;
import static dev.backfill.core.pipeline.Page.Outcome.SKIPPED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.core.pipeline.Page.Outcome;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Partition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BreakerTest {
    private static final int NEVER = 1_000_000;

    @Test
    void aRowIsCountedOverTheItemsAndNotOverThePages() {
        Breaker breaker = new Breaker(config(5, 1, NEVER));

        // Two failures after the success of the first page, two before that of the third: four in a row, and then two.
        assertThat(breaker.trips(List.of(FAILED, FAILED, FAILED, PUBLISHED, FAILED, FAILED)))
                .isFalse();
        assertThat(breaker.trips(List.of(FAILED, FAILED, PUBLISHED, FAILED, FAILED)))
                .isFalse();
        assertThat(breaker.trips(List.of(FAILED, FAILED, FAILED))).isTrue();
    }

    @Test
    void oneGoodMessageInAPageDoesNotHideARowBehindIt() {
        List<Outcome> page = new ArrayList<>(Collections.nCopies(50, FAILED));
        page.add(PUBLISHED);

        assertThat(new Breaker(config(50, 1, NEVER)).trips(page)).isTrue();
        assertThat(new Breaker(config(51, 1, NEVER)).trips(page)).isFalse();
    }

    @Test
    void aSkippedMessageNeitherAddsToARowNorEndsIt() {
        assertThat(new Breaker(config(3, 1, NEVER)).trips(List.of(FAILED, SKIPPED, FAILED, SKIPPED)))
                .isFalse();
        assertThat(new Breaker(config(2, 1, NEVER)).trips(List.of(FAILED, SKIPPED, FAILED)))
                .isTrue();
    }

    @Test
    void theShareMustBeExceededByEnoughFailures() {
        List<Outcome> half = List.of(PUBLISHED, FAILED, PUBLISHED, FAILED);

        assertThat(new Breaker(config(NEVER, 0.5, 2)).trips(half)).isFalse();
        assertThat(new Breaker(config(NEVER, 0.49, 2)).trips(half)).isTrue();
        assertThat(new Breaker(config(NEVER, 0.49, 3)).trips(half)).isFalse();
    }

    /** The definition, read off the whole list, says the same as the breaker, wherever the list is cut into pages. */
    @ParameterizedTest
    @ValueSource(longs = {1, 20, 300, 4_000, 50_000})
    void itTripsInThePageOfTheFirstFailureThatIsTooMuch(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 400; round++) {
            int row = 1 + random.nextInt(8);
            double share = 0.05 + 0.95 * random.nextDouble();
            int minimum = 1 + random.nextInt(12);
            List<Outcome> items = items(random);
            int first = firstTooMuch(items, row, share, minimum);
            Breaker breaker = new Breaker(config(row, share, minimum));

            int begin = 0;
            boolean tripped = false;
            while (begin < items.size() && !tripped) {
                int end = Math.min(items.size(), begin + random.nextInt(6));
                tripped = breaker.trips(items.subList(begin, end));
                assertThat(tripped)
                        .as("seed %d, round %d, items %d to %d", seed, round, begin, end)
                        .isEqualTo(first >= begin && first < end);
                begin = end;
            }
        }
    }

    private static List<Outcome> items(Random random) {
        double bad = random.nextDouble();
        List<Outcome> items = new ArrayList<>();
        int count = random.nextInt(60);
        for (int i = 0; i < count; i++) {
            items.add(random.nextInt(5) == 0 ? SKIPPED : random.nextDouble() < bad ? FAILED : PUBLISHED);
        }
        return items;
    }

    /** The place of the first failure that is too much; -1 for none. */
    private static int firstTooMuch(List<Outcome> items, int row, double share, int minimum) {
        for (int i = 0; i < items.size(); i++) {
            List<Outcome> soFar = items.subList(0, i + 1);
            List<Outcome> sinceGood = soFar.subList(soFar.lastIndexOf(PUBLISHED) + 1, soFar.size());
            int failed = Collections.frequency(soFar, FAILED);
            int all = failed + Collections.frequency(soFar, PUBLISHED);
            boolean tooMuch = Collections.frequency(sinceGood, FAILED) >= row
                    || (failed >= minimum && (double) failed / all > share);
            if (items.get(i) == FAILED && tooMuch) {
                return i;
            }
        }
        return -1;
    }

    @Test
    void windowsOfStretchesThatFailedAreReadAgainAndOthersAreNot() {
        MailQuery query = new MailQuery(null, Instant.parse("2100-01-01T00:00:00Z"), List.of(), false, false);
        Stretches stretches = new Stretches(query, 10);
        stretches.add(FailureRef.stretch("inbox", Instant.EPOCH, Instant.EPOCH.plusSeconds(9)));

        assertThat(stretches.windows()).hasSize(1).allMatch(ReplayFetcher::isReplay);
        assertThat(ReplayFetcher.isReplay(Partition.window("inbox", null, null)))
                .isFalse();
    }

    private static RunConfig config(int inARow, double share, int minimum) {
        Duration any = Duration.ofSeconds(1);
        return new RunConfig(1, 1, 1, inARow, share, minimum, any, any, any, any, 0, any, any, 1);
    }
}
