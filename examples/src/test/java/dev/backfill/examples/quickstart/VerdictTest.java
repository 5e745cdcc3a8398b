package dev.backfill.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.testkit.mail.ManifestFinding;
import dev.backfill.testkit.mail.ManifestFinding.Kind;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VerdictTest {
    private static final FailureRows NONE = new FailureRows(Map.of(), Map.of());
    private static final FailureRows OF_M7 =
            new FailureRows(Map.of("FETCH GONE_BAD", 1), Map.of("m7", "FETCH GONE_BAD"));

    @Test
    void nothingWrongIsVerified() {
        Verdict verdict = Verdict.byManifest(List.of(), OF_M7, true, 1234, 0);

        assertThat(verdict.holds()).isTrue();
        assertThat(verdict.line()).isEqualTo("verified, every field of 1,234 messages compared");
        assertThat(verdict.details()).isEmpty();
    }

    @Test
    void aMissingGeneratedMessageFailsEvenWhenAFailureRowNamesIt() {
        Verdict verdict = Verdict.byManifest(List.of(finding(Kind.MISSING, "m7")), OF_M7, false, 9, 0);

        assertThat(verdict.holds()).isFalse();
        assertThat(verdict.line()).isEqualTo("NOT verified, 1 finding, every field of 9 messages compared");
        assertThat(verdict.details()).containsExactly("MISSING m7, failed: FETCH GONE_BAD");
    }

    @Test
    void aMissingRealMessageWithAFailureRowIsDoneAndCountedApart() {
        Verdict verdict = Verdict.byManifest(List.of(finding(Kind.MISSING, "m7")), OF_M7, true, 9, 0);

        assertThat(verdict.holds()).isTrue();
        assertThat(verdict.line())
                .isEqualTo(
                        "verified, every field of 9 messages compared; 1 message more did not arrive and has a failure"
                                + " row with a reason");
    }

    @Test
    void aMissingRealMessageWithoutAFailureRowFails() {
        assertThat(Verdict.byManifest(List.of(finding(Kind.MISSING, "m7")), NONE, true, 9, 0)
                        .holds())
                .isFalse();
    }

    @Test
    void aFailureRowExcusesNothingButAbsence() {
        for (Kind kind : List.of(Kind.DUPLICATE, Kind.DIFFERENT, Kind.UNKNOWN, Kind.UNREADABLE)) {
            Verdict verdict = Verdict.byManifest(List.of(finding(kind, "m7")), OF_M7, true, 9, 0);

            assertThat(verdict.holds()).as(kind.name()).isFalse();
        }
    }

    @Test
    void ofManyFindingsTheFirstAreShownAndTheRestCounted() {
        Verdict verdict = Verdict.byManifest(
                IntStream.range(0, 25)
                        .mapToObj(i -> finding(Kind.MISSING, "m" + i))
                        .toList(),
                NONE,
                false,
                0,
                0);

        assertThat(verdict.line()).contains("25 findings");
        assertThat(verdict.details()).hasSize(21).endsWith("... and 5 more");
    }

    @Test
    void whatAKillMayDoubleIsNoFindingAndMoreIs() {
        List<ManifestFinding> two = List.of(finding(Kind.DUPLICATE, "m1"), finding(Kind.DUPLICATE, "m2"));

        assertThat(Verdict.byManifest(two, NONE, false, 9, 2).line())
                .isEqualTo(
                        "verified, every field of 9 messages compared; 2 messages came twice, at most 2 may after what"
                                + " was killed or cut off");
        assertThat(Verdict.byManifest(two, NONE, false, 9, 1).details()).containsExactly("DUPLICATE m2");
        assertThat(Verdict.byCount(5, 7, 5, 2).holds()).isTrue();
        assertThat(Verdict.byCount(5, 8, 5, 2).holds()).isFalse();
    }

    @Test
    void ofAJobThatDidNotCompleteOnlyWhatArrivedWrongIsNews() {
        Verdict verdict = Verdict.ofUnfinished(
                List.of(finding(Kind.MISSING, "m1"), finding(Kind.DUPLICATE, "m2"), finding(Kind.DIFFERENT, "m3")));

        assertThat(verdict.holds()).isFalse();
        assertThat(verdict.line()).isEqualTo("NOT verified, 1 finding of what arrived");
        assertThat(verdict.details()).hasSize(1).first().asString().startsWith("DIFFERENT m3");
        assertThat(Verdict.ofUnfinished(List.of()).holds()).isFalse();
    }

    @Test
    void withoutAManifestTheCountsMustAgree() {
        assertThat(Verdict.byCount(5, 5, 5, 0).holds()).isTrue();
        assertThat(Verdict.byCount(5, 6, 5, 0).holds()).isFalse();
        assertThat(Verdict.byCount(5, 4, 4, 0).holds()).isFalse();
    }

    private static ManifestFinding finding(Kind kind, String id) {
        return new ManifestFinding(kind, id, "", "", "");
    }
}
