package dev.backfill.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ErrorTextTest {
    private static final String CANARY = "canary";

    /** As a plug-in's exception may be. */
    private static final class Hostile extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException(CANARY);
        }

        @Override
        @SuppressWarnings("UnsynchronizedOverridesSynchronized") // an architecture rule forbids the word
        public Throwable getCause() {
            throw new IllegalStateException(CANARY);
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw new IllegalStateException(CANARY);
        }

        @Override
        public String toString() {
            return CANARY;
        }
    }

    private static RuntimeException error() {
        RuntimeException error = new IllegalStateException(CANARY, new IOException(CANARY));
        error.addSuppressed(new IllegalArgumentException(CANARY));
        return error;
    }

    @Test
    void classesAndPlacesAreShownAndNoMessage() {
        assertThat(ErrorText.withStack(error()))
                .doesNotContain(CANARY)
                .startsWith(
                        "java.lang.IllegalStateException\n\tat " + getClass().getName() + ".error:")
                .contains("\nCaused by: java.io.IOException\n\tat ")
                .contains("\nSuppressed: java.lang.IllegalArgumentException\n\tat ");
    }

    @Test
    void aBriefTextIsOneLine() {
        assertThat(ErrorText.brief(error()))
                .doesNotContain(CANARY)
                .hasLineCount(1)
                .startsWith("java.lang.IllegalStateException at " + getClass().getName() + ".error:")
                .contains(", caused by java.io.IOException at ");
    }

    @Test
    void anErrorThatBreaksWhenAskedIsStillNamed() {
        assertThat(ErrorText.withStack(new Hostile())).isEqualTo(Hostile.class.getName());
        assertThat(ErrorText.brief(new Hostile())).isEqualTo(Hostile.class.getName());
    }

    @Test
    void errorsThatNameEachOtherEnd() {
        RuntimeException first = new IllegalStateException(CANARY);
        RuntimeException second = new IllegalArgumentException(CANARY, first);
        first.initCause(second);

        assertThat(ErrorText.withStack(first)).containsOnlyOnce("IllegalStateException");
        assertThat(ErrorText.brief(first)).containsOnlyOnce("IllegalStateException");
    }

    @Test
    void theTextIsBounded() {
        RuntimeException error = new IllegalStateException(CANARY);
        for (int i = 0; i < 100; i++) {
            error = new IllegalStateException(CANARY, error);
            error.addSuppressed(new IllegalStateException(CANARY));
            error.setStackTrace(IntStream.range(0, 1_000)
                    .mapToObj(n -> new StackTraceElement("C".repeat(1_000) + "\n", "m", null, n))
                    .toArray(StackTraceElement[]::new));
        }

        int frame = ErrorText.MAX_NAME + 10;
        assertThat(ErrorText.withStack(error))
                .hasSizeLessThan(ErrorText.MAX_ERRORS * (ErrorText.MAX_FRAMES + 2) * frame)
                .contains("... 960 more");
        assertThat(ErrorText.brief(error)).hasLineCount(1).hasSizeLessThan(ErrorText.MAX_ERRORS * 3 * frame);
    }
}
