package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.SourceException;
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
        return walk(Crawl.everything());
    }

    private List<PageItem> walk(MailQuery query) {
        try (TestBox box = TestBox.open(gmail)) {
            return Crawl.run(box.mailbox(), query, PAGE).items();
        }
    }

    private List<PageItem> replay(List<FailureRef> refs) {
        return replay(Crawl.everything(), refs);
    }

    private List<PageItem> replay(MailQuery query, List<FailureRef> refs) {
        try (TestBox box = TestBox.open(gmail)) {
            PageCollector again = new PageCollector();
            box.mailbox().replay(query, refs, again);
            return again.items();
        }
    }

    /** That of a job which names neither a begin nor an end: a small mailbox is one window without bounds. */
    private static MailQuery withoutDates() {
        return new MailQuery(null, Crawl.TO, List.of(), false, false, true);
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
    void whatFailedInAWindowWithoutBoundsIsLookedForInItsListAsWell() {
        gmail.faults().always(askedFor, GmailFault.notFound().asFault());
        List<FailureRef> failed = failures(walk(withoutDates()));
        assertThat(failed).containsExactly(new FailureRef(Scopes.ALL, id, null, null));

        List<PageItem> again = replay(withoutDates(), failed);
        assertThat(again)
                .singleElement()
                .isInstanceOfSatisfying(
                        PageItem.Failed.class, item -> assertThat(item.reason()).isEqualTo("STILL_LISTED"));
        assertThat(failures(again)).isEqualTo(failed);

        gmail.mailbox(ADDRESS).delete(id);
        assertThat(replay(withoutDates(), failed)).containsExactly(new PageItem.Skipped(id, "GONE"));
    }

    @Test
    void howeverManyAreCalledGoneTheirWindowIsListedOnce() {
        gmail.faults()
                .always(
                        RequestMatch.path("/messages/[0-9a-f]+$"),
                        GmailFault.notFound().asFault());
        List<FailureRef> refs = TestMail.shownIds(mails).stream()
                .map(one -> FailureRef.message(Scopes.ALL, one))
                .toList();
        gmail.journal().clear();
        assertThat(failures(replay(withoutDates(), refs))).isEqualTo(refs);
        assertThat(gmail.journal().count(RequestMatch.path("/messages$"))).isEqualTo(1);
    }

    /** As where the history was lost and everything is told again: nothing would tell of it once more. */
    @Test
    void whatMayHaveBeenToldBeforeIsNoDeleteWhileTheListNamesIt() {
        gmail.faults().always(askedFor, GmailFault.notFound().asFault());
        for (MailQuery query : List.of(Crawl.everything(), withoutDates())) {
            List<FailureRef> failed =
                    failures(walk(query)).stream().map(FailureRef::ofChange).toList();
            assertThat(failed).hasSize(1);
            assertThat(replay(query, failed))
                    .containsExactly(
                            new PageItem.Failed(failed.get(0), SourceException.Kind.SKIP_MESSAGE, "STILL_LISTED"));
        }
        FailureRef ref = FailureRef.message(Scopes.ALL, id).ofChange();
        gmail.mailbox(ADDRESS).delete(id);
        List<PageItem> deleted = replay(withoutDates(), List.of(ref));
        assertThat(deleted).singleElement().isInstanceOf(PageItem.Deleted.class);
        MailQuery later = new MailQuery(null, Crawl.TO.plusSeconds(60), List.of(), false, false, true);
        assertThat(replay(later, List.of(ref)))
                .as("a later retry of the same names the same delete")
                .isEqualTo(deleted);
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
