package dev.backfill.testkit.mail;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EncodedWordsTest {
    @ParameterizedTest
    @CsvSource({
        "=?utf-8?Q?Gr=C3=BC=C3=9Fe?=, Grüße",
        "=?UTF-8?b?R3LDvMOfZQ==?=, Grüße",
        "=?utf-8?B?R3LDvMOfZQ?=, Grüße",
        "=?iso-8859-1?q?a_b=5Fc?=, a b_c",
        "=?utf-8*de?Q?Gr=C3=BC=C3=9Fe?=, Grüße",
        "=?x-unknown?Q?Gr=C3=BC=C3=9Fe?=, Grüße",
        "=?default?Q?5=80?=, 5€",
        "=?gb2312?B?u+HS6Q==?=, 会议",
        "=?koi8-r?B?79TewNQ=?=, Отчют",
        "Re: =?utf-8?Q?caf=C3=A9?= open, Re: café open",
        "x=?utf-8?Q?=C3=A9?=y, xéy"
    })
    void wordIsDecoded(String source, String text) {
        assertThat(EncodedWords.decode(source)).isEqualTo(text);
    }

    @Test
    void blanksBetweenTwoWordsAreDropped() {
        assertThat(EncodedWords.decode("=?utf-8?Q?a?=   =?utf-8?Q?b?= c")).isEqualTo("ab c");
    }

    @Test
    void wordsWithoutBlankBetweenThemAreDecoded() {
        assertThat(EncodedWords.decode("=?utf-8?Q?a?==?utf-8?Q?b?=")).isEqualTo("ab");
    }

    @Test
    void characterSplitBetweenWordsIsJoined() {
        assertThat(EncodedWords.decode("=?utf-8?Q?=E2=82?= =?utf-8?Q?=AC?=")).isEqualTo("€");
        assertThat(EncodedWords.decode("=?utf-8?B?4oI=?= =?UTF-8?Q?=AC?=")).isEqualTo("€");
    }

    @Test
    void wordsOfDifferentCharsetsAreDecodedEach() {
        assertThat(EncodedWords.decode("=?iso-8859-1?Q?=E9?= =?utf-8?Q?=C3=A9?="))
                .isEqualTo("éé");
    }

    @Test
    void blanksInsideAWordAreBorne() {
        assertThat(EncodedWords.decode("=?utf-8?Q?a b=20c?=")).isEqualTo("a b c");
    }

    @Test
    void rawEightBitCharacterInsideAWordIsKept() {
        assertThat(EncodedWords.decode("=?iso-8859-1?Q?é=E8?=")).isEqualTo("éè");
    }

    @Test
    void questionMarkInsideAWordIsKept() {
        assertThat(EncodedWords.decode("=?utf-8?Q?why?_not?=")).isEqualTo("why? not");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"=?utf-8?Q?open", "=?utf-8?X?a?=", "=??Q?a?=", "=?utf-8?Q", "=?", "a =? b ?= c", "=?a b?Q?c?="})
    void whatIsNoWordStaysAsItIs(String source) {
        assertThat(EncodedWords.decode(source)).isEqualTo(source);
    }

    @Test
    void wordAfterABrokenOneIsDecoded() {
        assertThat(EncodedWords.decode("=?broken =?utf-8?Q?=C3=A9?=")).isEqualTo("=?broken é");
    }

    @Test
    void brokenBase64GivesWhatItHolds() {
        assertThat(EncodedWords.decode("=?utf-8?B?YW!Jj?=")).isEqualTo("abc");
        assertThat(EncodedWords.decode("=?utf-8?B?YQ==YmM=?=")).isEqualTo("abc");
    }

    @Test
    void brokenEscapesStayAsTheyAre() {
        assertThat(EncodedWords.decode("=?utf-8?Q?a=ZZb=4?=")).isEqualTo("a=ZZb=4");
    }
}
