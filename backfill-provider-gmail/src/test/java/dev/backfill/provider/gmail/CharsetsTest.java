package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CharsetsTest {
    @Test
    void validUtf8WinsOverTheLabelSinceGmailTranscodes() {
        byte[] utf8 = "Grüße • здравствуй".getBytes(StandardCharsets.UTF_8);
        assertThat(Charsets.decodeBody(utf8, "iso-8859-1")).isEqualTo("Grüße • здравствуй");
        assertThat(Charsets.decodeBody(utf8, "koi8-r")).isEqualTo("Grüße • здравствуй");
    }

    @Test
    void whatIsNoUtf8IsReadByItsLabel() {
        assertThat(Charsets.decodeBody("здравствуй".getBytes(Charset.forName("KOI8-R")), "KOI8-R"))
                .isEqualTo("здравствуй");
        assertThat(Charsets.decodeBody("“quoted”".getBytes(Charset.forName("windows-1252")), "iso-8859-1"))
                .isEqualTo("“quoted”");
        assertThat(Charsets.decodeBody("Grüße".getBytes(StandardCharsets.ISO_8859_1), "no-such-charset"))
                .isEqualTo("Grüße");
    }

    @Test
    void charsetsThatWorkWithEscapesWinForSevenBitContent() {
        byte[] japanese = "日本語".getBytes(Charset.forName("ISO-2022-JP"));
        assertThat(Charsets.decodeBody(japanese, "iso-2022-jp")).isEqualTo("日本語");
        assertThat(Charsets.decodeBody(japanese, null)).isEqualTo("日本語");
        assertThat(Charsets.decodeBody("日本語".getBytes(StandardCharsets.UTF_8), "iso-2022-jp"))
                .isEqualTo("日本語");
    }

    @Test
    void charactersCutBetweenEncodedWordsAreJoined() {
        assertThat(HeaderText.shown("=?utf-8?B?4oKs4g==?= =?utf-8?B?gqw=?= and =?ISO-8859-1?Q?Gr=FC=DFe?="))
                .isEqualTo("€€ and Grüße");
        assertThat(HeaderText.shown("no =?word here")).isEqualTo("no =?word here");
    }

    @Test
    void addressesAreReadHoweverTheyAreWritten() {
        assertThat(Addresses.parse("Team: \"Doe, J\" <j@a.example>, b@a.example (Bob);, local"))
                .extracting(address -> address.name() + "|" + address.address())
                .containsExactly("Doe, J|j@a.example", "Bob|b@a.example", "null|local");
        assertThat(Addresses.parse("undisclosed-recipients:;")).isEmpty();
    }

    @Test
    void datesAreReadHoweverTheyAreWritten() {
        assertThat(MailDates.parse("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600"))
                .hasToString("1997-11-21T15:55:06Z");
        assertThat(MailDates.parse("Wed Jun 12 13:45:00 2002 +0200")).hasToString("2002-06-12T11:45:00Z");
        assertThat(MailDates.parse("2002-06-12T13:45:00+02:00")).hasToString("2002-06-12T11:45:00Z");
        assertThat(MailDates.parse("12 Jun 02 1:45 PM EDT")).hasToString("2002-06-12T17:45:00Z");
        assertThat(MailDates.parse("yesterday")).isNull();
        assertThat(MailDates.parse("Fri, 31 Feb 2020 00:00:00 +0000")).isNull();
    }
}
