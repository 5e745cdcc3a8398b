package dev.backfill.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ReportTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Report report = new Report(new PrintStream(printed, true, StandardCharsets.UTF_8));

    @Test
    void aRowIsPrintedAsItComesUnderOneHead() {
        report.add(Row.of("by hand", 1234.5, "messages/s"));
        report.add(Row.of("engine", 0.05, "ms").to(0.1, "by hand"));

        String table = printed.toString(StandardCharsets.UTF_8);
        assertThat(table.lines()).hasSize(3);
        assertThat(table.lines().toList().get(0)).matches("what +value unit +ratio +to");
        assertThat(table.lines().toList().get(1)).matches("by hand +1,23[45] messages/s *");
        assertThat(table.lines().toList().get(2)).matches("engine +0\\.0500 ms +0\\.500 +by hand");
    }

    @Test
    void theJsonHasWhatTheTableHas() {
        report.add(Row.of("by hand", 1234.5, "messages/s"));
        report.add(Row.of("engine", 2469, "messages/s").to(1234.5, "by hand"));

        assertThat(report.json().replaceAll("\\s", ""))
                .isEqualTo(
                        "[{\"name\":\"byhand\",\"value\":1234.5,\"unit\":\"messages/s\",\"ratio\":null,\"ratio_to\":null},"
                                + "{\"name\":\"engine\",\"value\":2469.0,\"unit\":\"messages/s\",\"ratio\":2.0,\"ratio_to\":\"byhand\"}]");
    }

    @Test
    void aRatioSaysWhatItIsARatioTo() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Row("engine", 1, "s", 2.0, null))
                .withMessageContaining("engine");
    }
}
