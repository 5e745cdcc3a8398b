package dev.backfill.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentBytesTest {
    private static final byte[] CONTENT = new byte[100_000];

    static {
        for (int i = 0; i < CONTENT.length; i++) {
            CONTENT[i] = (byte) i;
        }
    }

    /** Says of itself what it is told to, and gives a few bytes at a time. */
    private static ByteArrayInputStream stream(int available) {
        return new ByteArrayInputStream(CONTENT) {
            @Override
            public synchronized int available() {
                return available;
            }

            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(length, 7_000));
            }
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7_001, 99_999, 100_000, 100_001, Integer.MAX_VALUE})
    void a_content_is_whole_or_refused_whatever_it_says_that_is_there(int available) throws IOException {
        assertThat(ContentBytes.read(stream(available), 100_001)).isEqualTo(CONTENT);
        assertThat(ContentBytes.read(stream(available), 100_000)).isEqualTo(CONTENT);
        assertThat(ContentBytes.read(stream(available), 99_999)).isNull();
        assertThat(ContentBytes.read(stream(available), 1)).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 99_999})
    void no_more_is_read_than_one_byte_behind_the_most(int most) throws IOException {
        ByteArrayInputStream content = new ByteArrayInputStream(CONTENT);

        ContentBytes.read(content, most);

        assertThat(content.available()).isEqualTo(CONTENT.length - most - 1);
    }
}
