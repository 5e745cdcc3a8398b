package dev.backfill.examples.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogStatementsTest {

    @ParameterizedTest
    @MethodSource("dev.backfill.examples.architecture.BackfillModule#libraries")
    void noLogStatementOfAModuleShowsAnError(BackfillModule module) throws IOException {
        assertThat(LogStatements.thatShowErrors(module.sources())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "try { } catch (RuntimeException | Error broken) { LOG.warn(\"a ) {}\", id(1), broken); }",
                "catch (StoreException down) {\n LOG\n.info(\"{}\",\n down.getMessage()); }",
                "if (x instanceof StoreException down) { LOG.warn(\"{}\", down.toString()); }",
                "void f(Throwable t) { LOG.error(\"\" + t); }",
                "handler((thread, error) -> LOG.error(\"ended\", error));",
                "LOG.debug(\"left out\", failure.cause());",
                "catch (IOException e) { LOG.warn(\"{} {}\", ErrorText.brief(e), e); }"
            })
    void aStatementThatShowsAnErrorIsFound(String source) {
        assertThat(LogStatements.thatShowErrors(source)).hasSize(1);
    }

    @Test
    void oneThatShowsNamesAndCodesIsNot() {
        String source =
                "catch (StoreException down) { LOG.warn(\"down {}\", ErrorText.brief(down)); // LOG.warn(down)\n"
                        + "LOG.info(\"{}\", down.code()); throw down; }";

        assertThat(LogStatements.thatShowErrors(source)).isEmpty();
    }
}
