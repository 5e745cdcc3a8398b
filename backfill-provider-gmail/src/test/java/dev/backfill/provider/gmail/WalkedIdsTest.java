package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backfill.provider.gmail.ThreadedIds.Entry;
import dev.backfill.spi.Position;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class WalkedIdsTest {
    private static final int ROUNDS = 300;

    private final Random random = new Random(7);

    private Set<String> some(int count, boolean numbers) {
        Set<String> ids = new HashSet<>();
        while (ids.size() < count) {
            long id = random.nextLong();
            ids.add(numbers ? String.format("%016x", id) : "message-" + id);
        }
        return ids;
    }

    /** What a list of some ids has more than a walk that read others; null if it cannot be told. */
    private static Set<String> lacks(Set<String> walked, Set<String> listed) {
        WalkedIds ids = WalkedIds.none();
        walked.forEach(ids::add);
        ThreadedIds list = IdList.of(List.copyOf(listed)).byThread();
        List<Entry> entries = WalkedIds.of(ids.text()).lacks(list, list.size());
        return entries == null ? null : entries.stream().map(Entry::id).collect(Collectors.toSet());
    }

    private Set<String> without(Set<String> ids, int count) {
        return new HashSet<>(new ArrayList<>(ids).subList(count, ids.size()));
    }

    @Test
    void whatCameIsToldByNameHoweverManyWereReadAndThoughOthersWent() {
        for (int round = 0; round < ROUNDS; round++) {
            boolean numbers = round % 2 == 0;
            Set<String> walked = some(1 + random.nextInt(2_000), numbers);
            Set<String> came = some(random.nextInt(30), numbers);
            Set<String> listed = without(walked, Math.min(walked.size(), random.nextInt(30)));
            listed.addAll(came);
            assertThat(lacks(walked, listed)).as("round " + round).isEqualTo(came);
        }
    }

    @Test
    void whateverIsToldIsRightAndMostOfWhatIsFewIsTold() {
        int told = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Set<String> walked = some(500, true);
            Set<String> came = some(random.nextInt(200), true);
            Set<String> listed = without(walked, random.nextInt(100));
            listed.addAll(came);
            Set<String> lacks = lacks(walked, listed);
            if (lacks != null) {
                assertThat(lacks).as("round " + round).isEqualTo(came);
                told++;
            }
        }
        assertThat(told).isBetween(ROUNDS / 20, ROUNDS / 2);
    }

    @Test
    void aPositionHoldsItWhateverItHolds() {
        WalkedIds ids = WalkedIds.none();
        some(20_000, true).forEach(ids::add);
        Position position = new WindowPosition(0, 20_000, 0, new Entry("a".repeat(16), "b".repeat(16)), ids).position();
        assertThat(position.value()).hasSizeLessThan(Position.MAX_LENGTH * 3 / 4);
        assertThat(WindowPosition.of(position).position()).isEqualTo(position);
    }

    @Test
    void aTextThatIsNoneIsAPositionOfAnotherVersion() {
        for (String text : List.of("", "AAAA", "!", "w2")) {
            assertThat(catchThrowableOfType(
                            dev.backfill.spi.SourceException.class,
                            () -> WindowPosition.of(new Position("w3:0:1:0:" + text + ":1:ab"))))
                    .isNotNull();
        }
    }
}
