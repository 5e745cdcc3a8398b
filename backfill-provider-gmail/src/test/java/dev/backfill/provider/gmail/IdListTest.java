package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IdListTest {
    private static final long SEED = 20_261_123;

    /** Gmail's, and what other servers may give; some twice. */
    private static List<String> mixed() {
        Random random = new Random(SEED);
        List<String> ids = new ArrayList<>(List.of(
                "", "0", "0000000000000000", "ffffffffffffffff", "FFFFFFFFFFFFFFFF", "00000000000000000", "ü", "-1"));
        for (int i = 0; i < 5_000; i++) {
            ids.add(String.format("%016x", random.nextLong()));
            if (i % 3 == 0) {
                ids.add(ids.get(random.nextInt(ids.size())));
            }
            if (i % 7 == 0) {
                ids.add("msg-" + random.nextInt(300));
            }
        }
        return ids;
    }

    @Test
    void idsKeepTheirOrderAndComeOnce() {
        IdList list = new IdList();
        Set<String> expected = new LinkedHashSet<>();
        for (String id : mixed()) {
            assertThat(list.include(id)).as("seed " + SEED).isEqualTo(expected.add(id));
        }
        assertThat(list).containsExactlyElementsOf(expected);
        int place = 0;
        for (String id : expected) {
            assertThat(list.indexOf(id)).isEqualTo(place++);
        }
        assertThat(list.contains("1234567890abcdef0")).isFalse();
        assertThat(list.contains("fffffffffffffffF")).isFalse();
        assertThat(list.indexOf("msg-none")).isEqualTo(-1);
    }

    @Test
    void listsAreSorted() {
        List<String> hex =
                mixed().stream().filter(id -> id.matches("[0-9a-f]{16}")).toList();
        for (List<String> ids : List.of(mixed(), hex, List.<String>of())) {
            IdList list = IdList.of(ids);
            List<String> once = new ArrayList<>(new LinkedHashSet<>(ids));
            assertThat(list.sorted())
                    .containsExactlyElementsOf(once.stream().sorted().toList());
            assertThat(list).containsExactlyElementsOf(once);
        }
    }

    @Test
    void aListThatIsGivenUpIsTheSameThreadByThreadAndEmptyThen() {
        Random random = new Random(SEED);
        for (int size : new int[] {0, 1, 64, 65, 1_000}) {
            List<String> ids = random.longs(size)
                    .mapToObj(number -> String.format("%016x", number))
                    .toList();
            IdList given = IdList.of(ids);
            ThreadedIds threads = given.intoThreads();
            assertThat(threads.size()).isEqualTo(size);
            assertThat(threads.lacks(IdList.of(ids).byThread())).isEmpty();
            assertThat(given).isEmpty();
            assertThat(given.include("0000000000000001")).isTrue();
            assertThat(given).containsExactly("0000000000000001");
        }
        IdList texts = IdList.of(List.of("b", "a"));
        assertThat(texts.intoThreads().size()).isEqualTo(2);
    }
}
