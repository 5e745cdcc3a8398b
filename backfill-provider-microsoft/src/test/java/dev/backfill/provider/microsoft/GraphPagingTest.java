package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.Graphs.OWNER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.spi.ContentRef;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.DirectMailboxContext;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.graph.GraphMailbox;
import dev.backfill.testkit.graph.GraphQuirks;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The traps of Graph's pages: none loses a message or gives it twice. */
class GraphPagingTest {
    private static final MailQuery INBOX = new MailQuery(null, Crawl.TO, List.of("inbox"), false, false);
    private static final RequestMatch PAGES =
            RequestMatch.path("/messages$").query("$select", "internetMessageHeaders");

    static void assertWhole(GraphQuirks quirks, List<StoredMail> mails, int limit) throws Exception {
        try (FakeGraph graph =
                        FakeGraph.builder().mailbox(OWNER, mails).quirks(quirks).start();
                Mailbox mailbox = Graphs.open(graph)) {
            Crawl crawl = Crawl.of(mailbox, INBOX, Crawl.limit(limit));

            assertThat(crawl.ids()).doesNotHaveDuplicates().hasSameElementsAs(Graphs.ids(graph, mails));
            assertThat(crawl.entries - crawl.repeats).isEqualTo(mails.size());
        }
    }

    @Test
    void shortPagesLoseNothing() throws Exception {
        assertWhole(GraphQuirks.NONE.withShortPageEvery(2), Graphs.minutes(95, FolderPath.INBOX), 10);
    }

    @Test
    void anEmptyPageWithANextLinkIsNotTheEnd() throws Exception {
        assertWhole(GraphQuirks.NONE.withEmptyPageEvery(3), Graphs.minutes(60, FolderPath.INBOX), 10);
    }

    @Test
    void aRelativeNextLinkIsFollowed() throws Exception {
        assertWhole(
                GraphQuirks.NONE.withEmptyPageEvery(2).withRelativeNextLink(),
                Graphs.minutes(30, FolderPath.INBOX),
                10);
    }

    @Test
    void aMissingNextLinkIsNotTheEndEither() throws Exception {
        assertWhole(GraphQuirks.NONE.withEndAfterSkip(5), Graphs.minutes(60, FolderPath.INBOX), 10);
    }

    @Test
    void aRepeatedNextLinkIsNotFollowedForEver() throws Exception {
        assertWhole(GraphQuirks.NONE.withLoopAfterSkip(5), Graphs.minutes(60, FolderPath.INBOX), 10);
    }

    @ParameterizedTest
    @CsvSource({"400, BadRequest", "404, ErrorItemNotFound", "410, SyncStateNotFound"})
    void aNextLinkThatHasExpiredIsAskedForAnewAndNotBelieved(int status, String code) throws Exception {
        List<StoredMail> mails = Graphs.minutes(30, FolderPath.INBOX);
        try (FakeGraph graph = FakeGraph.builder()
                        .mailbox(OWNER, mails)
                        .quirks(GraphQuirks.NONE.withEmptyPageEvery(3))
                        .start();
                Mailbox mailbox = Graphs.open(graph)) {
            graph.faults()
                    .always(
                            PAGES.query("$skip", ""),
                            Fault.json(status, "{\"error\":{\"code\":\"" + code + "\",\"message\":\"\"}}"));
            Crawl crawl = Crawl.of(mailbox, INBOX, Crawl.limit(10));

            assertThat(graph.journal().count(PAGES.query("$skip", ""))).isPositive();
            assertThat(crawl.restarts).isZero();
            assertThat(crawl.ids()).doesNotHaveDuplicates().hasSameElementsAs(Graphs.ids(graph, mails));
        }
    }

    @Test
    void aServerThatCapsPagesIsWalkedToItsEnd() throws Exception {
        List<StoredMail> mails = new ArrayList<>(Graphs.minutes(40, FolderPath.INBOX));
        mails.addAll(Graphs.burst(100, 30, Graphs.START.plusSeconds(60 * 20), FolderPath.INBOX));

        assertWhole(GraphQuirks.NONE.withMaxPage(7), mails, 50);
    }

    @Test
    void theBorderSecondIsNeitherLostNorRepeated() throws Exception {
        List<StoredMail> mails = new ArrayList<>(Graphs.minutes(20, FolderPath.INBOX));
        mails.addAll(Graphs.burst(100, 57, Graphs.START.plusSeconds(30), FolderPath.INBOX));
        mails.addAll(Graphs.burst(200, 13, Graphs.START.plusSeconds(60 * 20), FolderPath.INBOX));

        for (int limit : new int[] {1, 4, 10, 100}) {
            assertWhole(GraphQuirks.NONE, mails, limit);
        }
    }

    @Test
    void bytesEndAPageAsMessagesDo() throws Exception {
        List<StoredMail> mails = Graphs.minutes(25, FolderPath.INBOX);
        try (FakeGraph graph = FakeGraph.builder().mailbox(OWNER, mails).start();
                Mailbox mailbox = Graphs.open(graph)) {
            Crawl crawl = Crawl.of(mailbox, INBOX, new PageLimit(10, 4_000));

            assertThat(crawl.ids()).hasSize(25).doesNotHaveDuplicates();
            assertThat(crawl.pages).isGreaterThan(7);
        }
    }

    @Test
    void theBytesOfAnswersAreCounted() throws Exception {
        List<StoredMail> mails = Graphs.minutes(3, FolderPath.INBOX);
        try (FakeGraph graph = FakeGraph.builder().mailbox(OWNER, mails).start()) {
            DirectMailboxContext context = Graphs.context(graph);
            try (Mailbox mailbox = new MicrosoftEmailSource().open(context)) {
                String id = graph.mailbox(OWNER).messageId(mails.get(0));
                int size = mailbox.open(ContentRef.mime(id), 1 << 20).readAllBytes().length;

                assertThat(context.bytes()).isGreaterThanOrEqualTo(size);
                long before = context.bytes();
                Crawl.of(mailbox, INBOX, Crawl.limit(100));
                assertThat(context.bytes() - before).isGreaterThan(1_000);
            }
        }
    }

    @Test
    void aWindowOfOnePageCostsOneRequest() throws Exception {
        List<StoredMail> mails = Graphs.minutes(100, FolderPath.INBOX);
        try (FakeGraph graph = FakeGraph.builder().mailbox(OWNER, mails).start()) {
            DirectMailboxContext context = Graphs.context(graph);
            try (Mailbox mailbox = new MicrosoftEmailSource().open(context)) {
                Crawl crawl = Crawl.of(mailbox, INBOX, Crawl.limit(100));

                assertThat(crawl.providerCount).isEqualTo(100);
                assertThat(context.requests("messages.list")).isEqualTo(1);
                assertThat(context.requests("messages.count")).isZero();
            }
        }
    }

    /** The server counts what is left with each page, so that nothing need be asked to see that nothing follows. */
    @Test
    void aWindowWhoseLastPageIsFullEndsWithIt() throws Exception {
        List<StoredMail> mails = Graphs.minutes(300, FolderPath.INBOX);
        try (FakeGraph graph = FakeGraph.builder().mailbox(OWNER, mails).start()) {
            DirectMailboxContext context = Graphs.context(graph);
            try (Mailbox mailbox = new MicrosoftEmailSource().open(context)) {
                // As the engine does, which takes no message more than it asked for.
                Crawl crawl = Crawl.of(mailbox, INBOX, mailbox.plan(INBOX), Crawl.limit(100), 100);

                assertThat(crawl.ids()).hasSize(300).doesNotHaveDuplicates();
                assertThat(crawl.providerCount).isEqualTo(300);
                assertThat(context.requests("messages.list")).isEqualTo(3);
                assertThat(context.requests("messages.count")).isEqualTo(1);
            }
        }
    }

    @Test
    void everyRequestAsksForImmutableIdsAndNoMoreThanIsUsed() throws Exception {
        List<StoredMail> mails = Graphs.generated(60);
        try (FakeGraph graph = FakeGraph.builder()
                        .mailbox(OWNER, mails)
                        .quirks(GraphQuirks.NONE.withEmptyPageEvery(2))
                        .start();
                Mailbox mailbox = Graphs.open(graph)) {
            mailbox.key();
            Crawl.of(mailbox, Crawl.ALL, Crawl.limit(10));

            assertThat(graph.journal().entries())
                    .isNotEmpty()
                    .allSatisfy(entry -> assertThat(entry.header("Prefer")).containsExactly("IdType=\"ImmutableId\""))
                    .allSatisfy(entry -> assertThat(entry.query()).containsKey("$select"));
            assertThat(graph.journal().entries(RequestMatch.path("/messages$").query("$orderby", "")))
                    .allSatisfy(entry ->
                            assertThat(entry.query().get("$filter").get(0)).startsWith("receivedDateTime ge "));
        }
    }

    @Test
    void mailThatIsDeletedOrMovedBehindTheWalkShiftsNothing() throws Exception {
        List<StoredMail> mails = Graphs.minutes(60, FolderPath.INBOX);
        AtomicReference<GraphMailbox> store = new AtomicReference<>();
        FakeGraph.Builder builder = FakeGraph.builder().mailbox(OWNER, mails).beforePage(number -> {
            int gone = (int) number * 7;
            if (number > 1 && gone < 21) {
                store.get().move(mails.get(gone - 10).id(), FolderPath.ARCHIVE, Graphs.START);
            }
            if (number == 4) {
                store.get().purge(mails.get(1).id());
            }
        });
        try (FakeGraph graph = builder.start();
                Mailbox mailbox = Graphs.open(graph)) {
            store.set(graph.mailbox(OWNER));
            Crawl crawl = Crawl.of(mailbox, INBOX, Crawl.limit(10));

            assertThat(crawl.ids()).doesNotHaveDuplicates().hasSameElementsAs(Graphs.ids(graph, mails));
        }
    }

    @Test
    void mailThatGoesAwayBetweenALinkAndItsPageHidesNone() throws Exception {
        List<StoredMail> mails = new ArrayList<>(Graphs.burst(100, 5, Graphs.START, FolderPath.INBOX));
        mails.addAll(Graphs.burst(200, 4, Graphs.START.plusSeconds(1), FolderPath.INBOX));
        for (long page = 2; page < 8; page++) {
            long when = page;
            AtomicReference<GraphMailbox> store = new AtomicReference<>();
            FakeGraph.Builder builder = FakeGraph.builder()
                    .mailbox(OWNER, mails)
                    .quirks(GraphQuirks.NONE.withMaxPage(3))
                    .beforePage(number -> {
                        if (number == when) {
                            mails.subList(0, 3).forEach(mail -> store.get().purge(mail.id()));
                        }
                    });
            try (FakeGraph graph = builder.start();
                    Mailbox mailbox = Graphs.open(graph)) {
                store.set(graph.mailbox(OWNER));
                Crawl crawl = Crawl.of(mailbox, INBOX, Crawl.limit(3));

                assertThat(crawl.ids())
                        .as("page " + page)
                        .doesNotHaveDuplicates()
                        .containsAll(Graphs.ids(graph, mails.subList(3, 9)));
            }
        }
    }

    @Test
    void mailThatArrivesBeyondTheBoundIsLeftAlone() throws Exception {
        List<StoredMail> mails = Graphs.minutes(30, FolderPath.INBOX);
        Instant to = Graphs.START.plusSeconds(60L * 30);
        AtomicReference<GraphMailbox> store = new AtomicReference<>();
        FakeGraph.Builder builder = FakeGraph.builder()
                .mailbox(OWNER, mails)
                .beforePage(number ->
                        store.get().add(Graphs.mail(1_000 + (int) number, to.plusSeconds(number), FolderPath.INBOX)));
        try (FakeGraph graph = builder.start();
                Mailbox mailbox = Graphs.open(graph)) {
            store.set(graph.mailbox(OWNER));
            MailQuery query = new MailQuery(Graphs.START, to, List.of("inbox"), false, false);
            Crawl crawl = Crawl.of(mailbox, query, Crawl.limit(10));

            assertThat(crawl.ids()).hasSameElementsAs(Graphs.ids(graph, mails));
            assertThat(crawl.providerCount).isEqualTo(30);
        }
    }

    @Test
    void onlyTheCorruptMessageOfAPageFails() throws Exception {
        List<StoredMail> mails = Graphs.minutes(30, FolderPath.INBOX);
        try (FakeGraph graph = FakeGraph.builder().mailbox(OWNER, mails).start();
                Mailbox mailbox = Graphs.open(graph)) {
            GraphMailbox store = graph.mailbox(OWNER);
            store.corrupt(mails.get(13).id());
            Crawl crawl = Crawl.of(mailbox, INBOX, Crawl.limit(10));

            assertThat(crawl.ids()).doesNotHaveDuplicates().hasSize(30);
            String scope = store.folderId(FolderPath.INBOX);
            assertThat(crawl.items)
                    .filteredOn(PageItem.Failed.class::isInstance)
                    .containsExactly(new PageItem.Failed(
                            FailureRef.message(scope, store.messageId(mails.get(13))),
                            SourceException.Kind.SKIP_MESSAGE,
                            "ErrorCorruptData"));
            assertThat(crawl.emails())
                    .allSatisfy(email -> assertThat(email.folder()).isEqualTo("Inbox"));
        }
    }

    @Test
    void whereNotEvenIdsCanBeHadTheStretchIsHalvedDownToASecond() throws Exception {
        List<StoredMail> mails = Graphs.minutes(4, FolderPath.INBOX);
        Instant bad = Graphs.START.plusSeconds(120);
        try (FakeGraph graph = FakeGraph.builder().mailbox(OWNER, mails).start();
                Mailbox mailbox = Graphs.open(graph)) {
            GraphMailbox store = graph.mailbox(OWNER);
            String scope = store.folderId(FolderPath.INBOX);
            // A page fails whenever its stretch holds the bad second: told by the fake's hook through the plan's
            // bounds.
            Partition second = Partition.window(scope, bad, bad.plusSeconds(1));
            graph.faults()
                    .always(
                            RequestMatch.path("/messages$")
                                    .query("$filter", "ge " + bad + " and receivedDateTime lt " + bad.plusSeconds(1)),
                            Fault.json(500, "{\"error\":{\"code\":\"ErrorCorruptData\",\"message\":\"\"}}"));
            PageCollector page = new PageCollector();
            PageEnd end = mailbox.fetch(INBOX, second, Position.START, Crawl.limit(10), page);

            assertThat(end.isLast()).isTrue();
            assertThat(end.entries()).isEqualTo(1);
            assertThat(page.items())
                    .containsExactly(new PageItem.Failed(
                            FailureRef.stretch(scope, bad, bad.plusSeconds(1)),
                            SourceException.Kind.SKIP_MESSAGE,
                            "ErrorCorruptData"));

            Partition two = Partition.window(scope, bad, bad.plusSeconds(2));
            graph.faults()
                    .always(
                            RequestMatch.path("/messages$")
                                    .query("$filter", "ge " + bad + " and receivedDateTime lt " + bad.plusSeconds(2)),
                            Fault.json(500, "{\"error\":{\"code\":\"ErrorCorruptData\",\"message\":\"\"}}"));
            PageEnd halves = mailbox.fetch(INBOX, two, Position.START, Crawl.limit(10), new PageCollector());
            assertThat(halves.replacedBy())
                    .containsExactly(Partition.window(scope, bad.plusSeconds(1), bad.plusSeconds(2)), second);
        }
    }

    @Test
    void mailFromBeforeComputersCountedTimeIsNotHiddenBehindOneFailure() throws Exception {
        Instant to = Instant.parse("1970-01-01T00:00:00Z");
        List<StoredMail> mails = List.of(
                Graphs.mail(1, Instant.parse("1951-06-01T00:00:00Z"), FolderPath.INBOX),
                Graphs.mail(2, Instant.parse("1969-07-20T20:17:40Z"), FolderPath.INBOX));
        try (FakeGraph graph = Graphs.start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            graph.faults()
                    .always(
                            RequestMatch.path("/messages$").query("$filter", "ge 1900-.* lt " + to),
                            Fault.json(500, "{\"error\":{\"code\":\"ErrorCorruptData\",\"message\":\"\"}}"));
            Crawl crawl = Crawl.of(mailbox, new MailQuery(null, to, List.of("inbox"), false, false), Crawl.limit(10));

            assertThat(crawl.ids()).doesNotHaveDuplicates().hasSameElementsAs(Graphs.ids(graph, mails));
            assertThat(crawl.emails()).hasSize(2);
        }
    }

    @Test
    void aWindowThatFailsInTheMiddleOfASecondIsHalvedBehindThatSecond() throws Exception {
        Instant crowded = Graphs.START.plusSeconds(30);
        List<StoredMail> mails = new ArrayList<>(Graphs.burst(100, 5, crowded, FolderPath.INBOX));
        mails.addAll(Graphs.burst(200, 3, crowded.plusSeconds(1), FolderPath.INBOX));
        mails.add(Graphs.mail(300, crowded.plusSeconds(600), FolderPath.INBOX));
        try (FakeGraph graph = FakeGraph.builder().mailbox(OWNER, mails).start();
                Mailbox mailbox = Graphs.open(graph)) {
            for (Instant from : List.of(crowded, crowded.plusSeconds(1))) {
                graph.faults()
                        .always(
                                RequestMatch.path("/messages$")
                                        .query("$filter", "ge " + from + " and receivedDateTime lt " + Crawl.TO),
                                Fault.json(500, "{\"error\":{\"code\":\"ErrorCorruptData\",\"message\":\"\"}}"));
            }
            Crawl crawl = Crawl.of(mailbox, INBOX, Crawl.limit(2));

            assertThat(crawl.ids()).doesNotHaveDuplicates().hasSameElementsAs(Graphs.ids(graph, mails));
            assertThat(crawl.walked).hasSizeGreaterThan(1);
        }
    }

    @Test
    void aCorruptMessageBehindAPageOfRepeatsIsReached() throws Exception {
        List<StoredMail> mails = new ArrayList<>(Graphs.burst(100, 3, Graphs.START, FolderPath.INBOX));
        mails.add(Graphs.mail(200, Graphs.START.plusSeconds(1), FolderPath.INBOX));
        GraphQuirks quirks = GraphQuirks.NONE.withMaxPage(3);
        try (FakeGraph graph =
                        FakeGraph.builder().mailbox(OWNER, mails).quirks(quirks).start();
                Mailbox mailbox = Graphs.open(graph)) {
            graph.mailbox(OWNER).corrupt(mails.get(3).id());
            Partition window = mailbox.plan(INBOX).get(0);
            PageEnd first = mailbox.fetch(INBOX, window, Position.START, Crawl.limit(3), new PageCollector());
            PageCollector page = new PageCollector();
            PageEnd second = mailbox.fetch(INBOX, window, first.next(), Crawl.limit(3), page);

            assertThat(page.items()).singleElement().isInstanceOf(PageItem.Failed.class);
            assertThat(second.next()).isNotEqualTo(first.next());
            assertThat(second.entries() - second.repeats()).isEqualTo(1);
        }
    }

    @Test
    void aPageThatTimesOutIsAskedForSmaller() throws Exception {
        List<StoredMail> mails = Graphs.minutes(50, FolderPath.INBOX);
        try (FakeGraph graph = FakeGraph.builder()
                        .mailbox(OWNER, mails)
                        .quirks(GraphQuirks.NONE.withTimeoutAbovePage(20))
                        .start();
                Mailbox mailbox = Graphs.open(graph)) {
            Crawl crawl = Crawl.of(mailbox, INBOX, Crawl.limit(100));

            assertThat(crawl.ids()).hasSameElementsAs(Graphs.ids(graph, mails)).doesNotHaveDuplicates();
        }
    }

    @Test
    void aServerThatIgnoresTheFilterIsRefusedRatherThanBelieved() throws Exception {
        List<StoredMail> mails = Graphs.minutes(3, FolderPath.INBOX);
        try (FakeGraph graph = FakeGraph.builder().mailbox(OWNER, mails).start();
                Mailbox mailbox = Graphs.open(graph)) {
            String body = "{\"value\":[{\"id\":\"a\",\"receivedDateTime\":\"2010-01-01T00:00:00Z\"}]}";
            graph.faults().always(PAGES, Fault.json(200, body));
            MailQuery query = new MailQuery(Graphs.START, Crawl.TO, List.of("inbox"), false, false);

            assertThatThrownBy(() -> Crawl.of(mailbox, query, Crawl.limit(10)))
                    .isInstanceOfSatisfying(
                            SourceException.class,
                            error -> assertThat(error.code()).isEqualTo("FILTER_NOT_KEPT"));
        }
    }

    @Test
    void whatCannotBeUnderstoodBecomesAFailureWithItsId() throws Exception {
        List<StoredMail> mails = Graphs.minutes(1, FolderPath.INBOX);
        try (FakeGraph graph = FakeGraph.builder().mailbox(OWNER, mails).start();
                Mailbox mailbox = Graphs.open(graph)) {
            String body = "{\"@odata.count\":3,\"value\":[{\"id\":\"a\",\"receivedDateTime\":\"yesterday\"},"
                    + "{\"id\":\"b\",\"receivedDateTime\":\"2024-05-01T08:00:00Z\",\"subject\":7,\"body\":[1],"
                    + "\"toRecipients\":{},\"from\":null,\"news\":{\"value\":[1,2]}},{\"subject\":\"no id\"}]}";
            graph.faults().always(PAGES, Fault.json(200, body));
            Crawl crawl = Crawl.of(mailbox, INBOX, Crawl.limit(10));

            assertThat(crawl.ids()).containsExactly("a", "b", "");
            assertThat(crawl.items.get(0)).isInstanceOf(PageItem.Failed.class);
            assertThat(crawl.items.get(1)).isInstanceOf(PageItem.Message.class);
            assertThat(crawl.items.get(2)).isInstanceOf(PageItem.Failed.class);
            assertThat(crawl.entries).isEqualTo(3);
        }
    }

    /** As many entries as the server counts, but one of them twice and one not at all: the engine holds what came against the count. */
    @Test
    void aPageThatRepeatsOneMessageAndDropsAnotherNeverPassesForWhole() throws Exception {
        List<StoredMail> mails = Graphs.minutes(3, FolderPath.INBOX);
        try (FakeGraph graph = Graphs.start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            String value = IntStream.of(0, 1, 1)
                    .mapToObj(i -> "{\"id\":\"" + graph.mailbox(OWNER).messageId(mails.get(i))
                            + "\",\"receivedDateTime\":\"" + mails.get(i).receivedAt() + "\"}")
                    .collect(Collectors.joining(","));
            graph.faults()
                    .always(
                            RequestMatch.path(graph.mailbox(OWNER).folderId(FolderPath.INBOX) + "/messages$"),
                            Fault.json(200, "{\"@odata.count\":3,\"value\":[" + value + "]}"));
            Crawl crawl = Crawl.of(mailbox, Crawl.ALL, Crawl.limit(100));

            assertThat(crawl.ids()).doesNotHaveDuplicates().hasSize(2);
            assertThat(crawl.providerCount).isEqualTo(3);
        }
    }
}
