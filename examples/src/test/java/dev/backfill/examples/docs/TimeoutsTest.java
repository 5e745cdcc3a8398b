package dev.backfill.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.core.EngineConfig;
import dev.backfill.provider.microsoft.MicrosoftEmailSource;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The defaults of two modules that do not know each other. */
class TimeoutsTest {
    /** The engine cannot know that it was a page, and would ask for it again as large as it was. */
    @Test
    void aPageThatHangsIsEndedByItsProviderBeforeTheEngineEndsTheCall() {
        assertThat(Duration.ofSeconds(MicrosoftEmailSource.DEFAULT_READ_TIMEOUT_SECONDS))
                .isLessThan(EngineConfig.DEFAULT_CALL_TIMEOUT);
    }

    @Test
    void soIsOneThatTrickles() {
        assertThat(Duration.ofSeconds(MicrosoftEmailSource.DEFAULT_PAGE_TIMEOUT_SECONDS))
                .isLessThan(EngineConfig.DEFAULT_CALL_TIMEOUT);
    }
}
