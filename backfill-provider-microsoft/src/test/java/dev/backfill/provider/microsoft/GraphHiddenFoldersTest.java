package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.Graphs.OWNER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.model.EmailMessage;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.mail.FolderPath;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Folders that users do not see, by choice. */
class GraphHiddenFoldersTest {
    private static final FolderPath SECRET = FolderPath.of("Secret");
    private static final FolderPath INSIDE = FolderPath.of("Secret", "Inside");
    private static final FolderPath THROWN_AWAY = FolderPath.of("Deleted", "Unseen");

    private static final FolderPath SPAM = FolderPath.of("Junk", "Unseen");

    private FakeGraph graph;
    private Mailbox mailbox;

    @BeforeEach
    void start() throws Exception {
        graph = FakeGraph.builder()
                .mailbox(OWNER, List.of(Graphs.mail(1, Graphs.START, FolderPath.INBOX)))
                .start();
        mailbox = Graphs.open(graph);
    }

    @AfterEach
    void stop() {
        mailbox.close();
        graph.close();
    }

    private void hide() {
        graph.mailbox(OWNER)
                .addHiddenFolder(SECRET)
                .addHiddenFolder(THROWN_AWAY)
                .addAll(List.of(
                        Graphs.mail(2, Graphs.START, SECRET),
                        Graphs.mail(3, Graphs.START, INSIDE),
                        Graphs.mail(4, Graphs.START, THROWN_AWAY)));
    }

    private List<String> folders(boolean deleted, String... names) {
        MailQuery query = new MailQuery(null, Crawl.TO, List.of(names), deleted, false);
        return Crawl.of(mailbox, query, Crawl.limit(10)).emails().stream()
                .map(EmailMessage::folder)
                .distinct()
                .toList();
    }

    @Test
    void theyAreReadBesideAllOthersWhereTheRequestSaysSo() {
        hide();
        assertThat(folders(false)).containsExactly("Inbox");
        assertThat(folders(false, "all")).containsExactly("Inbox");
        assertThat(folders(false, "all", "hidden")).containsExactlyInAnyOrder("Inbox", "Secret", "Secret/Inside");
        assertThat(folders(false, "Hidden")).containsExactlyInAnyOrder("Secret", "Secret/Inside");
        assertThat(folders(true, "all", "hidden"))
                .containsExactlyInAnyOrder("Inbox", "Secret", "Secret/Inside", "Deleted Items/Unseen");
    }

    @Test
    void thoseInsideAFolderThatIsReadWithAllInItAreReadThoughItCountsNone() {
        graph.mailbox(OWNER)
                .addHiddenFolder(THROWN_AWAY)
                .addHiddenFolder(SPAM)
                .addHiddenFolder(SECRET)
                .addAll(List.of(
                        Graphs.mail(4, Graphs.START, THROWN_AWAY),
                        Graphs.mail(5, Graphs.START, SPAM),
                        Graphs.mail(6, Graphs.START, SECRET)));

        assertThat(folders(true)).containsExactlyInAnyOrder("Inbox", "Deleted Items/Unseen");
        assertThat(folders(false, "deleted")).containsExactly("Deleted Items/Unseen");
        assertThat(folders(false, "junk")).containsExactly("Junk Email/Unseen");
        assertThat(folders(true, "junkemail")).containsExactlyInAnyOrder("Junk Email/Unseen", "Deleted Items/Unseen");
    }

    @Test
    void aMailboxWithoutAnyIsReadAllTheSame() {
        assertThat(folders(false, "all", "hidden")).containsExactly("Inbox");
        assertThat(folders(false, "hidden")).isEmpty();
    }

    @Test
    void aFolderThatIsCalledSoIsNamedByItsPathOrId() {
        FolderPath own = FolderPath.of("Inbox", "hidden");
        graph.mailbox(OWNER).addAll(List.of(Graphs.mail(5, Graphs.START, own)));
        assertThat(folders(false, "inbox/hidden")).containsExactly("Inbox/hidden");
        assertThat(folders(false, graph.mailbox(OWNER).folderId(own))).containsExactly("Inbox/hidden");
    }
}
