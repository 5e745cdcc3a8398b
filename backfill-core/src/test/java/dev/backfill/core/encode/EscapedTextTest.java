package dev.backfill.core.encode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EscapedTextTest {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();

    @Test
    void every_character_at_every_place_of_eight_is_what_the_generator_writes() throws IOException {
        for (int c = 0; c < 0x180; c++) {
            for (int before = 0; before < 9; before++) {
                requireSame("x".repeat(before) + (char) c + "y".repeat(9));
                requireSame("x".repeat(before) + (char) c + (char) c);
            }
        }
    }

    @Test
    void any_text_is_what_the_generator_writes() throws IOException {
        Random random = new Random(7);
        for (int i = 0; i < 5_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int rest = random.nextInt(80); rest > 0; rest--) {
                switch (random.nextInt(6)) {
                    case 0 -> text.append((char) random.nextInt(' '));
                    case 1 -> text.append(random.nextBoolean() ? '"' : '\\');
                    case 2 -> text.append((char) (0x80 + random.nextInt(0x2000)));
                    case 3 -> text.appendCodePoint(0x10000 + random.nextInt(0x1000));
                    default -> text.append((char) (' ' + random.nextInt(95)));
                }
            }
            requireSame(text.toString());
        }
    }

    private static void requireSame(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeString(text);
        }
        assertThat('"' + new String(EscapedText.of(text), UTF_8) + '"').isEqualTo(bytes.toString(UTF_8));
    }
}
