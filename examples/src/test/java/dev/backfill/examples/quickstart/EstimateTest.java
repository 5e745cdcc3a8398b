package dev.backfill.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EstimateTest {
    @Test
    void messagesRequestsUnitsAndTheTimeOfTheQuotaAreSaidAndNothingIsPublished() {
        Session session = Session.run("--messages", 2_000, "--estimate", "--gmail-quota", "new");

        assertThat(session.exitCode()).as(session.all()).isZero();
        // Gmail reads threads whole, so what it costs depends on the mail: minutes, by its quota.
        assertThat(session.out())
                .containsPattern("microsoft +2,000 +\\d+ +\\d+ +0 s")
                .containsPattern("google +(about )?2,0\\d\\d +[\\d,]+ +[\\d,]+ +\\d min \\d+ s")
                .doesNotContain("published");
    }

    /** 8,000 units a day and 250 KB, of which 95 % are planned on: here the bytes bind. */
    @Test
    void aShareOfTheDayMakesAJobLastForDays() {
        Session session =
                Session.run("--messages", 2_000, "--estimate", "--gmail-quota", "new", "--daily-share", "0.0001");
        assertThat(session.exitCode()).as(session.all()).isZero();
        assertThat(session.out())
                .containsPattern("microsoft +2,000 +\\d+ +\\d+ +0 s")
                .containsPattern("google .* (9|1\\d) d \\d+ h");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--verify", "--json", "--out", "--store"})
    void whatNeedsARunIsRefusedByName(String argument) {
        Session session = argument.equals("--verify")
                ? Session.run("--estimate", argument)
                : Session.run("--estimate", argument, "file");

        assertThat(session.exitCode()).isEqualTo(2);
        assertThat(session.all()).contains(argument, "--estimate");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 s",
        "1, 1 s",
        "59, 59 s",
        "60, 1 min 0 s",
        "3599, 59 min 59 s",
        "3600, 1 h 0 min",
        "20010, 5 h 34 min"
    })
    void timesAreSaidInTwoUnits(long seconds, String expected) {
        assertThat(EstimateTable.text(Duration.ofSeconds(seconds))).isEqualTo(expected);
        assertThat(EstimateTable.text(Duration.ofDays(25).plusHours(3))).isEqualTo("25 d 3 h");
    }
}
