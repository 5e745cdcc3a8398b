package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.MailBytes;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Into which windows a mailbox is cut before anything of it is read. */
class WindowPlanTest {
    private static final String ADDRESS = "ann@example.com";
    private static final Instant BEGIN = Instant.parse("2016-01-01T00:00:00Z");
    private static final Instant FAR = Instant.parse("2999-01-01T00:00:00Z");

    private static StoredMail mail(int number, Instant received) {
        return StoredMail.builder(String.format("%016x", number + 1), received)
                .threadKey(String.format("%016x", number + 1))
                .folder(FolderPath.INBOX)
                .mime(MailBytes.utf8("Subject: a mail\r\n\r\nHello\r\n"))
                .build();
    }

    private static List<StoredMail> mails(int count, Duration apart) {
        List<StoredMail> mails = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            mails.add(mail(i, BEGIN.plus(apart.multipliedBy(i))));
        }
        return mails;
    }

    /** A thread over a border is got by both sides, so that each border costs. */
    @Test
    void mailOfYearsIsCutAtFewBorders() throws Exception {
        Duration apart = Duration.ofHours(9);
        List<StoredMail> mails = mails(6_000, apart);
        Instant end = BEGIN.plus(apart.multipliedBy(mails.size()));
        try (FakeGmail gmail = FakeGmail.builder().mailbox(ADDRESS, mails).start();
                TestBox box = TestBox.open(gmail)) {
            List<Partition> plan = box.mailbox().plan(new MailQuery(null, end, List.of(), false, false));
            assertThat(plan.stream().filter(window -> window.to().isAfter(BEGIN)))
                    .as("the newest thousand, and the rest")
                    .hasSize(2);
        }
    }

    /** Else the windows behind the first would be as long as the time until then. */
    @Test
    void anEndInTheFutureMakesNoLongerWindowsThanNow() throws Exception {
        Instant now = Instant.now();
        List<StoredMail> mails = new ArrayList<>();
        for (int i = 0; i < 1_600; i++) {
            mails.add(mail(i, now.minusSeconds(3_600L * (1_600 - i))));
        }
        try (FakeGmail gmail = FakeGmail.builder().mailbox(ADDRESS, mails).start();
                TestBox box = TestBox.open(gmail)) {
            List<Partition> plan = box.mailbox().plan(new MailQuery(null, FAR, List.of(), false, false));
            assertThat(Duration.between(plan.get(1).from(), plan.get(1).to())).isLessThan(Duration.ofDays(1_000));
        }
    }

    @Test
    void mailThatComesBeforeAnEndInTheFutureIsRead() throws Exception {
        List<StoredMail> mails = mails(1_600, Duration.ofHours(1));
        MailQuery query = new MailQuery(null, FAR, List.of(), false, false);
        try (FakeGmail gmail = FakeGmail.builder().mailbox(ADDRESS, mails).start();
                TestBox box = TestBox.open(gmail)) {
            List<Partition> plan = box.mailbox().plan(query);
            gmail.mailbox(ADDRESS).add(mail(2_000, Instant.now()));
            Crawl crawl = Crawl.run(box.mailbox(), query, new PageLimit(100, 50_000_000), plan);
            assertThat(crawl.ids()).hasSize(1_601).doesNotHaveDuplicates();
            assertThat(crawl.providerCount()).isEqualTo(1_601);
        }
    }
}
