package dev.backfill.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.spi.SourceException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenFileTest {
    @TempDir
    private Path folder;

    @Test
    void aFileThatIsEmptyWhileItIsReplacedGivesTheOldTokenUntilTheNewOneIsThere() throws Exception {
        Path file = Files.writeString(folder.resolve("token"), "first");
        TokenFile tokens = new TokenFile(file);
        tokens.invalidate(tokens.get());

        Files.writeString(file, "\n");
        assertThat(tokens.get()).isEqualTo("first");
        Files.writeString(file, "second\n");
        assertThat(tokens.get()).isEqualTo("second");
    }

    @ParameterizedTest
    @ValueSource(strings = {"two words", "bad\r\nheader", "caf\u00e9"})
    void whatIsNoTokenIsRefusedWhenReadAgainToo(String text) throws Exception {
        Path file = Files.writeString(folder.resolve("token"), "first");
        TokenFile tokens = new TokenFile(file);
        tokens.invalidate("first");
        Files.writeString(file, text);

        assertThatThrownBy(tokens::get)
                .isInstanceOfSatisfying(
                        SourceException.class,
                        refused -> assertThat(refused.kind()).isEqualTo(SourceException.Kind.AUTH))
                .hasMessageContaining("one word of ASCII")
                .hasMessageNotContaining(text);
    }

    @Test
    void aFileThatIsGoneIsSaid() throws Exception {
        Path file = Files.writeString(folder.resolve("token"), "first");
        TokenFile tokens = new TokenFile(file);
        tokens.invalidate("first");
        Files.delete(file);

        assertThatThrownBy(tokens::get).isInstanceOf(SourceException.class);
    }
}
