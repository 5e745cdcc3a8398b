package dev.backfill.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How many messages a job takes at the most, however often it reads them. */
class MessageLimitTest {
    @Test
    void isReachedByTheFirstMessageBeyondIt() {
        MessageLimit limit = new MessageLimit(3L, 1);

        assertThat(limit.take()).isTrue();
        assertThat(limit.take()).isTrue();
        assertThat(limit.isReached()).isFalse();
        assertThat(limit.take()).isFalse();
        assertThat(limit.isReached()).isTrue();
    }

    @Test
    void whatAWalkPaidBeforeCostsNothingWhenItIsBegunAgain() {
        MessageLimit limit = new MessageLimit(3L, 2);
        MessageLimit.Share share = limit.share(2);

        for (int message = 0; message < 3; message++) {
            assertThat(share.take()).isTrue();
        }
        assertThat(share.take()).isFalse();
        assertThat(limit.share(0).take()).isFalse();
    }

    @Test
    void whatIsGivenBackMayBeTakenByAnyWalk() {
        MessageLimit limit = new MessageLimit(3L, 3);
        limit.giveBack(1);

        assertThat(limit.share(0).take()).isTrue();
        assertThat(limit.share(0).take()).isFalse();
    }

    /** Else a job whose last walk was cut would wait for one that may begin. */
    @Test
    void onceReachedItStaysSoThoughMessagesAreGivenBack() {
        MessageLimit limit = new MessageLimit(1L, 1);
        assertThat(limit.take()).isFalse();

        limit.giveBack(1);

        assertThat(limit.isReached()).isTrue();
    }

    @Test
    void noBoundIsNeverReachedWhateverIsGivenBack() {
        MessageLimit limit = new MessageLimit(null, 100);
        limit.giveBack(100);

        assertThat(limit.take()).isTrue();
        assertThat(limit.isReached()).isFalse();
    }
}
