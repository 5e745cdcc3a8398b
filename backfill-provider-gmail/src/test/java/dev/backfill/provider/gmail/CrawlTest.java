package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.gmail.GmailQuirks;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

class CrawlTest {
    private static final PageLimit PAGE = new PageLimit(100, 50_000_000);

    @Test
    void everyMessageComesOnceThoughTheWindowsAreCut() throws Exception {
        List<StoredMail> mails = TestMail.generated(1_300);
        try (FakeGmail gmail =
                        FakeGmail.builder().mailbox("a@example.com", mails).start();
                TestBox box = TestBox.open(gmail)) {
            Crawl crawl = Crawl.run(box.mailbox(), Crawl.everything(), PAGE);
            assertThat(crawl.ids())
                    .doesNotHaveDuplicates()
                    .containsExactlyInAnyOrderElementsOf(TestMail.shownIds(mails));
            assertThat(crawl.emails()).hasSameSizeAs(crawl.ids());
            assertThat(crawl.walked()).hasSizeGreaterThan(1);
            assertThat(crawl.providerCount()).isEqualTo(crawl.ids().size());
            int messages = crawl.ids().size();
            assertThat(box.context().requests("messages.list")).isLessThan(messages / 20);
            assertThat(box.context().requests("messages.get")).isLessThan(messages + 10);
        }
    }

    @Test
    void theFirstWindowHoldsTheNewestMailAndIsSmall() throws Exception {
        List<StoredMail> mails = TestMail.generated(1_300);
        try (FakeGmail gmail =
                        FakeGmail.builder().mailbox("a@example.com", mails).start();
                TestBox box = TestBox.open(gmail)) {
            Partition newest = box.mailbox().plan(Crawl.everything()).get(0);
            long messages = mails.stream()
                    .filter(TestMail::isShown)
                    .filter(mail -> !mail.receivedAt().isBefore(newest.from()))
                    .count();
            assertThat(newest.to()).isEqualTo(Crawl.TO);
            assertThat(messages).isBetween(1L, (long) Windows.FIRST_IDS + 50);
        }
    }

    @Test
    void aServerThatListsByIdAndIncludesBordersGivesTheSame() throws Exception {
        assertWhole(GmailQuirks.DEFAULT.withOrderById().withBordersIncluded(), 1_200);
    }

    @Test
    void aServerThatSearchesTheDateHeaderGivesTheSame() throws Exception {
        List<StoredMail> mails = TestMail.generated(1_200);
        try (FakeGmail gmail = FakeGmail.builder()
                        .mailbox("a@example.com", mails)
                        .quirks(GmailQuirks.DEFAULT.withSearchDate(GmailQuirks.SearchDate.HEADER))
                        .start();
                TestBox box = TestBox.open(gmail)) {
            // Some senders' clocks are a century ahead.
            MailQuery query = new MailQuery(null, Instant.parse("2150-01-01T00:00:00Z"), List.of(), false, false);
            Crawl crawl = Crawl.run(box.mailbox(), query, PAGE);
            assertThat(crawl.walked()).hasSizeGreaterThan(2);
            assertThat(crawl.ids())
                    .doesNotHaveDuplicates()
                    .containsExactlyInAnyOrderElementsOf(TestMail.shownIds(mails));
        }
    }

    @Test
    void aServerThatTakesNoPageTokenGivesTheSame() throws Exception {
        assertWhole(GmailQuirks.DEFAULT.withDyingTokens(), 1_200);
    }

    @Test
    void aServerThatHeedsNoDatesIsWalkedInOneWindow() throws Exception {
        for (int count : new int[] {1_500, 2_600}) {
            List<StoredMail> mails = TestMail.generated(count);
            Instant from = mails.get(count / 2).receivedAt();
            try (FakeGmail gmail = FakeGmail.builder()
                            .mailbox("a@example.com", mails)
                            .quirks(GmailQuirks.DEFAULT.withSearchDate(GmailQuirks.SearchDate.NONE))
                            .start();
                    TestBox box = TestBox.open(gmail)) {
                MailQuery query = new MailQuery(from, Crawl.TO, List.of(), false, false);
                List<Partition> plan = box.mailbox().plan(query);
                assertThat(plan).hasSize(1);
                Crawl crawl = Crawl.run(box.mailbox(), query, PAGE, plan);
                assertThat(crawl.walked()).hasSize(1);
                assertThat(crawl.ids())
                        .doesNotHaveDuplicates()
                        .containsExactlyInAnyOrderElementsOf(mails.stream()
                                .filter(mail -> TestMail.isShown(mail)
                                        && !mail.receivedAt().isBefore(from))
                                .map(StoredMail::id)
                                .toList());
                assertThat(crawl.providerCount()).isEqualTo(crawl.ids().size());
            }
        }
    }

    private static void assertWhole(GmailQuirks quirks, int count) throws Exception {
        List<StoredMail> mails = TestMail.generated(count);
        try (FakeGmail gmail = FakeGmail.builder()
                        .mailbox("a@example.com", mails)
                        .quirks(quirks)
                        .start();
                TestBox box = TestBox.open(gmail)) {
            Crawl crawl = Crawl.run(box.mailbox(), Crawl.everything(), PAGE);
            assertThat(crawl.ids())
                    .doesNotHaveDuplicates()
                    .containsExactlyInAnyOrderElementsOf(TestMail.shownIds(mails));
        }
    }

    @Test
    void mailThatGoesBetweenShiftingPagesCostsNoOther() throws Exception {
        List<StoredMail> mails = TestMail.generated(800);
        List<String> shown = TestMail.shownIds(mails);
        FakeGmail[] holder = new FakeGmail[1];
        List<String> deleted = new ArrayList<>();
        // The walk's first list takes two pages: before its second one the newest three messages go.
        LongConsumer hook = number -> {
            if (number == 4) {
                holder[0].mailbox("a@example.com").messageIds().stream()
                        .filter(shown::contains)
                        .limit(3)
                        .forEach(deleted::add);
                deleted.forEach(id -> holder[0].mailbox("a@example.com").delete(id));
            }
        };
        try (FakeGmail gmail = FakeGmail.builder()
                .mailbox("a@example.com", mails)
                .quirks(GmailQuirks.DEFAULT.withShiftingPages())
                .beforeList(hook)
                .start()) {
            holder[0] = gmail;
            try (TestBox box = TestBox.open(gmail)) {
                Crawl crawl = Crawl.run(box.mailbox(), Crawl.everything(), PAGE);
                assertThat(deleted).hasSize(3);
                List<String> left = new ArrayList<>(shown);
                left.removeAll(deleted);
                assertThat(crawl.emails().stream().map(email -> email.id()))
                        .doesNotHaveDuplicates()
                        .containsExactlyInAnyOrderElementsOf(left);
                assertThat(crawl.items().stream().filter(PageItem.Skipped.class::isInstance))
                        .allSatisfy(item ->
                                assertThat(((PageItem.Skipped) item).reason()).isEqualTo("GONE"));
            }
        }
    }

    @Test
    void mailThatComesIntoAWindowWhileItIsWalkedIsReadToo() throws Exception {
        List<StoredMail> mails = TestMail.generated(80);
        StoredMail late = mails.stream().filter(TestMail::isShown).findFirst().orElseThrow();
        List<StoredMail> early = mails.stream().filter(mail -> mail != late).toList();
        FakeGmail[] holder = new FakeGmail[1];
        LongConsumer hook = number -> {
            // 1 plans, 2 begins the window, 3 ends it.
            if (number == 3) {
                holder[0].mailbox("a@example.com").add(late);
            }
        };
        try (FakeGmail gmail = FakeGmail.builder()
                .mailbox("a@example.com", early)
                .beforeList(hook)
                .start()) {
            holder[0] = gmail;
            try (TestBox box = TestBox.open(gmail)) {
                Crawl crawl = Crawl.run(box.mailbox(), Crawl.everything(), PAGE);
                assertThat(crawl.ids())
                        .doesNotHaveDuplicates()
                        .contains(late.id())
                        .containsExactlyInAnyOrderElementsOf(TestMail.shownIds(mails));
            }
        }
    }

    @Test
    void mailThatComesInCrowdsIsWalkedBehindTheRest() throws Exception {
        List<StoredMail> mails = TestMail.generated(800).stream()
                .filter(TestMail::isShown)
                .sorted(Comparator.comparing(StoredMail::receivedAt))
                .toList();
        try (FakeGmail gmail = FakeGmail.builder()
                        .mailbox("a@example.com", mails.subList(0, 300))
                        .start();
                TestBox box = TestBox.open(gmail)) {
            MailQuery query = Crawl.everything();
            Partition window = box.mailbox().plan(query).get(0);
            Position position = Position.START;
            List<String> ids = new ArrayList<>();
            while (true) {
                PageCollector collector = new PageCollector();
                PageEnd end = box.mailbox().fetch(query, window, position, PAGE, collector);
                ids.addAll(collector.ids());
                if (position.isStart()) {
                    mails.subList(300, mails.size()).forEach(gmail.mailbox("a@example.com")::add);
                }
                if (end.next() == null) {
                    assertThat(end.replacedBy()).isEmpty();
                    assertThat(end.providerCount()).isEqualTo(mails.size());
                    break;
                }
                position = end.next();
            }
            assertThat(mails).hasSizeGreaterThan(650);
            assertThat(ids).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(TestMail.shownIds(mails));
        }
    }

    @Test
    void aPageWithHardlyAMessageEndsSomewhere() throws Exception {
        List<StoredMail> mails = TestMail.generated(1_500);
        MailQuery query = new MailQuery(
                Instant.parse("2031-01-01T00:00:00Z"), Instant.parse("2032-01-01T00:00:00Z"), List.of(), false, false);
        try (FakeGmail gmail = FakeGmail.builder()
                        .mailbox("a@example.com", mails)
                        .quirks(GmailQuirks.DEFAULT.withSearchDate(GmailQuirks.SearchDate.NONE))
                        .start();
                TestBox box = TestBox.open(gmail)) {
            Partition window = box.mailbox().plan(query).get(0);
            PageCollector collector = new PageCollector();
            PageEnd end = box.mailbox().fetch(query, window, Position.START, PAGE, collector);
            assertThat(end.next()).isNotNull();
            assertThat(end.entries()).isEqualTo(end.repeats()).isBetween(900, 1_100);
        }
    }

    @Test
    void aWalkGoesOnInAnotherLifeThoughTheLastMessagesHaveGone() throws Exception {
        List<StoredMail> mails = TestMail.generated(300);
        try (FakeGmail gmail =
                FakeGmail.builder().mailbox("a@example.com", mails).start()) {
            MailQuery query = Crawl.everything();
            Partition window;
            Position position;
            List<String> first;
            try (TestBox box = TestBox.open(gmail)) {
                window = box.mailbox().plan(query).get(0);
                PageCollector collector = new PageCollector();
                position = box.mailbox()
                        .fetch(query, window, Position.START, new PageLimit(60, 50_000_000), collector)
                        .next();
                first = collector.ids();
            }
            first.subList(20, 60).forEach(gmail.mailbox("a@example.com")::delete);
            List<String> rest = new ArrayList<>();
            try (TestBox box = TestBox.open(gmail)) {
                while (position != null) {
                    PageCollector collector = new PageCollector();
                    PageEnd end = box.mailbox().fetch(query, window, position, PAGE, collector);
                    rest.addAll(collector.ids());
                    position = end.next();
                }
            }
            List<String> expected = new ArrayList<>(TestMail.shownIds(mails));
            expected.removeAll(first);
            assertThat(rest).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void aRangeIsCheckedByTheTimeTheMailboxTookTheMessage() throws Exception {
        List<StoredMail> mails = TestMail.generated(400);
        List<Instant> times = mails.stream()
                .map(mail -> mail.receivedAt().truncatedTo(ChronoUnit.SECONDS))
                .sorted()
                .toList();
        Instant from = times.get(120);
        Instant to = times.get(300);
        MailQuery query = new MailQuery(from, to, List.of(), false, false);
        for (GmailQuirks.SearchDate date : GmailQuirks.SearchDate.values()) {
            try (FakeGmail gmail = FakeGmail.builder()
                            .mailbox("a@example.com", mails)
                            .quirks(GmailQuirks.DEFAULT.withSearchDate(date).withBordersIncluded())
                            .start();
                    TestBox box = TestBox.open(gmail)) {
                Crawl crawl = Crawl.run(box.mailbox(), query, PAGE);
                List<String> expected = mails.stream()
                        .filter(TestMail::isShown)
                        .filter(mail -> !mail.receivedAt().isBefore(from)
                                && mail.receivedAt().isBefore(to))
                        .filter(mail -> date == GmailQuirks.SearchDate.INTERNAL || TestMail.isDatedNear(mail))
                        .map(StoredMail::id)
                        .toList();
                assertThat(crawl.ids()).doesNotHaveDuplicates().containsAll(expected);
                assertThat(crawl.emails())
                        .allSatisfy(email -> assertThat(Windows.within(email.receivedAt(), from, to))
                                .isTrue());
            }
        }
    }
}
