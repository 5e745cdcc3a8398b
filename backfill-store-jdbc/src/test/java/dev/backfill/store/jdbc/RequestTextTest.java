package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillRequest;
import org.junit.jupiter.api.Test;

/** What a stored request says after the library has learnt new words. */
class RequestTextTest {
    @Test
    void aRequestIsReadAsItWasWritten() {
        BackfillRequest request =
                BackfillRequest.builder("google", "me").rawMime(true).build();

        assertThat(RequestText.request("google", "me", RequestText.of(request))).isEqualTo(request);
    }

    @Test
    void aRequestOfOlderDaysAsksForNoMimeAndOneOfLaterDaysIsReadWithoutWhatIsNotKnown() {
        assertThat(RequestText.request("google", "me", "{\"mode\":\"FULL\",\"later\":{\"a\":[1]},\"priority\":7}"))
                .isEqualTo(BackfillRequest.builder("google", "me").priority(7).build());
    }
}
