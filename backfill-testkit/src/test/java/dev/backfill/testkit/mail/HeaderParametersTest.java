package dev.backfill.testkit.mail;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeaderParametersTest {
    @Test
    void plainAndQuotedValuesAreRead() {
        assertThat(HeaderParameters.parse("text/plain; charset=utf-8; Name=\"a; b.txt\"; x=1"))
                .containsExactly(entry("charset", "utf-8"), entry("name", "a; b.txt"), entry("x", "1"));
    }

    @Test
    void valueIsLowerCaseAndEndsAtTheFirstBlank() {
        assertThat(HeaderParameters.value("Text/HTML (page); charset=x")).isEqualTo("text/html");
        assertThat(HeaderParameters.value("base64; extra")).isEqualTo("base64");
        assertThat(HeaderParameters.value("")).isEmpty();
    }

    @Test
    void extendedValueIsDecoded() {
        assertThat(HeaderParameters.parse("attachment; filename*=utf-8'de'Gr%C3%BC%C3%9Fe.pdf"))
                .containsEntry("filename", "Grüße.pdf");
    }

    @Test
    void continuationsAreJoinedInTheirOrderAndAsBytes() {
        assertThat(HeaderParameters.parse(
                        "attachment; filename*1*=%AC b; filename*0*=utf-8''a%E2%82; filename*2=\"c.pdf\""))
                .containsEntry("filename", "a€ bc.pdf");
    }

    @Test
    void extendedNameWinsOverPlainOne() {
        assertThat(HeaderParameters.parse("attachment; filename=\"Gr__e.pdf\"; filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf"))
                .containsEntry("filename", "Grüße.pdf");
    }

    @Test
    void encodedWordAsNameIsDecoded() {
        assertThat(HeaderParameters.parse("attachment; filename=\"=?utf-8?Q?Gr=C3=BC=C3=9Fe.pdf?=\""))
                .containsEntry("filename", "Grüße.pdf");
        assertThat(HeaderParameters.parse("attachment; filename==?utf-8?Q?a_b?="))
                .containsEntry("filename", "a b");
    }

    @Test
    void unquotedNameMayHoldBlanksButACharsetNot() {
        assertThat(HeaderParameters.parse("text/plain; name=my file (1).txt; charset=utf-8 format=flowed"))
                .containsEntry("name", "my file (1).txt")
                .containsEntry("charset", "utf-8");
    }

    @Test
    void missingEndQuoteEndsWithTheHeader() {
        assertThat(HeaderParameters.parse("text/plain; name=\"open.txt")).containsEntry("name", "open.txt");
    }

    @Test
    void backslashesOfWindowsPathsStay() {
        assertThat(HeaderParameters.parse("a/b; name=\"C:\\temp\\\"x\\\".txt\""))
                .containsEntry("name", "C:\\temp\"x\".txt");
    }

    @Test
    void emptyParametersAndJunkAreSkipped() {
        assertThat(HeaderParameters.parse("text/html;; junk ; charset=utf-8;")).containsOnlyKeys("charset");
        assertThat(HeaderParameters.parse("text/html")).isEmpty();
        assertThat(HeaderParameters.parse("a/b; x*9999999999=1; y*z=2")).isEmpty();
    }

    @Test
    void firstOfTwoEqualNamesCounts() {
        assertThat(HeaderParameters.parse("a/b; name=first; name=second")).containsEntry("name", "first");
    }
}
