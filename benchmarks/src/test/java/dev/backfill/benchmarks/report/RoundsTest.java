package dev.backfill.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoundsTest {
    private static Rounds.Measurement giving(double... figures) {
        Iterator<Double> next = Arrays.stream(figures).iterator();
        return next::next;
    }

    @Test
    void theMedianIsGivenOfWhatCounts() throws Exception {
        Medians medians = new Rounds(1, 3)
                .measure("odd", giving(100, 3, 1, 2))
                .measure("one far off", giving(100, 5, 1_000, 4))
                .run();

        assertThat(medians.byName()).isEqualTo(Map.of("odd", 2.0, "one far off", 5.0));
    }

    @Test
    void ofTwoTheMedianIsBetweenThem() throws Exception {
        assertThat(new Rounds(0, 2).measure("x", giving(1, 4)).run().of("x")).isEqualTo(2.5);
    }

    @Test
    void everyOtherRoundGoesTheOtherWay() throws Exception {
        List<String> order = new ArrayList<>();
        Rounds rounds = new Rounds(1, 2);
        for (String name : List.of("a", "b", "c")) {
            rounds.measure(name, () -> {
                order.add(name);
                return 1;
            });
        }

        rounds.run();

        assertThat(order).containsExactly("a", "b", "c", "c", "b", "a", "a", "b", "c");
    }

    @Test
    void severalFiguresOfOneMeasurementHaveItsNameBeforeThem() throws Exception {
        Medians medians = new Rounds(0, 1)
                .measureAll("ours", () -> Map.of("rate", 2.0, "cpu", 3.0))
                .run();

        assertThat(medians.of("ours, rate")).isEqualTo(2);
        assertThat(medians.of("ours, cpu")).isEqualTo(3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> medians.of("theirs"))
                .withMessageContaining("no figure theirs among")
                .withMessageContaining("ours, cpu");
    }
}
