package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.gmail.GmailQuirks;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.StoredMail;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers of status 200 that lack what was asked for are broken: of none of them is an empty mail made. */
class HollowAnswerTest {
    private static final PageLimit PAGE = new PageLimit(100, 50_000_000);
    private static final RequestMatch MESSAGE = RequestMatch.path("/messages/[0-9a-f]+$");
    private static final RequestMatch THREAD = RequestMatch.path("/threads/[0-9a-f]+$");
    private static final RequestMatch ATTACHMENT = RequestMatch.path("/attachments/");

    private static FakeGmail fake(List<StoredMail> mails, GmailQuirks quirks) throws Exception {
        return FakeGmail.builder()
                .mailbox("ann@example.com", mails)
                .quirks(quirks)
                .start();
    }

    private static void assertAllFailed(Crawl crawl, List<StoredMail> mails) {
        assertThat(crawl.emails()).isEmpty();
        assertThat(crawl.ids()).containsExactlyInAnyOrderElementsOf(TestMail.shownIds(mails));
        assertThat(crawl.items()).allSatisfy(item -> {
            assertThat(item).isInstanceOf(PageItem.Failed.class);
            assertThat(((PageItem.Failed) item).kind()).isEqualTo(SourceException.Kind.RETRY);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "full | {}",
                "full | {\"id\":\"00000000000000aa\",\"internalDate\":\"1577840400000\"}",
                "full | {\"id\":\"00000000000000aa\",\"internalDate\":\"1577840400000\",\"payload\":{}}",
                "full | {\"id\":\"00000000000000aa\",\"internalDate\":\"1577840400000\",\"payload\":null}",
                "raw | {}",
                "raw | {\"id\":\"00000000000000aa\",\"internalDate\":\"1577840400000\"}",
                "raw | {\"id\":\"00000000000000aa\",\"internalDate\":\"1577840400000\",\"raw\":\"\"}",
            })
    void aMessageWithoutContentIsAFailureRow(String content, String answer) throws Exception {
        List<StoredMail> mails = TestMail.alone(5);
        try (FakeGmail gmail = fake(mails, GmailQuirks.DEFAULT);
                TestBox box = TestBox.open(gmail.rootUrl(), Map.of("content", content))) {
            gmail.faults().always(MESSAGE, Fault.json(200, answer));
            assertAllFailed(Crawl.run(box.mailbox(), Crawl.everything(), PAGE), mails);
        }
    }

    @Test
    void aMessageThatAThreadGivesWithoutContentIsAskedForByItself() throws Exception {
        List<StoredMail> mails = TestMail.generated(100);
        try (FakeGmail gmail = fake(mails, GmailQuirks.DEFAULT);
                TestBox box = TestBox.open(gmail)) {
            String hollow = TestMail.shownIds(mails).stream()
                    .map(id -> "{\"id\":\"" + id + "\"}")
                    .reduce((one, other) -> one + "," + other)
                    .orElseThrow();
            gmail.faults().always(THREAD, Fault.json(200, "{\"messages\":[" + hollow + "]}"));
            Crawl crawl = Crawl.run(box.mailbox(), Crawl.everything(), PAGE);
            assertThat(gmail.journal().count(THREAD)).isPositive();
            assertThat(crawl.emails())
                    .hasSameSizeAs(TestMail.shownIds(mails))
                    .allSatisfy(email -> assertThat(email.headers()).isNotEmpty());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"{}", "{\"size\":5}", "{\"size\":5,\"data\":\"\"}", "{\"size\":5,\"data\":null}"})
    void aLargeBodyWithoutDataIsAFailureRow(String answer) throws Exception {
        List<StoredMail> mails = TestMail.alone(5);
        try (FakeGmail gmail = fake(mails, GmailQuirks.DEFAULT.withLargeBodyBytes(1));
                TestBox box = TestBox.open(gmail)) {
            gmail.faults().always(ATTACHMENT, Fault.json(200, answer));
            Crawl crawl = Crawl.run(box.mailbox(), Crawl.everything(), PAGE);
            assertThat(gmail.journal().count(ATTACHMENT)).isPositive();
            assertThat(crawl.items().stream().filter(PageItem.Failed.class::isInstance))
                    .isNotEmpty();
            assertThat(crawl.emails()).noneMatch(email -> "".equals(email.bodyText()) || "".equals(email.bodyHtml()));
        }
    }

    @Test
    void anAttachmentIsOnlyEmptyWhereTheServerSaysSo() throws Exception {
        try (FakeGmail gmail = fake(TestMail.generated(1), GmailQuirks.DEFAULT);
                TestBox box = TestBox.open(gmail);
                GmailClient client = new GmailClient(
                        box.context(), GmailSettings.of(box.context().settings()))) {
            gmail.faults().always(ATTACHMENT, Fault.json(200, "{\"size\":0}"));
            assertThat(client.attachment("a", "b")).isEmpty();
            gmail.faults().clear();
            gmail.faults().always(ATTACHMENT, Fault.json(200, "{}"));
            assertThat(catchThrowableOfType(SourceException.class, () -> client.attachment("a", "b"))
                            .kind())
                    .isEqualTo(SourceException.Kind.RETRY);
        }
    }
}
