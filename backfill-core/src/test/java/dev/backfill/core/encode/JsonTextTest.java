package dev.backfill.core.encode;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTextTest {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();

    @Test
    void the_size_of_every_character_is_what_the_generator_writes() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (int codePoint = 0; codePoint <= 0x11000; codePoint++) {
            String text = Character.toString(codePoint);
            if (!JsonText.clean(text).equals(text)) {
                continue;
            }
            long utf8 = text.getBytes(StandardCharsets.UTF_8).length;
            if (JsonText.size(text) != written(text) || JsonText.utf8Size(text) != utf8) {
                wrong.add("U+" + Integer.toHexString(codePoint));
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static long written(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeString(text);
        }
        return bytes.size() - 2L;
    }

    @Test
    void a_clean_text_is_not_copied() {
        String text = "plain, é, \uD83D\uDE00";

        assertThat(JsonText.clean(text)).isSameAs(text);
    }

    @Test
    void each_half_of_a_pair_that_stands_alone_is_replaced() {
        assertThat(JsonText.clean("\uD83D")).isEqualTo("\uFFFD");
        assertThat(JsonText.clean("a\uDE00b")).isEqualTo("a\uFFFDb");
        assertThat(JsonText.clean("\uDE00\uD83D")).isEqualTo("\uFFFD\uFFFD");
        assertThat(JsonText.clean("\uD83D\uD83D\uDE00\uDE00")).isEqualTo("\uFFFD\uD83D\uDE00\uFFFD");
    }

    @ParameterizedTest
    @CsvSource({"0,''", "1,a", "2,a", "3,aé", "6,aé", "7,aé😀", "8,aé😀", "9,'aé😀\"'", "99,'aé😀\"'"})
    void a_prefix_ends_before_what_does_not_fit(int maxBytes, String expected) {
        assertThat(JsonText.prefix("aé😀\"", maxBytes)).isEqualTo(expected);
    }
}
