package dev.backfill.provider.microsoft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backfill.spi.FailureRef;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.Crawl;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A service that answers nothing for a while makes no failure rows of messages that are well. */
class GraphOutageTest {
    private static final RequestMatch MESSAGE = RequestMatch.path("/messages/(?!delta)[^/]+$");
    private static final RequestMatch INBOX = RequestMatch.path("/mailFolders/inbox$");
    private static final RequestMatch ATTACHMENTS = RequestMatch.path("/attachments$");

    private static SourceException refused(Runnable action) {
        return catchThrowableOfType(SourceException.class, action::run);
    }

    @Test
    void aChangedMessageThatIsNotAnsweredForIsAFailureRowOnlyWhereSomethingElseIsAnswered() throws Exception {
        try (ChangesBed bed = ChangesBed.start(ChangesBed.mails())) {
            Crawl full = bed.full(ChangesBed.OPEN);
            bed.there.change(ChangesBed.mail(3, FolderPath.INBOX), List.of("Red"), ChangesBed.LATER);
            String inbox = bed.folder(FolderPath.INBOX);
            Partition changes = bed.mailbox.planChanges(ChangesBed.OPEN, full.tokens()).stream()
                    .filter(partition -> partition.scope().equals(inbox))
                    .findFirst()
                    .orElseThrow();
            bed.graph.faults().always(MESSAGE, Fault.status(503));
            PageCollector served = new PageCollector();
            bed.mailbox.fetch(ChangesBed.OPEN, changes, Position.START, ChangesBed.PAGE, served);
            assertThat(served.items()).hasSize(1).allMatch(PageItem.Failed.class::isInstance);

            bed.graph.faults().always(INBOX, Fault.status(503));
            PageCollector outage = new PageCollector();
            SourceException ofChanges =
                    refused(() -> bed.mailbox.fetch(ChangesBed.OPEN, changes, Position.START, ChangesBed.PAGE, outage));
            assertThat(ofChanges.kind()).isEqualTo(SourceException.Kind.RETRY);
            SourceException ofReplay = refused(
                    () -> bed.mailbox.replay(ChangesBed.OPEN, List.of(FailureRef.message(inbox, bed.id(3))), outage));
            assertThat(ofReplay.kind()).isEqualTo(SourceException.Kind.RETRY);
            assertThat(outage.items()).isEmpty();
        }
    }

    @Test
    void attachmentsThatCannotBeListedFailNoMessageWhileNothingIsAnswered() throws Exception {
        List<StoredMail> mails = List.of(
                Graphs.picture(2, Graphs.START, FolderPath.INBOX),
                Graphs.picture(4, Graphs.START.plusSeconds(9), FolderPath.INBOX));
        try (ChangesBed bed = ChangesBed.start(mails)) {
            Partition window = bed.mailbox.plan(ChangesBed.OPEN).stream()
                    .filter(partition -> partition.kind() == Partition.Kind.WINDOW
                            && partition.scope().equals(bed.folder(FolderPath.INBOX)))
                    .findFirst()
                    .orElseThrow();
            bed.graph
                    .faults()
                    .always(RequestMatch.path("/messages$").query("$expand", ""), Fault.status(400))
                    .always(ATTACHMENTS, Fault.status(503))
                    .always(RequestMatch.path("/attachments/"), Fault.status(503))
                    .always(INBOX, Fault.status(503));
            PageCollector outage = new PageCollector();
            SourceException error =
                    refused(() -> bed.mailbox.fetch(ChangesBed.OPEN, window, Position.START, ChangesBed.PAGE, outage));
            assertThat(error.kind()).isEqualTo(SourceException.Kind.RETRY);
            assertThat(outage.items()).isEmpty();

            bed.graph.faults().clear();
            PageCollector served = new PageCollector();
            bed.mailbox.fetch(ChangesBed.OPEN, window, Position.START, ChangesBed.PAGE, served);
            assertThat(served.items()).hasSize(2).allMatch(PageItem.Message.class::isInstance);
        }
    }
}
