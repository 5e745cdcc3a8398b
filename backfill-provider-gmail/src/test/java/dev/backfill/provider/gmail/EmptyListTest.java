package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backfill.api.CountKind;
import dev.backfill.spi.MailEstimate;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.StoredMail;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gmail now and then says that there is nothing, and the next moment that there is. Nothing is believed to be empty at once. */
class EmptyListTest {
    private static final RequestMatch LISTS = RequestMatch.path("/messages$");
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

    /** Of a window that was begun in another life: were it believed, the rest of it would never be read. */
    @Test
    void aWindowOfWhichSomethingWasReadIsAskedForAgainBeforeItIsCalledEmpty() throws Exception {
        List<StoredMail> mails = TestMail.alone(30);
        Partition window = Scopes.window(Scopes.ALL, null, Crawl.TO);
        try (FakeGmail gmail =
                FakeGmail.builder().mailbox("ann@example.com", mails).start()) {
            PageCollector read = new PageCollector();
            Position position;
            try (TestBox box = TestBox.open(gmail)) {
                position = Objects.requireNonNull(box.mailbox()
                        .fetch(Crawl.everything(), window, Position.START, PAGE, read)
                        .next());
            }
            gmail.journal().clear();
            gmail.faults().range(LISTS, 1, 2, EMPTY);
            try (TestBox box = TestBox.open(gmail)) {
                SourceException changed = catchThrowableOfType(
                        SourceException.class,
                        () -> box.mailbox().fetch(Crawl.everything(), window, position, PAGE, read));
                assertThat(changed.kind()).isEqualTo(SourceException.Kind.RESTART_PARTITION);
                Position next = position;
                while (next != null) {
                    next = box.mailbox()
                            .fetch(Crawl.everything(), window, next, PAGE, read)
                            .next();
                }
            }
            assertThat(read.ids())
                    .doesNotHaveDuplicates()
                    .containsExactlyInAnyOrderElementsOf(TestMail.shownIds(mails));
        }
    }

    /** The count at the end is one too: twice nothing of what was just read is asked for again. */
    @Test
    void aCountOfNothingIsAskedForAgain() throws Exception {
        List<StoredMail> mails = TestMail.alone(30);
        try (FakeGmail gmail =
                        FakeGmail.builder().mailbox("ann@example.com", mails).start();
                TestBox box = TestBox.open(gmail)) {
            gmail.faults().range(LISTS, 3, 4, EMPTY);
            Crawl crawl = Crawl.run(box.mailbox(), Crawl.everything(), PAGE);
            assertThat(crawl.providerCount()).isEqualTo(crawl.ids().size()).isPositive();
        }
    }
}
