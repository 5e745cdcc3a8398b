package dev.backfill.core.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSinkTest {
    @Test
    void texts_stand_where_they_were_put_between_what_was_written() throws IOException {
        ByteSink sink = new ByteSink(2, 100);

        sink.put(bytes("<first>"));
        sink.write(bytes("abc"));
        sink.put(bytes("<second>"));
        sink.put(bytes("<third>"));
        sink.write('d');

        assertThat(sink.toBytes()).asString(StandardCharsets.UTF_8).isEqualTo("<first>abc<second><third>d");
        assertThat(sink.size()).isEqualTo("<first>abc<second><third>d".length());
    }

    @Test
    void a_text_as_long_as_the_guess_for_what_is_written_is_not_left_out() throws IOException {
        ByteSink sink = new ByteSink(4, 100);

        sink.put(bytes("text"));

        assertThat(sink.toBytes()).asString(StandardCharsets.UTF_8).isEqualTo("text");
    }

    @Test
    void what_was_guessed_right_is_given_away_uncopied() throws IOException {
        ByteSink sink = new ByteSink(3, 100);

        sink.write(bytes("abc"));

        assertThat(sink.toBytes()).isSameAs(sink.toBytes()).hasSize(3);
    }

    @Test
    void texts_and_written_bytes_together_take_no_more_than_is_allowed() throws IOException {
        ByteSink sink = new ByteSink(10, 10);

        sink.write(bytes("abcd"));
        sink.put(bytes("efghi"));

        assertThatThrownBy(() -> sink.put(bytes("jk"))).isInstanceOf(ByteSink.Full.class);
        assertThatThrownBy(() -> sink.write(bytes("jk"))).isInstanceOf(ByteSink.Full.class);
        sink.write('j');
        assertThatThrownBy(() -> sink.write('k')).isInstanceOf(ByteSink.Full.class);
        assertThat(sink.toBytes()).asString(StandardCharsets.UTF_8).isEqualTo("abcdefghij");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 49_151, 49_152, 49_153, 100_000})
    void contents_stand_as_base64_in_one_line_where_they_were_put(int length) throws IOException {
        byte[] content = new byte[length];
        new Random(1).nextBytes(content);
        ByteSink sink = new ByteSink(2, 200_000);

        sink.write(bytes("ab"));
        sink.putBase64(content);
        sink.write(bytes("cd"));

        String expected = "ab" + Base64.getEncoder().encodeToString(content) + "cd";
        assertThat(sink.size()).isEqualTo(expected.length());
        assertThat(sink.toBytes()).asString(StandardCharsets.UTF_8).isEqualTo(expected);
    }

    @Test
    void contents_take_no_more_than_is_allowed() throws IOException {
        ByteSink sink = new ByteSink(2, 11);

        sink.putBase64(new byte[6]);

        assertThatThrownBy(() -> sink.putBase64(new byte[1])).isInstanceOf(ByteSink.Full.class);
        assertThat(sink.size()).isEqualTo(8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
