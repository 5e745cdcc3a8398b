package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.CountKind;
import dev.backfill.spi.MailEstimate;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageLimit;
import dev.backfill.testkit.gmail.FakeGmail;
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
}
