package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.CountKind;
import dev.backfill.spi.MailEstimate;
import dev.backfill.spi.PageLimit;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.StoredMail;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gmail now and then says that there is nothing, and the next moment that there is. Nothing is believed to be empty at once. */
class EmptyListTest {
    private static final RequestMatch LISTS = RequestMatch.path(".*/messages");
    private static final Fault EMPTY = new Fault.Status(200, Map.of(), "{\"resultSizeEstimate\":0}");
    private static final PageLimit PAGE = new PageLimit(10, 50_000_000);

    /** The first list makes the plan, the second is walked, the third is the count at the end. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void oneEmptyAnswerLosesNothing(int number) throws Exception {
        List<StoredMail> mails = TestMail.generated(30);
        try (FakeGmail gmail =
                FakeGmail.builder().mailbox("ann@example.com", mails).start()) {
            gmail.faults().nth(LISTS, number, EMPTY);
            try (TestBox box = TestBox.open(gmail.rootUrl(), Map.of())) {
                Crawl crawl = Crawl.run(box.mailbox(), Crawl.everything(), PAGE);

                assertThat(crawl.ids())
                        .hasSameSizeAs(Crawl.run(box.mailbox(), Crawl.everything(), PAGE)
                                .ids());
                assertThat(crawl.ids()).isNotEmpty().doesNotHaveDuplicates();
                assertThat(crawl.providerCount()).isEqualTo(crawl.ids().size());
            }
        }
    }

    @Test
    void anEstimateIsNotZeroForOneEmptyAnswer() throws Exception {
        try (FakeGmail gmail = FakeGmail.builder()
                .mailbox("ann@example.com", TestMail.generated(30))
                .start()) {
            gmail.faults().nth(LISTS, 1, EMPTY);
            try (TestBox box = TestBox.open(gmail.rootUrl(), Map.of())) {
                MailEstimate estimate = box.mailbox().estimate(Crawl.everything());

                assertThat(estimate.kind()).isEqualTo(CountKind.EXACT);
                assertThat(estimate.emails()).isPositive();
            }
        }
    }

    @Test
    void aMailboxThatIsEmptyEndsSo() throws Exception {
        try (FakeGmail gmail = FakeGmail.builder()
                        .mailbox("ann@example.com", List.of())
                        .start();
                TestBox box = TestBox.open(gmail.rootUrl(), Map.of())) {
            Crawl crawl = Crawl.run(box.mailbox(), Crawl.everything(), PAGE);

            assertThat(crawl.ids()).isEmpty();
            assertThat(gmail.journal().count(LISTS))
                    .as("lists, each asked twice")
                    .isLessThanOrEqualTo(4);
        }
    }
}
