package dev.backfill.testkit.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KeySetTest {
    @Test
    void countsEachTextOnce() {
        KeySet keys = new KeySet();
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 200_000; i++) {
                assertThat(keys.add("a-key-of-some-length-" + i)).isEqualTo(round == 0);
            }
        }
        assertThat(keys.size()).isEqualTo(200_000);
        keys.clear();
        assertThat(keys.size()).isZero();
        assertThat(keys.add("a-key-of-some-length-1")).isTrue();
    }
}
