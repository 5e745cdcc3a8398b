package dev.backfill.testkit.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextDecoderTest {
    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"us-ascii", "x-unknown", "default"})
    void eightBitBytesWithoutUsableLabelAreUtf8WhenValid(String label) {
        assertThat(TextDecoder.decode("Grüße ✓".getBytes(StandardCharsets.UTF_8), label))
                .isEqualTo("Grüße ✓");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"us-ascii", "x-unknown", "default"})
    void otherEightBitBytesWithoutUsableLabelAreWindows1252(String label) {
        assertThat(TextDecoder.decode(new byte[] {'5', (byte) 0x80, ' ', (byte) 0xe9}, label))
                .isEqualTo("5€ é");
    }

    @Test
    void labelBindsEvenWhenBytesWouldBeUtf8() {
        byte[] bytes = "й".getBytes(StandardCharsets.UTF_8);
        assertThat(TextDecoder.decode(bytes, "koi8-r")).isEqualTo(new String(bytes, Charset.forName("KOI8-R")));
    }

    @Test
    void undecodableBytesBecomeReplacementCharacters() {
        assertThat(TextDecoder.decode(new byte[] {'a', (byte) 0xff, 'b'}, "utf-8"))
                .isEqualTo("a\ufffdb");
    }

    @Test
    void unlabelledJapaneseEscapesAreRead() {
        byte[] bytes = "会議".getBytes(Charset.forName("ISO-2022-JP"));
        assertThat(TextDecoder.decode(bytes, null)).isEqualTo("会議");
    }
}
