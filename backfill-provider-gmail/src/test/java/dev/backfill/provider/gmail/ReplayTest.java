package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.FailureRef;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.gmail.GmailFault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.StoredMail;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What failed is read again. */
class ReplayTest {
    private static final String ADDRESS = "ann@example.com";
    private static final PageLimit PAGE = new PageLimit(100, 50_000_000);

    private final List<StoredMail> mails = new ArrayList<>(
            TestMail.generated(120).stream().filter(TestMail::isShown).toList());

    /** That of a message which is a thread by itself, so that it is asked for by itself. */
    private final String id = mails.get(20).id();

    private final RequestMatch askedFor = RequestMatch.path("/messages/" + id);
    private FakeGmail gmail;

    @BeforeEach
    void start() throws Exception {
        mails.set(20, mails.get(20).toBuilder().threadKey(id).build());
        gmail = FakeGmail.builder().mailbox(ADDRESS, mails).start();
    }

    @AfterEach
    void stop() {
        gmail.close();
    }

    private List<PageItem> walk() {
        try (TestBox box = TestBox.open(gmail)) {
            return Crawl.run(box.mailbox(), Crawl.everything(), PAGE).items();
        }
    }

    private List<PageItem> replay(List<FailureRef> refs) {
        try (TestBox box = TestBox.open(gmail)) {
            PageCollector again = new PageCollector();
            box.mailbox().replay(Crawl.everything(), refs, again);
            return again.items();
        }
    }

    private static List<FailureRef> failures(List<PageItem> items) {
        return items.stream()
                .filter(PageItem.Failed.class::isInstance)
                .map(item -> ((PageItem.Failed) item).ref())
                .toList();
    }

    @Test
    void whatIsCalledGoneAndListedAllTheSameStaysAFailureUntilTheListLeavesItOut() {
        gmail.faults().always(askedFor, GmailFault.notFound().asFault());
        List<FailureRef> failed = failures(walk());
        assertThat(failed).extracting(FailureRef::messageId).containsExactly(id);

        List<PageItem> again = replay(failed);
        assertThat(again).singleElement().isInstanceOf(PageItem.Failed.class);
        assertThat(failures(again)).as("what a retry of the retry reads").isEqualTo(failed);

        gmail.mailbox(ADDRESS).delete(id);
        assertThat(replay(failed)).containsExactly(new PageItem.Skipped(id, "GONE"));
    }

    @Test
    void whatWasCalledGoneIsReadOnceItIsThere() {
        gmail.faults().always(askedFor, GmailFault.notFound().asFault());
        List<FailureRef> failed = failures(walk());
        gmail.faults().clear();
        assertThat(replay(failed)).singleElement().isInstanceOf(PageItem.Message.class);
    }

    /** It failed otherwise before, so no list was asked about it yet. */
    @Test
    void whatIsCalledGoneWhenItIsReadAgainIsLookedForInTheListToo() {
        gmail.faults().always(askedFor, GmailFault.of(500, "backendError", "no").asFault());
        List<FailureRef> failed = failures(walk());
        assertThat(failed).hasSize(1);
        gmail.faults().clear();
        gmail.faults().always(askedFor, GmailFault.notFound().asFault());
        assertThat(replay(failed))
                .singleElement()
                .isInstanceOfSatisfying(
                        PageItem.Failed.class, item -> assertThat(item.reason()).isEqualTo("STILL_LISTED"));
    }

    @Test
    void aStretchCostsWhatItsWalkDid() {
        long units;
        try (TestBox box = TestBox.open(gmail)) {
            Crawl.run(box.mailbox(), Crawl.everything(), PAGE);
            units = box.context().units();
            assertThat(box.context().requests("threads.get")).isPositive();
        }
        try (TestBox box = TestBox.open(gmail)) {
            PageCollector again = new PageCollector();
            box.mailbox().replay(Crawl.everything(), List.of(FailureRef.stretch(Scopes.ALL, null, Crawl.TO)), again);
            assertThat(again.ids()).containsExactlyInAnyOrderElementsOf(TestMail.shownIds(mails));
            assertThat(box.context().units()).isLessThanOrEqualTo(units);
        }
    }

    @Test
    void twoReferencesToOneMessageAreAnItemEach() {
        FailureRef ref = FailureRef.message(Scopes.ALL, id);
        assertThat(Stream.of(replay(List.of(ref, ref))).flatMap(List::stream).map(PageCollector::id))
                .containsExactly(id, id);
    }
}
