package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.Graphs.OWNER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.Partition;
import dev.backfill.testkit.Crawl;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an incremental run costs where nothing changed: all requests of a mailbox opened anew, its key among them. */
class GraphUnchangedTest {
    private static final Instant LATER = ChangesBed.TO.plusSeconds(3_600);

    private FakeGraph graph;

    /** Eleven folders that users see, two that they do not see, and one in such. */
    @BeforeEach
    void start() throws Exception {
        graph = FakeGraph.builder()
                .mailbox(
                        OWNER,
                        List.of(
                                Graphs.mail(1, Graphs.START, FolderPath.INBOX),
                                Graphs.mail(2, Graphs.START, FolderPath.of("Work", "Old", "Older")),
                                Graphs.mail(3, Graphs.START, FolderPath.of("Work", "New")),
                                Graphs.mail(4, Graphs.START, FolderPath.of("Deleted", "Thrown away"))))
                .start();
        graph.mailbox(OWNER)
                .addHiddenFolder(FolderPath.of("Secret"))
                .addHiddenFolder(FolderPath.of("Deleted", "Unseen"))
                .addAll(List.of(
                        Graphs.mail(5, Graphs.START, FolderPath.of("Secret", "Inside")),
                        Graphs.mail(6, Graphs.START, FolderPath.of("Deleted", "Unseen"))));
        graph.tokens().accept("users", OWNER);
        graph.tokens().accept("apps", "*");
    }

    @AfterEach
    void stop() {
        graph.close();
    }

    private Mailbox open(String account, String token) {
        return new MicrosoftEmailSource()
                .open(Graphs.builder(graph, account).token(token).build());
    }

    private static MailQuery query(Instant to, boolean deleted, String... folders) {
        return new MailQuery(null, to, List.of(folders), deleted, true, true);
    }

    private Map<String, String> full(String account, String token, boolean deleted, String... folders) {
        try (Mailbox mailbox = open(account, token)) {
            return Crawl.plan(mailbox, query(ChangesBed.TO, deleted, folders), ChangesBed.PAGE)
                    .tokens();
        }
    }

    private Crawl next(
            Instant to, Map<String, String> pins, String account, String token, boolean deleted, String... folders) {
        try (Mailbox mailbox = open(account, token)) {
            mailbox.key();
            return Crawl.changes(mailbox, query(to, deleted, folders), pins, ChangesBed.PAGE);
        }
    }

    /** How many requests the run takes, its key's among them, which two runs of the same job take. */
    private long requests(Map<String, String> pins, String account, String token, boolean deleted, String... folders) {
        Map<String, String> now = pins;
        List<Long> requests = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            long before = graph.journal().total();
            Crawl next = next(LATER.plusSeconds(run), now, account, token, deleted, folders);
            requests.add(graph.journal().total() - before);
            now = next.tokens();
            assertThat(next.items()).isEmpty();
            assertThat(now.keySet()).isEqualTo(pins.keySet());
        }
        assertThat(requests.get(1)).isEqualTo(requests.get(0));
        return requests.get(0);
    }

    @ParameterizedTest
    @CsvSource({"me,users", "owner@example.com,users", "owner@example.com,apps"})
    void itCostsTwoRequestsAndOneForEachFolder(String account, String token) {
        Map<String, String> pins = full(account, token, false);
        assertThat(pins).hasSize(1 + 8);
        assertThat(requests(pins, account, token, false)).isEqualTo(2 + 8);
    }

    @ParameterizedTest
    @CsvSource({"inbox", "Work/Old", "Older", "msgfolderroot", "recoverableitemsdeletions", "RecoverableItemsDeletions "
    })
    void soDoFoldersThatAreNamed(String name) {
        Map<String, String> pins = full("me", "users", false, "sent", name);
        assertThat(pins).hasSize(1 + 2);
        assertThat(requests(pins, "me", "users", false, "sent", name)).isEqualTo(2 + 2);
    }

    /** No list of Microsoft's gives hidden folders at any depth, so each folder where they are meant is asked for what is in it. */
    @ParameterizedTest
    @CsvSource({
        // folders, lists of what is in one, of the top
        "false, deleted,    3,  3, 0",
        "true,  inbox,      5,  3, 0",
        "true,  all,        12, 3, 0",
        "false, all+hidden, 10, 10, 1",
        "true,  all+hidden, 14, 13, 1",
        "false, hidden,     2,  10, 1"
    })
    void whereHiddenFoldersAreMeantItCostsOneMoreForEachFolderThatMayHoldThem(
            boolean deleted, String names, int folders, int inside, int top) {
        String[] named = names.split("\\+");
        Map<String, String> pins = full("me", "users", deleted, named);
        assertThat(pins).hasSize(1 + folders);
        assertThat(requests(pins, "me", "users", deleted, named)).isEqualTo(2 + folders + inside + top);
    }

    @ParameterizedTest
    @CsvSource({"all+hidden, Work/Old/Older/Deep", "all+hidden, Top", "hidden, Secret/Inside/Deep", "junk, Junk/Deep"})
    void aHiddenFolderThatComesIsFoundWhereverItLies(String names, String path) {
        String[] named = names.split("\\+");
        Map<String, String> pins = full("me", "users", false, named);
        FolderPath folder = FolderPath.of(path.split("/"));
        graph.mailbox(OWNER).addHiddenFolder(folder).addAll(List.of(Graphs.mail(7, Graphs.START, folder)));

        assertThat(next(LATER, pins, "me", "users", false, named).ids()).hasSize(1);
    }

    private Fault denied() {
        return Fault.json(403, "{\"error\":{\"code\":\"ErrorAccessDenied\",\"message\":\"\"}}");
    }

    @Test
    void aFolderOfWhichItIsRefusedWhatLiesInsideIsAPartOfThePlanThoughTheListOfAllOthersIsThere() {
        Map<String, String> pins = full("me", "users", false, "all", "hidden");
        String older = graph.mailbox(OWNER).folderId(FolderPath.of("Work", "Old", "Older"));
        graph.faults().always(RequestMatch.path(older + "/childFolders"), denied());
        try (Mailbox mailbox = open("me", "users")) {
            assertThat(mailbox.planChanges(query(LATER, false, "all", "hidden"), pins))
                    .extracting(Partition::scope)
                    .contains("children:" + older);
        }
    }

    /** The top, the six well-known names, and what is in the four folders that say they hold some. */
    @Test
    void whereTheListOfAllFoldersIsRefusedTheTreeIsReadLevelByLevel() {
        Map<String, String> pins = full("me", "users", false);
        graph.faults().always(RequestMatch.path("/mailFolders/delta"), denied());

        assertThat(requests(pins, "me", "users", false)).isEqualTo(2 + 7 + 4 + 8);
    }

    /** The pin is refused, the mailbox can be read, and the folder is walked: a page where it is empty. */
    @Test
    void aFolderWhoseChangesAreRefusedCostsTwoRequestsAndItsWalk() {
        String work = graph.mailbox(OWNER).folderId(FolderPath.of("Work"));
        graph.faults().always(RequestMatch.path(work + "/messages/delta"), denied());
        Map<String, String> pins = full("me", "users", false);

        assertThat(requests(pins, "me", "users", false)).isEqualTo(2 + 7 + 2 + 1);
    }
}
