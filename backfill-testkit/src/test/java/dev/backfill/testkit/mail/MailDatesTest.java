package dev.backfill.testkit.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MailDatesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Wed, 12 Jun 2002 13:45:09 +0200|2002-06-12T11:45:09Z",
                "12 Jun 2002 13:45:09 +0200|2002-06-12T11:45:09Z",
                "Wed, 12 Jun 2002 13:45:09 +0200 (CEST)|2002-06-12T11:45:09Z",
                "Wed, 12 Jun 2002 13:45 -0730|2002-06-12T21:15:00Z",
                "Wed, 12 Jun 2002 13:45:09 GMT|2002-06-12T13:45:09Z",
                "Wed, 12 Jun 2002 13:45:09 EST|2002-06-12T18:45:09Z",
                "Wed, 12 Jun 2002 13:45:09 PDT|2002-06-12T20:45:09Z",
                "Wed, 12 Jun 2002 13:45:09 MET|2002-06-12T12:45:09Z",
                "Wed, 12 Jun 2002 13:45:09 XYZ|2002-06-12T13:45:09Z",
                "Wed, 12 Jun 2002 13:45:09|2002-06-12T13:45:09Z",
                "Wed, 12 Jun 02 13:45:09 +0000|2002-06-12T13:45:09Z",
                "Wed, 12 Jun 96 13:45:09 +0000|1996-06-12T13:45:09Z",
                "Wed, 12 Jun 102 13:45:09 +0000|2002-06-12T13:45:09Z",
                "Wednesday, 12-Jun-02 13:45:09 GMT|2002-06-12T13:45:09Z",
                "Wed Jun 12 13:45:09 2002|2002-06-12T13:45:09Z",
                "Wed Jun 12 13:45:09 EDT 2002|2002-06-12T17:45:09Z",
                "Wed Jun 12 13:45:09 2002 +0200|2002-06-12T11:45:09Z",
                "2002-06-12T13:45:09+02:00|2002-06-12T11:45:09Z",
                "2002-06-12 13:45:09|2002-06-12T13:45:09Z",
                "Fri, 21 Nov 1997 09(comment):   55  :  06 -0600|1997-11-21T15:55:06Z",
                "Wed, 12 June 2002 1:45:09 PM +0000|2002-06-12T13:45:09Z",
                "Wed, 12 Jun 2002 12:00:00 AM|2002-06-12T00:00:00Z",
                "Tue, 30 Jun 2015 23:59:60 +0000|2015-06-30T23:59:59Z",
                "12 Jun 2002|2002-06-12T00:00:00Z",
                "Wed, 12 Jun 2002 13.45.09 +0000|2002-06-12T13:45:09Z",
                "Wed, 12 Jun 2002 13:45:09 +9999|2002-06-12T13:45:09Z"
            })
    void dateIsRead(String raw, String instant) {
        assertThat(MailDates.parse(raw)).contains(Instant.parse(instant));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "yesterday",
                "Mon, 31 Feb 2002 10:00:00 +0000",
                "Wed, 12 Jun 2002 27:61:00 +0000",
                "Wed, 12 Foo 2002 13:45:09 +0000",
                "Wed, 12 Jun 1899 13:45:09 +0000",
                "Wed, 12 Jun 1969 13:45:09 +0000",
                "Wed, 12 Jun 3609 13:45:09 +0000",
                "Thu, 01 Jan 1970 00:00:00 +0100",
                "Wed, 99 Jun 2002 13:45:09"
            })
    void nonsenseIsNoDate(String raw) {
        assertThat(MailDates.parse(raw)).isEmpty();
    }
}
