package dev.backfill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {
    private static Options parse(String line) {
        return Options.parse(line.isEmpty() ? List.of() : List.of(line.split(" ")), List.of("path", "scale"));
    }

    @Test
    void aBenchAloneIsWhole() {
        Options options = parse("scale");

        assertThat(options.bench()).isEqualTo("scale");
        assertThat(options.size()).isEqualTo(new Size(false, 1));
        assertThat(options.json()).isNull();
    }

    @Test
    void optionsMayStandAnywhere() {
        Options options = parse("--quick --json rows.json path --size 0.5");

        assertThat(options.bench()).isEqualTo("path");
        assertThat(options.size()).isEqualTo(new Size(true, 0.5));
        assertThat(options.json()).isEqualTo(Path.of("rows.json"));
    }

    @ParameterizedTest
    @CsvSource({
        "'', usage: path|scale [--quick] [--size FACTOR] [--json FILE]",
        "path --json, --json needs the name of a file",
        "path --size, --size needs a number",
        "path --size much, 'not much'",
        "path --size 0, 'more than 0'",
        "path --size NaN, 'more than 0'",
        "path --fast, unknown argument --fast",
        "path scale, unknown argument scale"
    })
    void whatIsWrongIsNamed(String line, String said) {
        assertThatIllegalArgumentException().isThrownBy(() -> parse(line)).withMessageContaining(said);
    }
}
