package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.provider.gmail.ThreadedIds.Entry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ThreadedIdsTest {
    private static final Comparator<Entry> ORDER =
            Comparator.comparing(Entry::threadId).thenComparing(Entry::id);

    private static ThreadedIds ordered(List<Entry> entries) {
        IdList list = new IdList();
        entries.forEach(entry -> list.include(entry.id(), entry.threadId()));
        return list.byThread();
    }

    private static List<Entry> all(ThreadedIds ids) {
        List<Entry> all = new ArrayList<>();
        for (int place = 0; place < ids.size(); place++) {
            all.add(new Entry(ids.threadId(place), ids.id(place)));
        }
        return all;
    }

    /** Of few threads and many; some of the ids beyond what a number with a sign holds. */
    private static List<Entry> random(Random random, boolean texts) {
        List<Entry> entries = new ArrayList<>();
        int threads = 1 + random.nextInt(60);
        int messages = random.nextInt(300);
        for (int i = 0; i < messages; i++) {
            String thread = String.format("%016x", random.nextInt(threads) * 0x0912345678abcdefL);
            String id = String.format("%016x", random.nextLong());
            entries.add(
                    new Entry(texts && i % 5 == 0 ? "thread " + thread : thread, texts && i % 7 == 0 ? "" + i : id));
        }
        return entries;
    }

    @Test
    void messagesStandThreadByThreadWhateverTheirIdsAre() {
        for (int seed = 0; seed < 60; seed++) {
            List<Entry> entries = random(new Random(seed), seed % 2 == 1);
            List<Entry> expected = entries.stream().sorted(ORDER).toList();
            ThreadedIds ids = ordered(entries);
            assertThat(all(ids)).as("seed " + seed).isEqualTo(expected);
            for (int place = 0; place < ids.size(); place++) {
                assertThat(ids.behind(expected.get(place))).isEqualTo(place + 1);
                String thread = expected.get(place).threadId();
                long inFront = expected.stream()
                        .filter(entry -> entry.threadId().compareTo(thread) <= 0)
                        .count();
                assertThat(ids.endOfThread(place)).isEqualTo((int) inFront);
            }
        }
    }

    @Test
    void aPlaceStaysThoughItsMessageGoes() {
        for (int seed = 0; seed < 60; seed++) {
            List<Entry> entries = random(new Random(seed), seed % 2 == 1);
            for (int gone = 0; gone < entries.size(); gone += 7) {
                Entry last = entries.get(gone);
                List<Entry> left = new ArrayList<>(entries);
                left.remove(last);
                ThreadedIds ids = ordered(left);
                List<Entry> rest = all(ids).subList(ids.behind(last), ids.size());
                assertThat(rest)
                        .as("seed " + seed)
                        .isEqualTo(left.stream()
                                .filter(entry -> ORDER.compare(entry, last) > 0)
                                .sorted(ORDER)
                                .toList());
            }
        }
    }

    @Test
    void whatALaterListHasMoreIsFound() {
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            List<Entry> before = random(random, seed % 3 == 1);
            List<Entry> now = new ArrayList<>(before);
            now.removeIf(entry -> random.nextInt(4) == 0);
            List<Entry> late = random(random, seed % 2 == 1).stream()
                    .filter(entry -> !before.contains(entry) && entry.id().length() == 16)
                    .toList();
            now.addAll(late);
            assertThat(ordered(before).lacks(ordered(now)))
                    .as("seed " + seed)
                    .hasSameElementsAs(late)
                    .hasSize(Set.copyOf(late).size());
        }
    }

    @Test
    void nothingIsInOrder() {
        assertThat(ordered(List.of()).isEmpty()).isTrue();
        assertThat(ordered(List.of()).lacks(ordered(List.of()))).isEmpty();
    }
}
