package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.Graphs.OWNER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backfill.spi.Mailbox;
import dev.backfill.spi.Partition;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Links to more folders that the server knows no more when they are followed. */
class GraphFolderLinksTest {
    /** A page of folders holds a hundred. */
    private static final int FOLDERS = 230;

    private FakeGraph graph;
    private Mailbox mailbox;

    @BeforeEach
    void start() throws Exception {
        graph = Graphs.start(List.of(Graphs.mail(1, Graphs.START, FolderPath.INBOX)));
        for (int i = 0; i < FOLDERS; i++) {
            graph.mailbox(OWNER).addFolder(FolderPath.of("Top " + i));
            graph.mailbox(OWNER).addFolder(FolderPath.of("Inbox", "Inner " + i));
        }
        mailbox = Graphs.open(graph);
    }

    @AfterEach
    void stop() {
        mailbox.close();
        graph.close();
    }

    private static Fault dead(int status, String code) {
        return Fault.json(status, "{\"error\":{\"code\":\"" + code + "\",\"message\":\"\"}}");
    }

    private static RequestMatch linked(String list) {
        return RequestMatch.path("/" + list + "$").query("$skip", "");
    }

    private List<String> planned() {
        return mailbox.plan(Crawl.ALL).stream()
                .filter(partition -> partition.kind() == Partition.Kind.WINDOW)
                .map(Partition::scope)
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "mailFolders, 410, SyncStateNotFound",
        "mailFolders, 404, ErrorItemNotFound",
        "mailFolders, 400, BadRequest",
        "childFolders, 410, SyncStateNotFound",
        "childFolders, 404, ErrorItemNotFound",
        "childFolders, 400, BadRequest"
    })
    void aListOfFoldersWhoseLinkDiedIsReadAnew(String list, int status, String code) {
        graph.faults().nth(linked(list), 2, dead(status, code));

        assertThat(planned())
                .doesNotHaveDuplicates()
                .contains(graph.mailbox(OWNER).folderId(FolderPath.of("Top " + (FOLDERS - 1))))
                .contains(graph.mailbox(OWNER).folderId(FolderPath.of("Inbox", "Inner " + (FOLDERS - 1))))
                .hasSizeGreaterThanOrEqualTo(2 * FOLDERS);
    }

    @ParameterizedTest
    @CsvSource({"mailFolders", "childFolders"})
    void aListWhoseLinksAllDieIsTriedAgainLaterAndNeverTakenForWhole(String list) {
        graph.faults().always(linked(list), dead(410, "SyncStateNotFound"));

        SourceException refused = catchThrowableOfType(SourceException.class, () -> mailbox.plan(Crawl.ALL));
        assertThat(refused.kind()).isEqualTo(SourceException.Kind.RETRY);
        assertThat(graph.journal().count(linked(list))).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"410, SyncStateNotFound", "410, Gone", "404, ErrorItemNotFound"})
    void foldersAreListedLevelByLevelWhereTheListOfTheirChangesIsDead(int status, String code) {
        dev.backfill.testkit.Crawl full = dev.backfill.testkit.Crawl.plan(mailbox, ChangesBed.OPEN, ChangesBed.PAGE);
        graph.mailbox(OWNER).addFolder(FolderPath.of("New"));
        RequestMatch changes = RequestMatch.path("/mailFolders/delta");
        graph.faults().nth(changes, 1, dead(status, code));

        assertThat(mailbox.planChanges(ChangesBed.OPEN, full.tokens()))
                .extracting(Partition::scope)
                .contains(graph.mailbox(OWNER).folderId(FolderPath.of("New")));
        assertThat(graph.journal().count(changes)).isEqualTo(1);
    }
}
