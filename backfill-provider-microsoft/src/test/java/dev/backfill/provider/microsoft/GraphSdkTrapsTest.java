package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.Graphs.OWNER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backfill.spi.ContentRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.graph.GraphQuirks;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestJournal;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What Microsoft's SDK is known to lose in silence, and why it cannot be lost here. */
class GraphSdkTrapsTest {
    private static final MailQuery INBOX = new MailQuery(null, Crawl.TO, List.of("inbox"), false, false);

    /** A link is followed only where a page brings nothing new. */
    private static final RequestMatch LINKED = RequestMatch.path("/messages$").query("$skip", "");

    private static FakeGraph emptyPages(List<StoredMail> mails) throws IOException {
        return FakeGraph.builder()
                .mailbox(OWNER, mails)
                .quirks(GraphQuirks.NONE.withEmptyPageEvery(2))
                .start();
    }

    /** Batches that come back empty, models that are null, an iterator that forgets headers: none of them is used. */
    @Test
    void batchesIteratorsAndModelsAreNotUsed() throws Exception {
        List<String> found = new ArrayList<>();
        int classes = 0;
        for (Path file : classFiles()) {
            String constants = Files.readString(file, StandardCharsets.ISO_8859_1);
            classes++;
            for (String trap : List.of(
                    "BatchRequestContent",
                    "CustomBatchRequestBuilder",
                    "core/tasks/PageIterator",
                    "graph/models/Message",
                    "graph/models/MailFolder",
                    "graph/models/Attachment",
                    "UploadTask")) {
                if (constants.contains(trap)) {
                    found.add(file.getFileName() + " uses " + trap);
                }
            }
        }
        assertThat(found).isEmpty();
        assertThat(classes).isGreaterThan(35);
    }

    private static List<Path> classFiles() throws IOException, URISyntaxException {
        Path root = Path.of(MicrosoftEmailSource.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".class")).toList();
        }
    }

    @Test
    void aLinkedPageIsAskedForWithTheSameHeaders() throws Exception {
        List<StoredMail> mails = Graphs.minutes(20, FolderPath.INBOX);
        try (FakeGraph graph = emptyPages(mails);
                Mailbox mailbox = Graphs.open(graph, "body", "text")) {
            Crawl.of(mailbox, INBOX, Crawl.limit(5));

            List<RequestJournal.Entry> linked = graph.journal().entries(LINKED);
            assertThat(linked)
                    .isNotEmpty()
                    .allSatisfy(entry -> assertThat(entry.header("Prefer"))
                            .containsExactlyInAnyOrder("IdType=\"ImmutableId\"", "outlook.body-content-type=\"text\""));
        }
    }

    @Test
    void anErrorOnALinkedPageKeepsItsCodeAndItsRetryAfter() throws Exception {
        try (FakeGraph graph = emptyPages(Graphs.minutes(20, FolderPath.INBOX));
                Mailbox mailbox = Graphs.open(graph)) {
            graph.faults()
                    .always(
                            LINKED,
                            Fault.json(429, "{\"error\":{\"code\":\"ApplicationThrottled\",\"message\":\"\"}}")
                                    .retryAfter("9"));
            SourceException error = untilItFails(mailbox);

            assertThat(error.kind()).isEqualTo(Kind.THROTTLED);
            assertThat(error.code()).isEqualTo("ApplicationThrottled");
            assertThat(error.retryAt()).isPresent();
        }
    }

    @Test
    void aLinkedPageWithoutAListIsNotTheEnd() throws Exception {
        try (FakeGraph graph = emptyPages(Graphs.minutes(20, FolderPath.INBOX));
                Mailbox mailbox = Graphs.open(graph)) {
            graph.faults().always(LINKED, Fault.json(200, "{\"@odata.context\":\"x\"}"));
            assertThat(untilItFails(mailbox).code()).isEqualTo("BROKEN_ANSWER");
        }
    }

    private static SourceException untilItFails(Mailbox mailbox) {
        Partition window = mailbox.plan(INBOX).get(0);
        return catchThrowableOfType(SourceException.class, () -> {
            Position position = Position.START;
            while (position != null) {
                PageEnd end = mailbox.fetch(INBOX, window, position, Crawl.limit(5), new PageCollector());
                position = end.next();
            }
        });
    }

    /** The SDK's error throws a NullPointerException when it is asked for its message; its status is lost with HTML. */
    @Test
    void anErrorWithoutAnythingInItStillSaysWhatItWas() throws Exception {
        try (FakeGraph graph = Graphs.start(List.of());
                Mailbox mailbox = Graphs.open(graph)) {
            for (int status : List.of(408, 500, 502, 503, 504)) {
                for (String body : List.of("", "{}", "{\"error\":null}", "{\"error\":{}}", "null", "<html>")) {
                    graph.faults().clear();
                    graph.faults().always(RequestMatch.ANY, Fault.json(status, body));
                    SourceException error =
                            catchThrowableOfType(SourceException.class, () -> mailbox.open(ContentRef.mime("id"), 100));
                    assertThat(error.kind()).as(status + " " + body).isEqualTo(Kind.RETRY);
                    assertThat(error.code()).isEqualTo("HTTP_" + status);
                    assertThat(error).hasMessageContaining(Integer.toString(status));
                }
            }
        }
    }

    /** The SDK's sleep swallows an interrupt and sends all the same. */
    @Test
    void aThreadThatIsInterruptedSendsNothing() throws Exception {
        try (FakeGraph graph = Graphs.start(List.of());
                Mailbox mailbox = Graphs.open(graph)) {
            Thread.currentThread().interrupt();
            SourceException error =
                    catchThrowableOfType(SourceException.class, () -> mailbox.open(ContentRef.mime("id"), 100));
            assertThat(Thread.interrupted()).isTrue();
            assertThat(error).isNotNull();
            assertThat(graph.journal().total()).isZero();
        }
    }
}
