package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.gmail.GmailQuirks;
import dev.backfill.testkit.gmail.GmailQuirks.SearchDate;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.MailBytes;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages at the border of two windows, which both list, come once; whichever date the server's search means. */
class WindowBorderTest {
    private static final PageLimit PAGE = new PageLimit(7, 50_000_000);
    private static final Instant FROM = Instant.parse("2020-01-01T00:00:00Z");
    private static final Instant BORDER = Instant.parse("2020-02-01T00:00:00Z");
    private static final Instant TO = Instant.parse("2020-03-01T00:00:00Z");
    private static final MailQuery QUERY = new MailQuery(FROM, TO, List.of(), false, false);

    /** Moments in the middle of each window, and seconds around the border. */
    private static final List<Instant> MOMENTS = List.of(
            FROM.plusSeconds(86_400),
            BORDER.minusSeconds(3),
            BORDER.minusSeconds(2),
            BORDER.minusSeconds(1),
            BORDER,
            BORDER.plusMillis(999),
            BORDER.plusSeconds(1),
            BORDER.plusSeconds(2),
            BORDER.plusSeconds(3),
            TO.minusSeconds(86_400));

    private static StoredMail mail(int number, Instant received, Instant sent) {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(sent.atOffset(ZoneOffset.UTC));
        return StoredMail.builder(String.format("%016x", number + 1), received)
                .mime(MailBytes.utf8("Date: " + date + "\r\nSubject: a mail\r\n\r\nHello\r\n"))
                .build();
    }

    /** A message for each pair of a received and a sent moment. */
    private static List<StoredMail> mails() {
        List<StoredMail> mails = new ArrayList<>();
        for (Instant received : MOMENTS) {
            for (Instant sent : MOMENTS) {
                mails.add(mail(mails.size(), received, sent));
            }
        }
        return mails;
    }

    private static List<GmailQuirks> servers() {
        List<GmailQuirks> servers = new ArrayList<>();
        for (SearchDate date : List.of(SearchDate.INTERNAL, SearchDate.HEADER)) {
            servers.add(GmailQuirks.DEFAULT.withSearchDate(date));
            servers.add(GmailQuirks.DEFAULT.withSearchDate(date).withBordersIncluded());
        }
        return servers;
    }

    private static void assertOnce(List<Partition> plan) throws Exception {
        List<StoredMail> mails = mails();
        for (GmailQuirks server : servers()) {
            try (FakeGmail gmail = FakeGmail.builder()
                            .mailbox("a@example.com", mails)
                            .quirks(server)
                            .start();
                    TestBox box = TestBox.open(gmail)) {
                Crawl crawl = Crawl.run(box.mailbox(), QUERY, PAGE, plan);
                assertThat(crawl.ids())
                        .as(server.toString())
                        .containsExactlyInAnyOrderElementsOf(TestMail.shownIds(mails));
                assertThat(crawl.providerCount()).isEqualTo(mails.size());
            }
        }
    }

    @Test
    void theOlderWindowFirst() throws Exception {
        assertOnce(List.of(Partition.window("all", FROM, BORDER), Partition.window("all", BORDER, TO)));
    }

    @Test
    void theNewerWindowFirst() throws Exception {
        assertOnce(List.of(Partition.window("all", BORDER, TO), Partition.window("all", FROM, BORDER)));
    }

    @Test
    void windowsOfOneSecond() throws Exception {
        List<Partition> plan = new ArrayList<>();
        plan.add(Partition.window("all", BORDER.plusSeconds(3), TO));
        for (int second = 2; second >= -2; second--) {
            plan.add(Partition.window("all", BORDER.plusSeconds(second), BORDER.plusSeconds(second + 1)));
        }
        plan.add(Partition.window("all", FROM, BORDER.minusSeconds(2)));
        assertOnce(plan);
    }

    @Test
    void wherePlainWindowsAreEnoughNothingMoreIsAsked() throws Exception {
        List<StoredMail> mails = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Instant moment = FROM.plusSeconds(86_400L * (3 * i + 1) + 5);
            mails.add(mail(i, moment, moment));
        }
        try (FakeGmail gmail =
                        FakeGmail.builder().mailbox("a@example.com", mails).start();
                TestBox box = TestBox.open(gmail)) {
            Crawl.run(
                    box.mailbox(),
                    QUERY,
                    PAGE,
                    List.of(Partition.window("all", BORDER, TO), Partition.window("all", FROM, BORDER)));
            assertThat(gmail.journal().count(RequestMatch.path("/messages$"))).isEqualTo(4);
        }
    }
}
