package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Gmail now and then says that there is nothing, and the next moment that there is. Nothing is believed to be empty at once. */
class EmptyListTest {
    private static final RequestMatch LISTS = RequestMatch.path("/messages$");
    private static final Fault EMPTY = new Fault.Status(200, Map.of(), "{\"resultSizeEstimate\":0}");
    private static final String ADDRESS = "ann@example.com";
    private static final Partition WINDOW = Scopes.window(Scopes.ALL, null, Crawl.TO);
    private static final PageLimit PAGE = new PageLimit(10, 50_000_000);

    /** The first list makes the plan, the second is walked, the third is the count at the end. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void oneEmptyAnswerLosesNothing(int number) throws Exception {
        List<StoredMail> mails = TestMail.generated(30);
        try (FakeGmail gmail = FakeGmail.builder().mailbox(ADDRESS, mails).start()) {
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
        try (FakeGmail gmail =
                FakeGmail.builder().mailbox(ADDRESS, TestMail.generated(30)).start()) {
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
        try (FakeGmail gmail = FakeGmail.builder().mailbox(ADDRESS, List.of()).start();
                TestBox box = TestBox.open(gmail.rootUrl(), Map.of())) {
            Crawl crawl = Crawl.run(box.mailbox(), Crawl.everything(), PAGE);

            assertThat(crawl.ids()).isEmpty();
            assertThat(gmail.journal().count(LISTS))
                    .as("lists, each asked twice")
                    .isLessThanOrEqualTo(4);
        }
    }

    /** Of a window that was begun in another life: were it believed, the rest of it would never be read, or all of it twice. */
    @ParameterizedTest
    @CsvSource({"30, 2", "30, 4", "30, 12", "200, 2", "200, 4", "200, 12"})
    void aWindowOfWhichSomethingWasReadIsNotCalledEmptyWhileTheLastMessageReadIsThere(int count, int empty)
            throws Exception {
        List<StoredMail> mails = TestMail.alone(count);
        try (FakeGmail gmail = FakeGmail.builder().mailbox(ADDRESS, mails).start()) {
            PageCollector read = new PageCollector();
            Position position = half(gmail, count, read);
            gmail.journal().clear();
            gmail.faults().range(LISTS, 1, empty, EMPTY);
            finish(gmail, position, read);
            assertThat(read.ids())
                    .doesNotHaveDuplicates()
                    .containsExactlyInAnyOrderElementsOf(TestMail.shownIds(mails));
        }
    }

    @ParameterizedTest
    @CsvSource({"30, true", "30, false", "200, true", "200, false"})
    void aWindowThatWasEmptiedBetweenTwoLivesEnds(int count, boolean deleted) throws Exception {
        List<StoredMail> mails = TestMail.alone(count);
        try (FakeGmail gmail = FakeGmail.builder().mailbox(ADDRESS, mails).start()) {
            PageCollector read = new PageCollector();
            Position position = half(gmail, count, read);
            List<String> before = read.ids();
            for (String id : TestMail.shownIds(mails)) {
                if (deleted) {
                    gmail.mailbox(ADDRESS).delete(id);
                } else {
                    gmail.mailbox(ADDRESS).trash(id);
                }
            }
            assertThat(finish(gmail, position, read)).as("lives").isEqualTo(1);
            assertThat(read.ids()).isEqualTo(before);
        }
    }

    /** Walks half of the window, in a life of its own. */
    private static Position half(FakeGmail gmail, int count, PageCollector read) {
        PageLimit half = new PageLimit(count / 2, 50_000_000);
        try (TestBox box = TestBox.open(gmail)) {
            return Objects.requireNonNull(box.mailbox()
                    .fetch(Crawl.everything(), WINDOW, Position.START, half, read)
                    .next());
        }
    }

    /**
     * Goes on as the engine does: at once from the beginning where the position is dead, and from the position in another life where the
     * server does not answer.
     *
     * @return how many lives it took
     */
    private static int finish(FakeGmail gmail, Position position, PageCollector read) {
        Position next = position;
        int lives = 0;
        while (next != null) {
            assertThat(++lives).as("lives").isLessThan(10);
            try (TestBox box = TestBox.open(gmail)) {
                while (next != null) {
                    next = page(box, next, read);
                }
            } catch (SourceException unanswered) {
                assertThat(unanswered.kind()).isEqualTo(SourceException.Kind.RETRY);
            }
        }
        return lives;
    }

    private static @Nullable Position page(TestBox box, Position position, PageCollector read) {
        try {
            return box.mailbox()
                    .fetch(Crawl.everything(), WINDOW, position, PAGE, read)
                    .next();
        } catch (SourceException dead) {
            if (dead.kind() == SourceException.Kind.RESTART_PARTITION) {
                return Position.START;
            }
            throw dead;
        }
    }

    /** The count at the end is one too: twice nothing of what was just read is asked for again. */
    @Test
    void aCountOfNothingIsAskedForAgain() throws Exception {
        List<StoredMail> mails = TestMail.alone(30);
        try (FakeGmail gmail = FakeGmail.builder().mailbox(ADDRESS, mails).start();
                TestBox box = TestBox.open(gmail)) {
            gmail.faults().range(LISTS, 3, 4, EMPTY);
            Crawl crawl = Crawl.run(box.mailbox(), Crawl.everything(), PAGE);
            assertThat(crawl.providerCount()).isEqualTo(crawl.ids().size()).isPositive();
        }
    }
}
