package dev.backfill.provider.microsoft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.ContentRef;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.MailBytes;
import dev.backfill.testkit.mail.StoredMail;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Subjects, addresses, names of files and folders, and the server's own words about them stay out of errors and logs. */
class NothingOfTheMailIsSaidTest {
    private static final String CANARY = "kanarienvogel";
    private static final String OWNER = CANARY + "@example.com";
    private static final FolderPath FOLDER = FolderPath.of("Old " + CANARY);

    private final StoredMail mail = StoredMail.builder("00000000000000a1", Graphs.START)
            .folder(FOLDER)
            .mime(MailBytes.utf8("From: " + CANARY + " <" + OWNER + ">\r\nSubject: " + CANARY
                    + "\r\nMIME-Version: 1.0\r\nContent-Type: application/pdf; name=" + CANARY + ".pdf\r\n"
                    + "Content-Disposition: attachment; filename=" + CANARY + ".pdf\r\n\r\n" + CANARY + "\r\n"))
            .build();

    private static String body(String code, String inner) {
        return "{\"error\":{\"code\":\"" + code + "\",\"message\":\"The folder 'Old " + CANARY + "' of " + OWNER
                + " is broken\",\"innerError\":{\"code\":\"" + inner + "\",\"message\":\"" + CANARY + "\",\"" + CANARY
                + "\":\"" + CANARY + "\"}}}";
    }

    /** Answers that name the mail wherever a server can. */
    private static List<Fault> faults() {
        List<Fault> faults = new ArrayList<>();
        for (int status : List.of(400, 401, 403, 404, 409, 410, 429, 500, 503, 504)) {
            faults.add(Fault.json(status, body("ErrorItemCorrupt", "x"))
                    .header("WWW-Authenticate", "Bearer realm=" + CANARY)
                    .retryAfter(CANARY));
            faults.add(Fault.json(status, body(CANARY + ".pdf", CANARY)));
            faults.add(Fault.json(status, body("old-" + CANARY, OWNER)));
        }
        faults.add(Fault.json(400, body("UnknownError", CANARY)));
        String html = "<html><body>" + CANARY + "</body></html>";
        faults.add(new Fault.Status(502, Map.of("Content-Type", "text/html"), html));
        faults.add(new Fault.Status(302, Map.of("Location", "http://127.0.0.1:1/" + CANARY), html));
        faults.add(Fault.json(200, "{\"" + CANARY + "\":" + CANARY + "}"));
        faults.add(Fault.json(200, "\"" + CANARY + "\""));
        faults.add(Fault.json(200, html));
        faults.add(Fault.json(
                200, "{\"value\":[],\"@odata.nextLink\":\"http://" + CANARY + ".example/x?y=" + CANARY + "\"}"));
        faults.add(Fault.json(200, "{\"value\":[],\"@odata.nextLink\":\"" + CANARY + " " + CANARY + "\"}"));
        faults.add(Fault.json(
                200,
                "{\"value\":[{\"id\":\"1\",\"subject\":\"" + CANARY + "\",\"receivedDateTime\":\"" + CANARY + "\"}]}"));
        faults.add(Fault.json(
                200, "{\"id\":\"\",\"displayName\":\"" + CANARY + "\",\"receivedDateTime\":\"" + CANARY + "\"}"));
        return faults;
    }

    private void everything(FakeGraph graph, Mailbox mailbox, Overheard ears) {
        MailQuery query = new MailQuery(null, Crawl.TO, List.of("Old " + CANARY), true, true);
        String folder = graph.mailbox(OWNER).folderId(FOLDER);
        String id = graph.mailbox(OWNER).messageId(mail);
        ears.hear(mailbox::key);
        ears.hear(mailbox::folders);
        ears.hear(() -> mailbox.estimate(query));
        ears.hear(() -> mailbox.plan(query));
        for (int i = 0; i < 2; i++) {
            Partition window = Partition.window(folder, i == 0 ? null : Graphs.START, Graphs.START.plusSeconds(1));
            PageCollector page = new PageCollector();
            ears.hear(() -> mailbox.fetch(query, window, Position.START, Crawl.limit(10), page));
            ears.hear(page);
        }
        PageCollector page = new PageCollector();
        ears.hear(() -> mailbox.replay(query, List.of(FailureRef.message(folder, id)), page));
        ears.hear(page);
        ears.hear(() -> mailbox.open(ContentRef.mime(id), 1 << 20));
        ears.hear(() -> mailbox.open(ContentRef.attachment(id, "0"), 1 << 20));
    }

    @Test
    void noAnswerOfTheServerIsQuoted() throws Exception {
        try (FakeGraph graph = FakeGraph.builder().mailbox(OWNER, List.of(mail)).start()) {
            for (Fault fault : faults()) {
                for (String path :
                        List.of("", "/mailFolders$", "/messages$", "/messages/[^/]+$", "/attachments", "value$")) {
                    graph.faults().clear();
                    graph.faults().always(RequestMatch.path(path), fault);
                    try (Mailbox mailbox = Graphs.open(graph);
                            Overheard ears = new Overheard()) {
                        everything(graph, mailbox, ears);
                        assertThat(ears.all()).as("%s at %s", fault, path).doesNotContainIgnoringCase(CANARY);
                    }
                }
            }
        }
    }

    @Test
    void aFolderThatIsNotThereIsNamedByItsPlace() throws Exception {
        try (FakeGraph graph = FakeGraph.builder().mailbox(OWNER, List.of(mail)).start();
                Mailbox mailbox = Graphs.open(graph);
                Overheard ears = new Overheard()) {
            MailQuery query = new MailQuery(null, Crawl.TO, List.of("inbox", "all", CANARY), false, false);
            ears.hear(() -> mailbox.plan(query));
            ears.hear(() -> mailbox.estimate(query));
            assertThat(ears.all()).contains("folders[2]").doesNotContainIgnoringCase(CANARY);
        }
    }
}
