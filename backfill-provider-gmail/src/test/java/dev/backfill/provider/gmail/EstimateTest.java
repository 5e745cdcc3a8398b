package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.CountKind;
import dev.backfill.model.Attachment;
import dev.backfill.model.EmailMessage;
import dev.backfill.spi.ContentRef;
import dev.backfill.spi.MailEstimate;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageLimit;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.GeneratorOptions;
import dev.backfill.testkit.mail.MailBytes;
import dev.backfill.testkit.mail.MailGenerator;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** What a job takes that opens every content it may. */
    private static void run(TestBox reader, MailQuery query) throws Exception {
        for (EmailMessage email : Crawl.run(reader.mailbox(), query, PAGE).emails()) {
            for (Attachment attachment : query.attachments() ? email.attachments() : List.<Attachment>of()) {
                reader.mailbox()
                        .open(ContentRef.attachment(email.id(), attachment.id()), 1L << 30)
                        .readAllBytes();
            }
        }
    }

    private static void assertNear(
            List<StoredMail> mails, Map<String, String> settings, int percent, int leastBytes, int mostBytes)
            throws Exception {
        for (MailQuery query :
                List.of(ALL, ALL.opening(true, false), ALL.opening(false, true), ALL.opening(true, true))) {
            try (FakeGmail gmail =
                            FakeGmail.builder().mailbox("a@example.com", mails).start();
                    TestBox box = TestBox.open(gmail.rootUrl(), settings);
                    TestBox reader = TestBox.open(gmail.rootUrl(), settings)) {
                MailEstimate estimate = box.mailbox().estimate(query);
                run(reader, query);
                String what =
                        settings + (query.attachments() ? ", attachments" : "") + (query.rawMime() ? ", MIME" : "");
                assertThat(estimate.units())
                        .as("units: %s", what)
                        .isCloseTo(reader.context().units(), Percentage.withPercentage(percent));
                assertThat(estimate.calls())
                        .as("calls: %s", what)
                        .isCloseTo(reader.context().requests(), Percentage.withPercentage(percent));
                assertThat(estimate.bytes())
                        .as("bytes: %s", what)
                        .isBetween(
                                reader.context().bytes() * leastBytes / 100,
                                reader.context().bytes() * mostBytes / 100);
                assertThat(box.context().units()).as("its own: %s", what).isLessThanOrEqualTo(400 + 60);
            }
        }
    }

    private static List<StoredMail> withFiles(int count, int bytes, boolean alone) {
        return new MailGenerator(GeneratorOptions.of(11, count).withAttachmentBytes(bytes))
                .mails()
                .map(mail -> alone ? mail.toBuilder().threadKey(mail.id()).build() : mail)
                .toList();
    }

    @Test
    void ofAFewMessagesWhatTheyHoldIsCountedOneByOne() throws Exception {
        List<StoredMail> many =
                withFiles(400, 50_000, true).stream().filter(TestMail::isShown).toList();
        List<StoredMail> few = Stream.of(true, false)
                .flatMap(attached -> many.stream()
                        .filter(mail -> mail.parsed().attachments().isEmpty() != attached)
                        .limit(10))
                .toList();
        for (String content : List.of("full", "raw")) {
            assertNear(few, Map.of("content", content), 6, 96, 104);
        }
    }

    @Test
    void contentsAndBytesAreSaidByASampleOfTheMail() throws Exception {
        assertNear(withFiles(1_000, 50_000, true), Map.of("quota", "new"), 4, 70, 130);
        assertNear(withFiles(1_000, 50_000, true), Map.of("quota", "legacy"), 4, 85, 115);
        assertNear(withFiles(1_000, 50_000, true), Map.of("quota", "new", "content", "raw"), 4, 70, 130);
    }

    /** Answers with whole threads can be compressed better than the sample, which is of single messages. */
    @Test
    void whatIsReadWithItsThreadIsCountedLikeTheRestAndItsBytesLessWell() throws Exception {
        assertNear(withFiles(1_000, 50_000, false), Map.of("quota", "new"), 4, 75, 175);
    }

    @Test
    void aJobHearsTheNumberAloneAndAnEstimateWithoutALimitOfBytesCostsNoMore() throws Exception {
        try (FakeGmail gmail = FakeGmail.builder()
                        .mailbox("a@example.com", TestMail.generated(90))
                        .start();
                TestBox job = TestBox.open(gmail);
                TestBox box = TestBox.open(gmail.rootUrl(), Map.of("daily-bytes", "0"))) {
            MailEstimate counted = job.mailbox().count(ALL.opening(true, false));
            assertThat(job.context().units()).isEqualTo(5);
            MailEstimate estimate = box.mailbox().estimate(ALL);
            assertThat(box.context().units()).isEqualTo(5);
            assertThat(estimate.emails()).isPositive().isEqualTo(counted.emails());
            assertThat(estimate.bytes()).isZero();
            MailQuery opening = ALL.opening(true, false);
            assertThat(box.mailbox().estimate(opening).units()).isGreaterThan(estimate.units());
            assertThat(box.mailbox().estimate(opening).bytes()).isZero();
            assertThat(box.mailbox().estimate(opening.openingAtMost(10)).units())
                    .isEqualTo(estimate.units());
        }
    }

    @Test
    void aSampleThatFailsFailsNoEstimate() throws Exception {
        List<StoredMail> mails = withFiles(300, 600, true);
        try (FakeGmail gmail =
                        FakeGmail.builder().mailbox("a@example.com", mails).start();
                TestBox box = TestBox.open(gmail)) {
            long attached = mails.stream()
                    .filter(TestMail::isShown)
                    .filter(mail -> !mail.parsed().attachments().isEmpty())
                    .count();
            MailEstimate plain = box.mailbox().estimate(ALL);
            MailEstimate whole = box.mailbox().estimate(ALL.opening(true, false));
            gmail.faults().always(RequestMatch.path("/messages/[0-9a-f]+$"), Fault.status(404));
            MailEstimate estimate = box.mailbox().estimate(ALL.opening(true, false));
            assertThat(estimate.emails()).isEqualTo(plain.emails());
            assertThat(estimate.bytes()).isZero();
            assertThat(estimate.units()).as("one each").isEqualTo(plain.units() + 20 * attached);

            gmail.faults().clear();
            gmail.faults().always(RequestMatch.path("/messages$").query("q", "has:attachment"), Fault.status(400));
            MailEstimate unsearched = box.mailbox().estimate(ALL.opening(true, false));
            assertThat(unsearched.emails()).isEqualTo(plain.emails());
            assertThat(unsearched.units()).isCloseTo(whole.units(), Percentage.withPercentage(15));
        }
    }

    /** A person waits for the estimate, and the sample is the least of it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSampleHasTwentySecondsAndNoMore(boolean inItsList) throws Exception {
        List<StoredMail> mails = withFiles(3_000, 10, true);
        RequestMatch list = RequestMatch.path("/messages$").query("q", "has:attachment");
        RequestMatch get = RequestMatch.path("/messages/[0-9a-f]+$");
        RequestMatch slow = inItsList ? list : get;
        Instant begin = Instant.parse("2026-01-01T00:00:00Z");
        try (FakeGmail gmail =
                        FakeGmail.builder().mailbox("a@example.com", mails).start();
                TestBox box = TestBox.open(
                        gmail.rootUrl(),
                        Map.of(),
                        () -> gmail.journal().count(slow) > 0 ? begin.plusSeconds(20) : begin)) {
            MailEstimate estimate = box.mailbox().estimate(ALL.opening(true, false));

            assertThat(estimate.emails())
                    .isEqualTo(mails.stream().filter(TestMail::isShown).count());
            if (inItsList) {
                assertThat(gmail.journal().count(list)).isEqualTo(1);
                assertThat(gmail.journal().count(get)).isZero();
            } else {
                assertThat(gmail.journal().count(list)).isGreaterThan(1);
                assertThat(gmail.journal().count(get)).isBetween(1, 8);
            }
        }
    }

    @Test
    void howeverDearAMessageIsOneIsTheSample() throws Exception {
        try (FakeGmail gmail = FakeGmail.builder()
                        .mailbox("a@example.com", TestMail.generated(90))
                        .start();
                TestBox dear = TestBox.open(gmail.rootUrl(), Map.of("units-messages-get", "500"));
                TestBox cheap = TestBox.open(gmail.rootUrl(), Map.of("units-messages-get", "1"))) {
            assertThat(dear.mailbox().estimate(ALL).bytes()).isPositive();
            assertThat(dear.context().requests("messages.get")).isEqualTo(1);
            assertThat(cheap.mailbox().estimate(ALL).bytes()).isPositive();
            assertThat(cheap.context().requests("messages.get")).isEqualTo(80);
        }
    }

    /** Above 4 MB a content does not wait to be opened. Read as MIMEs it comes with its message again, else by its name. */
    @Test
    void aLargeContentBesideItsMimeIsCountedAsItIsGot() throws Exception {
        List<StoredMail> mails = withFiles(60, HeldContents.MAX_BYTES_EACH + 1_000, true).stream()
                .filter(TestMail::isShown)
                .filter(mail -> mail.parsed().attachments().size() == 1)
                .limit(2)
                .toList();
        assertThat(mails).hasSize(2);
        for (String content : List.of("full", "raw")) {
            try (FakeGmail gmail =
                            FakeGmail.builder().mailbox("a@example.com", mails).start();
                    TestBox box = TestBox.open(gmail.rootUrl(), Map.of("content", content));
                    TestBox plain = TestBox.open(gmail.rootUrl(), Map.of("content", content))) {
                MailEstimate mime = plain.mailbox().estimate(ALL.opening(false, true));
                MailEstimate both = box.mailbox().estimate(ALL.opening(true, true));

                assertThat(both.units() - mime.units()).as(content).isEqualTo(content.equals("full") ? 80 : 40);
                assertThat(both.calls() - mime.calls()).as(content).isEqualTo(content.equals("full") ? 4 : 2);
            }
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
            assertThat(box.context().requests()).as("the lists, and the sample").isLessThan(45 + 20);
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
            assertThat(box.context().units())
                    .as("the lists, two dates and the sample")
                    .isLessThan(260 + 400);
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
