package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backfill.spi.SourceException;
import org.junit.jupiter.api.Test;

class HeaderFieldsTest {
    private static final int LONG = 100_000;

    @Test
    void aQuotedParameterMayBeLong() {
        String name = "a".repeat(LONG);
        assertThat(HeaderFields.parameter("x/y; name=\"" + name + "\"; z=1", "name"))
                .isEqualTo(name);
        assertThat(HeaderFields.parameter("x/y; name=\"" + "\\\"".repeat(LONG) + "\"; z=1", "z"))
                .isEqualTo("1");
    }

    @Test
    void aQuotedParameterThatDoesNotEndIsRead() {
        assertThat(HeaderFields.parameter("x/y; name=\"a;b", "name")).isEqualTo("a;b");
        assertThat(HeaderFields.parameter("x/y; name=\"ab\\", "name")).isEqualTo("ab");
    }

    @Test
    void anEncodedWordMayBeLong() {
        String text = "a".repeat(LONG);
        assertThat(HeaderText.shown("=?utf-8?Q?" + text + "?=")).isEqualTo(text);
    }

    @Test
    void aMessageNestedTooDeepForTheStackFailsAlone() {
        SourceException error =
                catchThrowableOfType(SourceException.class, () -> MessageFetcher.readable(() -> deeper(0)));
        assertThat(error.kind()).isEqualTo(SourceException.Kind.SKIP_MESSAGE);
        assertThat(error.code()).isEqualTo("UNDECODABLE");
    }

    private static int deeper(int depth) {
        return depth == Integer.MAX_VALUE ? 0 : deeper(depth + 1) + 1;
    }
}
