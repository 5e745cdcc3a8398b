package dev.backfill.core.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PluginFailureTest {
    private static final class Broken {
        private static final int NUMBER = Integer.parseInt("s3cret");

        static int number() {
            return NUMBER;
        }
    }

    private static Throwable use() {
        try {
            return new IllegalStateException("not thrown: " + Broken.number());
        } catch (LinkageError thrown) {
            return thrown;
        }
    }

    @Test
    void whatAnInitialiserThrewIsNotRepeatedTheSecondTime() {
        Throwable first = use();
        Throwable second = use();

        assertThat(first).isInstanceOf(ExceptionInInitializerError.class);
        assertThat(second).isInstanceOf(NoClassDefFoundError.class);
        assertThat(PluginFailure.thrown(first).reason())
                .contains("NumberFormatException")
                .doesNotContain("s3cret");
        assertThat(PluginFailure.thrown(second).reason())
                .contains("Could not initialize class")
                .doesNotContain("s3cret");
    }
}
