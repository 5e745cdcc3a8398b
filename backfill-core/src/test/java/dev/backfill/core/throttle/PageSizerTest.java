package dev.backfill.core.throttle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PageSizerTest {
    @Test
    void aPageTooBigHalvesTheSizeDownToOneMessage() {
        PageSizer sizer = new PageSizer(100, ProviderMetrics.NONE);

        assertThat(sizer.tooBig()).isTrue();
        assertThat(sizer.messages()).isEqualTo(50);
        for (int i = 0; i < 5; i++) {
            assertThat(sizer.tooBig()).isTrue();
        }
        assertThat(sizer.messages()).isEqualTo(1);
        assertThat(sizer.tooBig()).isFalse();
        assertThat(sizer.messages()).isEqualTo(1);
    }

    @Test
    void goodPagesRaiseItInStepsUpToTheBatchSize() {
        PageSizer sizer = new PageSizer(100, ProviderMetrics.NONE);
        sizer.tooBig();

        good(sizer, 7);
        assertThat(sizer.messages()).isEqualTo(50);
        good(sizer, 1);
        assertThat(sizer.messages()).isEqualTo(62);
        good(sizer, 800);
        assertThat(sizer.messages()).isEqualTo(100);
    }

    @Test
    void aPageTooBigBreaksTheRun() {
        PageSizer sizer = new PageSizer(8, ProviderMetrics.NONE);
        sizer.tooBig();
        good(sizer, 7);
        sizer.tooBig();
        good(sizer, 7);

        assertThat(sizer.messages()).isEqualTo(2);
    }

    @Test
    void aBatchOfNothingIsRefused() {
        assertThatThrownBy(() -> new PageSizer(0, ProviderMetrics.NONE)).isInstanceOf(IllegalArgumentException.class);
    }

    private static void good(PageSizer sizer, int pages) {
        for (int i = 0; i < pages; i++) {
            sizer.good();
        }
    }
}
