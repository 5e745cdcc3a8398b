package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.Graphs.OWNER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.graph.GraphMailbox;
import dev.backfill.testkit.graph.GraphQuirks;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** One second with more messages than a page or a position holds: none is lost, whatever happens to the others meanwhile. */
class GraphCrowdedSecondTest {
    private static final MailQuery INBOX = new MailQuery(null, Crawl.TO, List.of("inbox"), false, false);
    private static final List<StoredMail> MAILS = mails();

    /** Something after the crowded second, so that its end is not the window's. */
    private static List<StoredMail> mails() {
        List<StoredMail> mails = Graphs.burst(1_000, 900, Graphs.START, FolderPath.INBOX);
        mails.addAll(Graphs.burst(3_000, 3, Graphs.START.plusSeconds(1), FolderPath.INBOX));
        return mails;
    }

    @Test
    void aSecondWithMoreMessagesThanAPositionCanNameIsWalkedWhole() throws Exception {
        List<StoredMail> mails = new ArrayList<>(Graphs.minutes(5, FolderPath.INBOX));
        mails.addAll(Graphs.burst(1_000, 900, Graphs.START.plusSeconds(90), FolderPath.INBOX));

        GraphPagingTest.assertWhole(GraphQuirks.NONE, mails, 100);
        GraphPagingTest.assertWhole(GraphQuirks.NONE.withShortPageEvery(2), mails, 150);
        GraphPagingTest.assertWhole(GraphQuirks.NONE.withEmptyPageEvery(3), mails, 150);
        GraphPagingTest.assertWhole(GraphQuirks.NONE.withMaxPage(120), mails, 50);
        GraphPagingTest.assertWhole(GraphQuirks.NONE.withoutExpandAndCount(), mails, 100);
    }

    /** Crawls while one thing happens to the mailbox before a page. */
    private static Crawl crawl(
            GraphQuirks quirks, long page, Consumer<GraphMailbox> before, Consumer<GraphMailbox> happens)
            throws Exception {
        AtomicReference<GraphMailbox> store = new AtomicReference<>();
        FakeGraph.Builder builder = FakeGraph.builder()
                .mailbox(OWNER, MAILS)
                .quirks(quirks)
                .beforePage(number -> {
                    if (number == page) {
                        happens.accept(store.get());
                    }
                });
        try (FakeGraph graph = builder.start();
                Mailbox mailbox = Graphs.open(graph)) {
            store.set(graph.mailbox(OWNER));
            before.accept(store.get());
            return Crawl.of(mailbox, INBOX, Crawl.limit(100));
        }
    }

    private static Set<String> ids(List<StoredMail> mails) throws Exception {
        try (FakeGraph graph = Graphs.start(MAILS)) {
            return Graphs.ids(graph, mails);
        }
    }

    private static void purge(GraphMailbox store, int from, int to) {
        MAILS.subList(from, to).forEach(mail -> store.purge(mail.id()));
    }

    @Test
    void mailThatGoesAwayInsideACrowdedSecondHidesNoneAndRepeatsNone() throws Exception {
        Set<String> left = ids(MAILS.subList(30, 903));
        for (GraphQuirks quirks : List.of(GraphQuirks.NONE, GraphQuirks.NONE.withoutExpandAndCount())) {
            for (int page = 2; page < 12; page++) {
                Crawl crawl = crawl(quirks, page, store -> {}, store -> purge(store, 0, 30));

                assertThat(crawl.ids())
                        .as("page " + page)
                        .doesNotHaveDuplicates()
                        .containsAll(left);
            }
        }
    }

    @Test
    void mailThatGoesAwayAndMailThatComesAtTheSameTimeDoNotHideEachOther() throws Exception {
        Set<String> left = ids(MAILS.subList(30, 903));
        for (int page = 2; page < 12; page++) {
            Crawl crawl = crawl(GraphQuirks.NONE, page, store -> {}, store -> {
                purge(store, 0, 30);
                // Behind all that is there, though of the same second.
                store.addAll(Graphs.burst(5_000, 30, Graphs.START.plusMillis(950), FolderPath.INBOX));
            });

            assertThat(crawl.ids()).as("page " + page).doesNotHaveDuplicates().containsAll(left);
        }
    }

    @Test
    void mailThatComesBeforeThePlaceShiftsNothing() throws Exception {
        Set<String> all = ids(MAILS);
        for (int page = 2; page < 12; page++) {
            Crawl crawl = crawl(
                    GraphQuirks.NONE,
                    page,
                    store -> {},
                    store -> store.addAll(Graphs.burst(5_000, 40, Graphs.START, FolderPath.INBOX)));

            assertThat(crawl.ids()).as("page " + page).doesNotHaveDuplicates().containsAll(all);
        }
    }

    @Test
    void whereAllThatIsRememberedIsGoneTheSecondIsWalkedAgain() throws Exception {
        Set<String> left = ids(MAILS.subList(500, 903));
        Crawl crawl = crawl(GraphQuirks.NONE, 6, store -> {}, store -> purge(store, 0, 500));

        assertThat(crawl.ids()).containsAll(left);
    }

    @Test
    void onePoisonedMessageInACrowdedSecondFailsAlone() throws Exception {
        StoredMail bad = MAILS.get(550);
        Set<String> left = ids(MAILS.subList(30, 903));
        FailureRef ref;
        try (FakeGraph graph = Graphs.start(MAILS)) {
            GraphMailbox store = graph.mailbox(OWNER);
            ref = FailureRef.message(store.folderId(FolderPath.INBOX), store.messageId(bad));
        }
        for (int page = 1; page < 16; page++) {
            Crawl crawl = crawl(GraphQuirks.NONE, page, store -> store.corrupt(bad.id()), store -> purge(store, 0, 30));

            assertThat(crawl.ids()).as("page " + page).doesNotHaveDuplicates().containsAll(left);
            assertThat(crawl.items)
                    .filteredOn(PageItem.Failed.class::isInstance)
                    .containsExactly(new PageItem.Failed(ref, SourceException.Kind.SKIP_MESSAGE, "ErrorCorruptData"));
        }
    }
}
