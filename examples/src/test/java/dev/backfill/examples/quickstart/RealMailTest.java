package dev.backfill.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RealMailTest {
    private static final Path CORPUS = Path.of(System.getProperty("backfill.corpus", "../../shared/corpus"));

    @ParameterizedTest
    @CsvSource({"real, 1000", "tricky, 189"})
    void everyMessageArrivesAsTheManifestSays(String name, int count) {
        Path mail = CORPUS.resolve(name);
        if (!Files.isDirectory(mail)) {
            System.out.println("RealMailTest IS NOT RUN on " + name + ": there is no folder " + mail
                    + "; set -Dbackfill.corpus to the folder that holds it");
        }
        Assumptions.assumeTrue(Files.isDirectory(mail), "no folder " + mail);

        Session session = Session.run("--mail", mail, "--verify");

        String shown = String.format(Locale.ROOT, "%,d", count);
        assertThat(session.exitCode()).as(session.all()).isZero();
        assertThat(session.out())
                .contains("Microsoft verified, every field of " + shown + " messages compared")
                .contains("Google verified, every field of " + shown + " messages compared");
    }
}
