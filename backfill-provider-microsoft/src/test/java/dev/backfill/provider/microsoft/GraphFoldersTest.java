package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.Graphs.OWNER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backfill.api.CountKind;
import dev.backfill.model.EmailMessage;
import dev.backfill.model.FolderRole;
import dev.backfill.model.MailFolder;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The tree of folders, and which of them a query means. */
class GraphFoldersTest {
    @Test
    void theWholeTreeOfFoldersIsFoundInAnyLanguage() throws Exception {
        FakeGraph.Builder builder = FakeGraph.builder()
                .folderName(FolderRole.INBOX, "Posteingang")
                .folderName(FolderRole.DELETED, "Gel\u00f6schte Elemente")
                .mailbox(OWNER, List.of());
        try (FakeGraph graph = builder.start();
                Mailbox mailbox = Graphs.open(graph)) {
            for (int i = 0; i < 120; i++) {
                graph.mailbox(OWNER).addFolder(FolderPath.of("Folder " + i));
            }
            graph.mailbox(OWNER)
                    .addFolder(FolderPath.of("Inbox", "A", "B"))
                    .addHiddenFolder(FolderPath.of("Secret"))
                    .addSearchFolder(FolderPath.of("Unread"));
            List<MailFolder> folders = mailbox.folders();

            Map<String, MailFolder> byPath =
                    folders.stream().collect(Collectors.toMap(MailFolder::path, folder -> folder));
            assertThat(byPath).hasSize(6 + 120 + 2 + 1).doesNotContainKey("Unread");
            assertThat(byPath.get("Posteingang").role()).isEqualTo(FolderRole.INBOX);
            assertThat(byPath.get("Gel\u00f6schte Elemente").role()).isEqualTo(FolderRole.DELETED);
            assertThat(byPath.get("Posteingang/A/B").role()).isEqualTo(FolderRole.OTHER);
            assertThat(byPath.get("Secret").hidden()).isTrue();
            assertThat(folders.indexOf(byPath.get("Posteingang")))
                    .isLessThan(folders.indexOf(byPath.get("Posteingang/A")));
        }
    }

    @Test
    void foldersAreChosenByRoleNamePathAndId() throws Exception {
        List<StoredMail> mails = new ArrayList<>();
        List<FolderPath> places = List.of(
                FolderPath.INBOX,
                FolderPath.SENT,
                FolderPath.DRAFTS,
                FolderPath.ARCHIVE,
                FolderPath.DELETED,
                FolderPath.JUNK,
                FolderPath.of("Inbox", "Projects"),
                FolderPath.of("Deleted", "Old"),
                FolderPath.of("Work"));
        for (int i = 0; i < places.size(); i++) {
            mails.add(Graphs.mail(i, Graphs.START.plusSeconds(i), places.get(i)));
        }
        try (FakeGraph graph = Graphs.start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            graph.mailbox(OWNER).addHiddenFolder(FolderPath.of("Secret"));
            String work = graph.mailbox(OWNER).folderId(FolderPath.of("Work"));

            assertThat(folders(mailbox, false))
                    .containsExactlyInAnyOrder("Inbox", "Sent Items", "Drafts", "Archive", "Inbox/Projects", "Work");
            assertThat(folders(mailbox, false, "all")).hasSize(6);
            assertThat(folders(mailbox, true)).hasSize(8).contains("Deleted Items", "Deleted Items/Old");
            assertThat(folders(mailbox, false, "inbox")).containsExactly("Inbox");
            assertThat(folders(mailbox, false, "deleted"))
                    .containsExactlyInAnyOrder("Deleted Items", "Deleted Items/Old");
            assertThat(folders(mailbox, false, "SENT", "junk")).containsExactlyInAnyOrder("Sent Items", "Junk Email");
            assertThat(folders(mailbox, false, "projects")).containsExactly("Inbox/Projects");
            assertThat(folders(mailbox, false, "inbox/PROJECTS")).containsExactly("Inbox/Projects");
            assertThat(folders(mailbox, false, work)).containsExactly("Work");
            assertThatThrownBy(() -> folders(mailbox, false, "Nowhere"))
                    .isInstanceOfSatisfying(
                            SourceException.class,
                            error -> assertThat(error.code()).isEqualTo("FOLDER_NOT_FOUND"));
        }
    }

    @Test
    void hiddenFoldersAndTheServicesOtherNamesAreReadWhereTheRequestNamesThem() throws Exception {
        FolderPath secret = FolderPath.of("Secret");
        FolderPath history = FolderPath.of("Aufgezeichnete Unterhaltungen");
        FolderPath conflicts = FolderPath.of("Synchronisierung", "Konflikte");
        List<StoredMail> mails = List.of(
                Graphs.mail(1, Graphs.START, secret),
                Graphs.mail(2, Graphs.START, history),
                Graphs.mail(3, Graphs.START, conflicts),
                Graphs.mail(4, Graphs.START, FolderPath.INBOX),
                Graphs.mail(5, Graphs.START, FolderPath.INBOX));
        try (FakeGraph graph = FakeGraph.builder().mailbox(OWNER, List.of()).start();
                Mailbox mailbox = Graphs.open(graph)) {
            graph.mailbox(OWNER)
                    .addHiddenFolder(secret)
                    .addWellKnownFolder("conversationhistory", history)
                    .addWellKnownFolder("conflicts", conflicts)
                    .addAll(mails)
                    .delete(mails.get(4).id(), Graphs.START);

            assertThat(folders(mailbox, false)).doesNotContain("Secret").contains("Inbox");
            assertThat(folders(mailbox, false, "secret")).containsExactly("Secret");
            assertThat(folders(mailbox, false, graph.mailbox(OWNER).folderId(secret)))
                    .containsExactly("Secret");
            assertThat(folders(mailbox, false, "ConversationHistory")).containsExactly("Aufgezeichnete Unterhaltungen");
            assertThat(folders(mailbox, false, "conflicts")).containsExactly("Synchronisierung/Konflikte");
            // Neither deleted items nor their recoverable rest are otherwise in a request without deleted mail.
            assertThat(folders(mailbox, false, "recoverableitemsdeletions")).containsExactly("Deletions");
            assertThat(folders(mailbox, false, "msgfolderroot")).isEmpty();
            assertThatThrownBy(() -> folders(mailbox, false, "outbox"))
                    .isInstanceOfSatisfying(
                            SourceException.class,
                            error -> assertThat(error.code()).isEqualTo("FOLDER_NOT_FOUND"));

            graph.faults().always(RequestMatch.path("/mailFolders/conflicts"), DENIED);
            MailQuery query = new MailQuery(null, Crawl.TO, List.of("conflicts"), false, false);
            assertThat(mailbox.plan(query)).extracting(Partition::scope).containsExactly("conflicts");
        }
    }

    private static List<String> folders(Mailbox mailbox, boolean deleted, String... names) {
        MailQuery query = new MailQuery(null, Crawl.TO, List.of(names), deleted, false);
        return Crawl.of(mailbox, query, Crawl.limit(10)).emails().stream()
                .map(EmailMessage::folder)
                .distinct()
                .toList();
    }

    private static final Fault DENIED =
            Fault.json(403, "{\"error\":{\"code\":\"ErrorAccessDenied\",\"message\":\"\"}}");

    private static Partition only(List<Partition> plan, String scope) {
        return plan.stream()
                .filter(partition -> partition.scope().equals(scope))
                .findFirst()
                .orElseThrow();
    }

    private static SourceException refused(Mailbox mailbox, MailQuery query, Partition partition) {
        return catchThrowableOfType(
                SourceException.class,
                () -> mailbox.fetch(query, partition, Position.START, Crawl.limit(10), Crawl.ignoring()));
    }

    @Test
    void aFolderThatIsGoneIsSkippedByTheWalk() throws Exception {
        List<StoredMail> mails = List.of(
                Graphs.mail(1, Graphs.START, FolderPath.of("Inbox", "A")),
                Graphs.mail(2, Graphs.START, FolderPath.SENT));
        try (FakeGraph graph = Graphs.start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            String folder = graph.mailbox(OWNER).folderId(FolderPath.of("Inbox", "A"));
            List<Partition> plan = mailbox.plan(Crawl.ALL);
            graph.mailbox(OWNER).removeFolder(FolderPath.of("Inbox", "A"));
            assertThat(refused(mailbox, Crawl.ALL, only(plan, folder)).kind())
                    .isEqualTo(SourceException.Kind.SKIP_PARTITION);
        }
    }

    @Test
    void whatMayLieBelowAFolderWhoseListIsRefusedIsAPartOfThePlanThatIsSkippedByName() throws Exception {
        List<StoredMail> mails = List.of(
                Graphs.mail(1, Graphs.START, FolderPath.of("Inbox", "A", "B")),
                Graphs.mail(2, Graphs.START, FolderPath.SENT));
        try (FakeGraph graph = Graphs.start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            String inbox = graph.mailbox(OWNER).folderId(FolderPath.INBOX);
            graph.faults().always(RequestMatch.path("/mailFolders/" + inbox + "/childFolders"), DENIED);
            assertThat(mailbox.folders())
                    .extracting(MailFolder::path)
                    .contains("Inbox")
                    .doesNotContain("Inbox/A");

            Partition below = only(mailbox.plan(Crawl.ALL), "children:" + inbox);
            for (Mailbox anyTime : List.of(mailbox, Graphs.open(graph))) {
                SourceException error = refused(anyTime, Crawl.ALL, below);
                assertThat(error.kind()).isEqualTo(SourceException.Kind.SKIP_PARTITION);
                assertThat(error.code()).isEqualTo("ErrorAccessDenied");
            }
            assertThat(mailbox.estimate(Crawl.ALL).kind()).isEqualTo(CountKind.ESTIMATE);

            MailQuery alone = new MailQuery(null, Crawl.TO, List.of("inbox"), false, false);
            assertThat(mailbox.plan(alone)).extracting(Partition::scope).containsExactly(inbox);
        }
    }

    @Test
    void whatLiesBelowIsReadOnceItsListIsGiven() throws Exception {
        FolderPath deep = FolderPath.of("Inbox", "A", "B");
        List<StoredMail> mails = List.of(
                Graphs.mail(1, Graphs.START, deep),
                Graphs.mail(2, Graphs.START, FolderPath.of("Inbox", "A")),
                Graphs.mail(3, Graphs.START, FolderPath.INBOX),
                Graphs.mail(4, Graphs.START, FolderPath.of("Other", "C")));
        try (FakeGraph graph = Graphs.start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            String inbox = graph.mailbox(OWNER).folderId(FolderPath.INBOX);
            String inner = graph.mailbox(OWNER).folderId(FolderPath.of("Inbox", "A"));
            graph.faults().always(RequestMatch.path("/mailFolders/" + inbox + "/childFolders"), DENIED);
            List<Partition> plan = mailbox.plan(Crawl.ALL);
            graph.faults().clear();
            // Now it is the next level that may not be listed.
            graph.faults().first(RequestMatch.path("/mailFolders/" + inner + "/childFolders"), 1, DENIED);

            Crawl crawl = Crawl.of(mailbox, Crawl.ALL, plan, Crawl.limit(10), Integer.MAX_VALUE);
            assertThat(crawl.ids()).containsExactlyInAnyOrderElementsOf(Graphs.ids(graph, mails));
            assertThat(crawl.walked).extracting(Partition::scope).contains("children:" + inner);
        }
    }

    @Test
    void aListThatIsRefusedOnItsSecondPageIsReadAsFarAsItGoesAndTheRestIsSkippedByName() throws Exception {
        List<StoredMail> mails = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            mails.add(Graphs.mail(i, Graphs.START.plusSeconds(i), FolderPath.of("Inbox", "Folder " + i)));
        }
        mails.add(Graphs.mail(200, Graphs.START, FolderPath.SENT));
        try (FakeGraph graph = Graphs.start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            String inbox = graph.mailbox(OWNER).folderId(FolderPath.INBOX);
            RequestMatch second =
                    RequestMatch.path("/mailFolders/" + inbox + "/childFolders").query("$skip", "[1-9].*");
            graph.faults().always(second, DENIED);

            List<Partition> plan = mailbox.plan(Crawl.ALL);
            Partition below = only(plan, "children:" + inbox);
            List<Partition> instead = mailbox.fetch(Crawl.ALL, below, Position.START, Crawl.limit(10), Crawl.ignoring())
                    .replacedBy();
            Partition rest = only(instead, "more-children:" + inbox);
            assertThat(refused(mailbox, Crawl.ALL, rest).kind()).isEqualTo(SourceException.Kind.SKIP_PARTITION);
            List<Partition> readable = instead.stream()
                    .filter(partition -> !partition.equals(rest))
                    .toList();
            assertThat(readable).hasSize(100);
            assertThat(Crawl.of(mailbox, Crawl.ALL, readable, Crawl.limit(10), Integer.MAX_VALUE)
                            .ids())
                    .hasSize(100);

            graph.faults().clear();
            assertThat(Crawl.of(mailbox, Crawl.ALL, plan, Crawl.limit(10), Integer.MAX_VALUE)
                            .ids())
                    .containsExactlyInAnyOrderElementsOf(Graphs.ids(graph, mails));
        }
    }

    @Test
    void aWellKnownFolderThatIsRefusedIsSkippedByItsNameAndNeverTakenForAnother() throws Exception {
        FakeGraph.Builder builder = FakeGraph.builder()
                .folderName(FolderRole.SENT, "Gesendet")
                .mailbox(OWNER, List.of(Graphs.mail(1, Graphs.START, FolderPath.SENT)));
        try (FakeGraph graph = builder.start();
                Mailbox mailbox = Graphs.open(graph)) {
            graph.mailbox(OWNER).addFolder(FolderPath.of("Sent Items"));
            graph.faults().always(RequestMatch.path("/mailFolders/sentitems"), DENIED);
            for (String name : List.of("sent", "sentitems")) {
                MailQuery query = new MailQuery(null, Crawl.TO, List.of(name), false, false);
                List<Partition> plan = mailbox.plan(query);
                assertThat(plan).extracting(Partition::scope).containsExactly("sentitems");
                assertThat(refused(mailbox, query, plan.get(0)).kind()).isEqualTo(SourceException.Kind.SKIP_PARTITION);
            }
            assertThat(mailbox.folders())
                    .extracting(MailFolder::role)
                    .doesNotContain(FolderRole.SENT)
                    .contains(FolderRole.INBOX);

            graph.faults().always(RequestMatch.path("/mailFolders/deleteditems"), DENIED);
            MailQuery deleted = new MailQuery(null, Crawl.TO, List.of("inbox"), true, false);
            assertThat(mailbox.plan(deleted)).extracting(Partition::scope).contains("deleteditems");
        }
    }

    @Test
    void aFolderThatMovesWhileTheTreeIsReadIsPlannedOnce() throws Exception {
        FolderPath old = FolderPath.of("Deleted", "Old");
        List<StoredMail> mails = List.of(
                Graphs.mail(1, Graphs.START, FolderPath.of("Moved")),
                Graphs.mail(2, Graphs.START, FolderPath.of("Inbox", "A")),
                Graphs.mail(3, Graphs.START, old));
        try (FakeGraph graph = Graphs.start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            String inbox = graph.mailbox(OWNER).folderId(FolderPath.INBOX);
            String moved = graph.mailbox(OWNER).folderId(FolderPath.of("Moved"));
            String list = "{\"value\":[{\"id\":\"" + moved + "\",\"displayName\":\"Moved\",\"childFolderCount\":0}]}";
            graph.faults().always(RequestMatch.path("/mailFolders/" + inbox + "/childFolders"), Fault.json(200, list));
            String again = "{\"id\":\"" + graph.mailbox(OWNER).folderId(old) + "\",\"displayName\":\"Old\"}";
            graph.faults().always(RequestMatch.path("recoverableitemsdeletions"), Fault.json(200, again));

            MailQuery everything = new MailQuery(null, Crawl.TO, List.of(), true, false);
            assertThat(mailbox.plan(everything))
                    .extracting(Partition::scope)
                    .doesNotHaveDuplicates()
                    .contains(moved);
        }
    }

    @Test
    void recoverableItemsThatMayNotBeReadArePartOfThePlanToo() throws Exception {
        MailQuery deleted = new MailQuery(null, Crawl.TO, List.of("inbox"), true, false);
        try (FakeGraph graph = Graphs.start(List.of(Graphs.mail(1, Graphs.START, FolderPath.INBOX)));
                Mailbox mailbox = Graphs.open(graph)) {
            graph.faults().always(RequestMatch.path("recoverableitemsdeletions"), DENIED);
            Partition recoverable = only(mailbox.plan(deleted), "recoverableitemsdeletions");
            for (Mailbox anyTime : List.of(mailbox, Graphs.open(graph))) {
                assertThat(refused(anyTime, deleted, recoverable).kind())
                        .isEqualTo(SourceException.Kind.SKIP_PARTITION);
            }
            graph.faults().clear();
            graph.faults().always(RequestMatch.path("recoverableitemsdeletions"), Fault.status(404));
            assertThat(mailbox.plan(deleted)).extracting(Partition::scope).doesNotContain("recoverableitemsdeletions");
        }
    }

    @Test
    void aListOfFoldersThatIsBrokenIsNeverAMailboxWithoutMail() throws Exception {
        List<StoredMail> mails = List.of(Graphs.mail(1, Graphs.START, FolderPath.of("Inbox", "A")));
        String circle = "{\"value\":[],\"@odata.nextLink\":\"/v1.0/me/mailFolders/again\"}";
        String nowhere = "{\"value\":[],\"@odata.nextLink\":\"mailto:nobody\"}";
        try (FakeGraph graph = Graphs.start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            for (String list : List.of("/mailFolders", "/childFolders")) {
                for (String answer : List.of("", "{}", "[]", "{\"value\":{}}", circle, nowhere)) {
                    graph.faults().clear();
                    graph.faults().always(RequestMatch.path("(" + list + "|/again)$"), Fault.json(200, answer));
                    assertThatThrownBy(() -> mailbox.plan(Crawl.ALL))
                            .as(list + " " + answer)
                            .isInstanceOfSatisfying(
                                    SourceException.class,
                                    error -> assertThat(error.kind()).isEqualTo(SourceException.Kind.RETRY));
                }
            }
        }
    }
}
