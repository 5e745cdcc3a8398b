package dev.backfill.provider.microsoft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backfill.spi.Mailbox;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A folder that may not be read is passed over by name; a mailbox that may not be read any more ends the job. */
class GraphAccessLostTest {
    private static final Fault DENIED =
            Fault.json(403, "{\"error\":{\"code\":\"ErrorAccessDenied\",\"message\":\"\"}}");
    private static final List<StoredMail> MAILS =
            List.of(Graphs.mail(1, Graphs.START, FolderPath.INBOX), Graphs.mail(2, Graphs.START, FolderPath.SENT));

    private static SourceException refused(Mailbox mailbox, Partition partition) {
        return catchThrowableOfType(
                SourceException.class,
                () -> mailbox.fetch(Crawl.ALL, partition, Position.START, Crawl.limit(10), Crawl.ignoring()));
    }

    @Test
    void whenEverythingIsRefusedTheJobFailsAndSaysWhatToDo() throws Exception {
        try (FakeGraph graph = Graphs.start(MAILS);
                Mailbox mailbox = Graphs.open(graph)) {
            List<Partition> plan = mailbox.plan(Crawl.ALL);
            graph.faults().always(RequestMatch.ANY, DENIED);

            for (Partition partition : plan) {
                SourceException error = refused(mailbox, partition);
                assertThat(error.kind()).isEqualTo(SourceException.Kind.FAIL_JOB);
                assertThat(error.code()).isEqualTo("ErrorAccessDenied");
                assertThat(error).hasMessageContaining("Mail.Read").hasMessageContaining("resume");
            }
        }
    }

    @Test
    void whenOneFolderIsRefusedItAloneIsPassedOverForOneRequestMore() throws Exception {
        try (FakeGraph graph = Graphs.start(MAILS);
                Mailbox mailbox = Graphs.open(graph)) {
            List<Partition> plan = mailbox.plan(Crawl.ALL);
            String inbox = graph.mailbox(Graphs.OWNER).folderId(FolderPath.INBOX);
            graph.faults().always(RequestMatch.path("/mailFolders/" + inbox + "/messages"), DENIED);
            long before = graph.journal().total();

            for (Partition partition : plan) {
                if (partition.scope().equals(inbox)) {
                    assertThat(refused(mailbox, partition).kind()).isEqualTo(SourceException.Kind.SKIP_PARTITION);
                }
            }

            assertThat(graph.journal().total() - before).isEqualTo(2);
        }
    }
}
