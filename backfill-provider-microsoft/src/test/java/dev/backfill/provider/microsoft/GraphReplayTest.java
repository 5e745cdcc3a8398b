package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.Graphs.OWNER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.model.EmailMessage;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.graph.GraphQuirks;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Reading again what failed: each reference comes to something, whatever became of the others. */
class GraphReplayTest {
    @Test
    void aStretchWhosePagesTimeOutIsReadInSmallerOnes() throws Exception {
        List<StoredMail> mails = Graphs.minutes(50, FolderPath.INBOX);
        try (FakeGraph graph = FakeGraph.builder()
                        .mailbox(OWNER, mails)
                        .quirks(GraphQuirks.NONE.withTimeoutAbovePage(20))
                        .start();
                Mailbox mailbox = Graphs.open(graph)) {
            String inbox = graph.mailbox(OWNER).folderId(FolderPath.INBOX);
            PageCollector page = new PageCollector();
            mailbox.replay(Crawl.ALL, List.of(FailureRef.stretch(inbox, null, Crawl.TO)), page);

            assertThat(page.ids()).doesNotHaveDuplicates().hasSameElementsAs(Graphs.ids(graph, mails));
        }
    }

    @Test
    void aFolderThatIsGoneSpoilsNothingButItself() throws Exception {
        FolderPath doomed = FolderPath.of("Doomed");
        List<StoredMail> mails = List.of(
                Graphs.mail(1, Graphs.START, doomed),
                Graphs.mail(2, Graphs.START, doomed),
                Graphs.mail(3, Graphs.START, FolderPath.SENT));
        try (FakeGraph graph = Graphs.start(mails)) {
            String scope = graph.mailbox(OWNER).folderId(doomed);
            String sent = graph.mailbox(OWNER).folderId(FolderPath.SENT);
            List<String> ids =
                    mails.stream().map(graph.mailbox(OWNER)::messageId).toList();
            FailureRef stretch = FailureRef.stretch(scope, Graphs.START, Graphs.START.plusSeconds(1));
            graph.mailbox(OWNER).move(mails.get(0).id(), FolderPath.ARCHIVE, Graphs.START);
            graph.mailbox(OWNER).removeFolder(doomed);
            try (Mailbox mailbox = Graphs.open(graph)) {
                PageCollector page = new PageCollector();
                mailbox.replay(
                        Crawl.ALL,
                        List.of(
                                stretch,
                                FailureRef.message(scope, ids.get(0)),
                                FailureRef.message(scope, ids.get(1)),
                                FailureRef.message(sent, ids.get(2))),
                        page);

                assertThat(page.items())
                        .contains(
                                new PageItem.Skipped(ids.get(1), "GONE"),
                                new PageItem.Failed(stretch, SourceException.Kind.SKIP_PARTITION, "ErrorItemNotFound"));
                assertThat(page.items())
                        .filteredOn(PageItem.Message.class::isInstance)
                        .extracting(item -> ((PageItem.Message) item).email())
                        .extracting(EmailMessage::id, EmailMessage::folder)
                        .containsExactlyInAnyOrder(
                                org.assertj.core.groups.Tuple.tuple(ids.get(0), "Archive"),
                                org.assertj.core.groups.Tuple.tuple(ids.get(2), "Sent Items"));
                assertThat(page.items()).hasSize(4);
            }
        }
    }

    @Test
    void aMessageOfWhichOnlyItsFolderIsSaidToBeGoneFailsAlone() throws Exception {
        List<StoredMail> mails = Graphs.minutes(5, FolderPath.INBOX);
        try (FakeGraph graph = Graphs.start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            String inbox = graph.mailbox(OWNER).folderId(FolderPath.INBOX);
            List<FailureRef> refs = mails.stream()
                    .map(mail -> FailureRef.message(inbox, graph.mailbox(OWNER).messageId(mail)))
                    .toList();
            graph.faults()
                    .nth(
                            RequestMatch.path("/messages/[^/]+$"),
                            2,
                            Fault.json(404, "{\"error\":{\"code\":\"ErrorFolderNotFound\",\"message\":\"\"}}"));
            PageCollector page = new PageCollector();
            mailbox.replay(Crawl.ALL, refs, page);

            assertThat(page.items()).hasSize(5);
            assertThat(page.items())
                    .filteredOn(PageItem.Message.class::isInstance)
                    .hasSize(4);
        }
    }
}
