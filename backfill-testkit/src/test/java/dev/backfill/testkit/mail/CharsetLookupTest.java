package dev.backfill.testkit.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CharsetLookupTest {
    @ParameterizedTest
    @CsvSource({
        "utf-8, UTF-8",
        "UTF8, UTF-8",
        "utf_8, UTF-8",
        "unicode-1-1-utf-8, UTF-8",
        "us-ascii, US-ASCII",
        "ANSI_X3.4-1968, US-ASCII",
        "iso-8859-1, windows-1252",
        "ISO8859-1, windows-1252",
        "latin1, windows-1252",
        "cp1252, windows-1252",
        "iso-8859-2, ISO-8859-2",
        "iso-8859-9, windows-1254",
        "iso-8859-15, ISO-8859-15",
        "windows-1251, windows-1251",
        "cp-1251, windows-1251",
        "koi8-r, KOI8-R",
        "koi8-u, KOI8-U",
        "gb2312, GB18030",
        "GBK, GB18030",
        "x-gbk, GB18030",
        "big5, Big5-HKSCS",
        "shift_jis, windows-31j",
        "x-sjis, windows-31j",
        "euc-jp, EUC-JP",
        "iso-2022-jp, x-windows-iso2022jp",
        "euc-kr, x-windows-949",
        "ks_c_5601-1987, x-windows-949",
        "iso-2022-kr, ISO-2022-KR",
        "tis-620, x-windows-874",
        "iso-8859-8-i, ISO-8859-8",
        "cp850, IBM850",
        "macintosh, x-MacRoman"
    })
    void labelMeansWhatSendersMean(String label, String charset) {
        assertThat(CharsetLookup.find(label)).contains(Charset.forName(charset));
        assertThat(CharsetLookup.find(label.toUpperCase(Locale.ROOT))).contains(Charset.forName(charset));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\"utf-8\"", "'utf-8'", " utf-8 ", "utf-8;", "<utf-8>", "utf-8http-equivcontent-type", "x-utf-8"
            })
    void damagedLabelIsStillRead(String label) {
        assertThat(CharsetLookup.find(label)).contains(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x-unknown", "unknown-8bit", "none", "x-user-defined", "????", "日本"})
    void labelWithoutMeaningIsNone(String label) {
        assertThat(CharsetLookup.find(label)).isEmpty();
    }

    @Test
    void missingLabelIsNone() {
        assertThat(CharsetLookup.find(null)).isEmpty();
    }
}
