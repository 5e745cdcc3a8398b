package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.StoreException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class ErrorNamesTest {
    private static final String CANARY = "canary@example.org";

    @Test
    void classesStatesAndPlacesAreShownAndNoMessage() {
        SQLException database = new SQLException("Key (account)=(" + CANARY + ") already exists", "23505");

        assertThat(ErrorNames.of(new StoreException(CANARY, database)))
                .doesNotContain(CANARY)
                .hasLineCount(1)
                .startsWith("dev.backfill.spi.StoreException at " + getClass().getName())
                .contains("java.sql.SQLException [23505] at ");
    }

    @Test
    void aStateThatIsNoneShowsFiveCharactersAtTheMost() {
        assertThat(ErrorNames.of(new SQLException("x", CANARY)))
                .doesNotContain(CANARY)
                .contains("[canar]");
    }

    @Test
    void ofManyCausesEightAreShown() {
        RuntimeException error = new IllegalStateException(CANARY);
        for (int i = 0; i < 100; i++) {
            error = new IllegalStateException(CANARY, error);
        }

        assertThat(ErrorNames.of(error).split("caused by", -1)).hasSize(8);
    }

    @Test
    void errorsThatNameEachOtherEnd() {
        RuntimeException first = new IllegalStateException(CANARY);
        first.initCause(new IllegalArgumentException(CANARY, first));

        assertThat(ErrorNames.of(first)).containsOnlyOnce("IllegalStateException");
    }
}
