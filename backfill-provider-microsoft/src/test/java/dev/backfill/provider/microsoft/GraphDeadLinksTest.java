package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.Graphs.OWNER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.graph.GraphQuirks;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Links that lead nowhere, met with the first page after a kill: the place in the window is alive, so that nothing of what was handed
 * over before is handed over again.
 */
class GraphDeadLinksTest {
    private static final MailQuery INBOX = new MailQuery(null, Crawl.TO, List.of("inbox"), false, false);
    private static final RequestMatch PAGES =
            RequestMatch.path("/messages$").query("$select", "internetMessageHeaders");
    private static final RequestMatch LINKED = PAGES.query("$skip", "");

    private final List<StoredMail> mails = new ArrayList<>();
    private final List<PageItem> before = new ArrayList<>();
    private final AtomicInteger moving = new AtomicInteger();
    private FakeGraph graph;
    private Mailbox mailbox;
    private Partition window;
    private Position position;

    /** What is wrong with the link from a page that has nothing new. */
    enum Trouble {
        EXPIRED {
            @Override
            void begin(GraphDeadLinksTest test, int times) {
                test.graph
                        .faults()
                        .first(
                                LINKED,
                                times,
                                Fault.json(410, "{\"error\":{\"code\":\"SyncStateNotFound\",\"message\":\"\"}}"));
            }
        },
        STALE {
            @Override
            void begin(GraphDeadLinksTest test, int times) {
                test.graph
                        .faults()
                        .first(
                                LINKED,
                                times,
                                Fault.json(
                                        500,
                                        "{\"error\":{\"code\":\"ErrorExecuteSearchStaleData\",\"message\":\"\"}}"));
            }
        },
        LOOP {
            @Override
            void begin(GraphDeadLinksTest test, int times) {
                String link = test.graph.baseUrl() + "/me/mailFolders/" + test.window.scope() + "/messages?$skip=99"
                        + "&$select=internetMessageHeaders";
                String page = "{\"@odata.count\":12,\"value\":[],\"@odata.nextLink\":\"" + link + "\"}";
                test.graph.faults().first(LINKED, 2 * times, Fault.json(200, page));
            }
        },
        MOVES {
            @Override
            void begin(GraphDeadLinksTest test, int times) {
                // A page and its link, and both are tried three times before it is given up.
                test.moving.set(6 * times);
            }
        };

        abstract void begin(GraphDeadLinksTest test, int times);
    }

    /** Pages of three, and a second of five: the page behind the first has nothing new but a link. */
    @BeforeEach
    void killInMidWindow() throws Exception {
        mails.addAll(Graphs.burst(100, 5, Graphs.START, FolderPath.INBOX));
        mails.addAll(Graphs.burst(200, 4, Graphs.START.plusSeconds(1), FolderPath.INBOX));
        mails.addAll(Graphs.burst(300, 3, Graphs.START.plusSeconds(2), FolderPath.INBOX));
        graph = FakeGraph.builder()
                .mailbox(OWNER, mails)
                .quirks(GraphQuirks.NONE.withMaxPage(3))
                .beforePage(number -> {
                    if (moving.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                        graph.mailbox(OWNER)
                                .add(Graphs.mail(
                                        1_000 + (int) number,
                                        Graphs.START.plusSeconds(600 + number),
                                        FolderPath.INBOX));
                    }
                })
                .start();
        try (Mailbox killed = Graphs.open(graph)) {
            window = killed.plan(INBOX).get(0);
            PageCollector page = new PageCollector();
            position = killed.fetch(INBOX, window, Position.START, Crawl.limit(3), page)
                    .next();
            before.addAll(page.items());
        }
        mailbox = Graphs.open(graph);
    }

    @AfterEach
    void stop() {
        mailbox.close();
        graph.close();
    }

    private void assertTheRestComesOnce(Position from, List<PageItem> until) {
        dev.backfill.testkit.Crawl rest = dev.backfill.testkit.Crawl.from(mailbox, INBOX, window, from, Crawl.limit(3));
        List<PageItem> all = new ArrayList<>(until);
        all.addAll(rest.items());

        assertThat(all.stream().map(PageCollector::id).filter(Graphs.ids(graph, mails)::contains))
                .doesNotHaveDuplicates()
                .hasSameElementsAs(Graphs.ids(graph, mails));
        assertThat(all).hasSize(graph.mailbox(OWNER).size());
    }

    @ParameterizedTest
    @EnumSource(Trouble.class)
    void aLinkThatLeadsNowhereIsNotFollowedFromTheBeginningOfTheWindow(Trouble trouble) {
        trouble.begin(this, 2);
        PageCollector page = new PageCollector();
        PageEnd end = mailbox.fetch(INBOX, window, position, Crawl.limit(3), page);

        assertThat(page.items()).isNotEmpty();
        assertThat(end.entries() - end.repeats()).isEqualTo(page.items().size());
        List<PageItem> all = new ArrayList<>(before);
        all.addAll(page.items());
        assertTheRestComesOnce(end.next(), all);
    }

    /** What is no place in the window must not cost the place: the engine asks for the same again, in a while. */
    @ParameterizedTest
    @EnumSource(Trouble.class)
    void aServerWhoseLinksAllLeadNowhereIsAskedAgainLaterAndNotForEver(Trouble trouble) {
        trouble.begin(this, 1_000);
        graph.journal().clear();
        PageCollector page = new PageCollector();
        SourceException error = catchThrowableOfType(
                SourceException.class, () -> mailbox.fetch(INBOX, window, position, Crawl.limit(3), page));

        assertThat(error.kind()).isEqualTo(SourceException.Kind.RETRY);
        assertThat(page.items()).isEmpty();
        assertThat(graph.journal().total()).isLessThanOrEqualTo(30);
        graph.faults().clear();
        moving.set(0);
        assertTheRestComesOnce(position, before);
    }
}
