package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.CountKind;
import dev.backfill.spi.MailEstimate;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageLimit;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.MailBytes;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class EstimateTest {
    private static final PageLimit PAGE = new PageLimit(100, 50_000_000);
    private static final Instant BEGIN = Instant.parse("2020-01-01T00:00:00Z");
    private static final MailQuery ALL = new MailQuery(null, Crawl.TO, List.of(), false, false, true);

    /** Threads of three messages, a minute apart. */
    private static List<StoredMail> threes(int count) {
        MailBytes mime = MailBytes.utf8("Subject: a mail\r\n\r\nHello\r\n");
        List<StoredMail> mails = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            mails.add(StoredMail.builder(String.format("%016x", i), BEGIN.plusSeconds(60L * i))
                    .threadKey(String.format("%016x", i - i % 3))
                    .mime(mime)
                    .build());
        }
        return mails;
    }

    @Test
    void callsAndUnitsAreThoseOfThePlan() throws Exception {
        List<StoredMail> mails = TestMail.generated(1_500);
        for (Map<String, String> settings :
                List.of(Map.of("quota", "new"), Map.of("quota", "legacy"), Map.of("quota", "new", "content", "raw"))) {
            try (FakeGmail gmail =
                            FakeGmail.builder().mailbox("a@example.com", mails).start();
                    TestBox box = TestBox.open(gmail.rootUrl(), settings);
                    TestBox reader = TestBox.open(gmail.rootUrl(), settings)) {
                MailEstimate estimate = box.mailbox().estimate(ALL);
                Crawl crawl = Crawl.run(reader.mailbox(), ALL, PAGE);
                assertThat(estimate.kind()).isEqualTo(CountKind.EXACT);
                assertThat(estimate.emails()).isEqualTo(crawl.ids().size());
                assertThat(estimate.units())
                        .as(settings.toString())
                        .isCloseTo(reader.context().units(), Percentage.withPercentage(4));
                assertThat(estimate.calls()).isCloseTo(reader.context().requests(), Percentage.withPercentage(4));
            }
        }
    }

    @Test
    void anEstimateCostsItsListsAlone() throws Exception {
        try (FakeGmail gmail = FakeGmail.builder()
                        .mailbox("a@example.com", TestMail.generated(90))
                        .start();
                TestBox box = TestBox.open(gmail)) {
            box.mailbox().estimate(ALL);
            assertThat(box.context().units()).isEqualTo(5);
        }
    }

    @Test
    void ofAGreatMailboxTheNewestMailIsTheSample() throws Exception {
        List<StoredMail> mails = threes(24_000);
        try (FakeGmail gmail =
                        FakeGmail.builder().mailbox("a@example.com", mails).start();
                TestBox box = TestBox.open(gmail)) {
            MailEstimate estimate = box.mailbox().estimate(ALL);
            assertThat(estimate.kind()).isEqualTo(CountKind.ESTIMATE);
            // The profile's own number.
            assertThat(estimate.emails()).isEqualTo(24_000);
            assertThat(estimate.units()).isCloseTo(8_000L * 40, Percentage.withPercentage(2));
            assertThat(estimate.calls()).isBetween(8_000L, 8_200L);
            assertThat(box.context().requests()).isLessThan(45);
        }
    }

    /** The list's own number is 201 then. */
    @Test
    void ofARangeThatIsTooLongToCountMailIsTakenToHaveComeEvenly() throws Exception {
        List<StoredMail> mails = threes(60_000);
        Instant from = BEGIN.plusSeconds(60L * 15_000);
        MailQuery range = new MailQuery(from, Crawl.TO, List.of(), false, false, true);
        try (FakeGmail gmail =
                        FakeGmail.builder().mailbox("a@example.com", mails).start();
                TestBox box = TestBox.open(gmail)) {
            MailEstimate estimate = box.mailbox().estimate(range);
            assertThat(estimate.kind()).isEqualTo(CountKind.ESTIMATE);
            assertThat(estimate.emails()).isCloseTo(45_000, Percentage.withPercentage(1));
            assertThat(estimate.units()).isCloseTo(15_000L * 40, Percentage.withPercentage(2));
            assertThat(box.context().units()).as("the lists, and two dates").isLessThan(260);
        }
    }

    @Test
    void ofFoldersThatAreTooLargeToCountTheirOwnTotalsTell() throws Exception {
        List<StoredMail> mails = new ArrayList<>(threes(45_000));
        for (int i = 0; i < 24_000; i++) {
            mails.set(i, mails.get(i).toBuilder().folder(FolderPath.INBOX).build());
        }
        for (int i = 24_000; i < 45_000; i++) {
            mails.set(i, mails.get(i).toBuilder().folder(FolderPath.SENT).build());
        }
        MailQuery inbox = new MailQuery(null, Crawl.TO, List.of("inbox"), false, false, true);
        try (FakeGmail gmail =
                        FakeGmail.builder().mailbox("a@example.com", mails).start();
                TestBox box = TestBox.open(gmail)) {
            assertThat(box.mailbox().estimate(inbox).emails()).isEqualTo(24_000);
        }
    }

    @Test
    void aServerWithoutTotalsIsEstimatedByWhatItListed() throws Exception {
        try (FakeGmail gmail = FakeGmail.builder()
                        .mailbox("a@example.com", threes(24_000))
                        .start();
                TestBox box = TestBox.open(gmail)) {
            gmail.faults().always(RequestMatch.path("/profile$"), Fault.status(404));
            assertThat(box.mailbox().estimate(ALL).emails()).isBetween(20_000L, 24_000L);
        }
    }
}
