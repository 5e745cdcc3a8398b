package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.ContentRef;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.gmail.GmailFault;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.MailBytes;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Subjects, addresses, names of files and labels, and the server's own words about them stay out of errors and logs. */
class NothingOfTheMailIsSaidTest {
    private static final String CANARY = "kanarienvogel";
    private static final String ID = "00000000000000a1";
    private static final String OWNER = CANARY + "@example.com";
    private static final PageLimit PAGE = new PageLimit(50, 50_000_000);

    private final StoredMail mail = StoredMail.builder(ID, Instant.parse("2024-05-01T08:00:00Z"))
            .folder(FolderPath.of("Old " + CANARY))
            .mime(MailBytes.utf8("From: " + CANARY + " <" + OWNER + ">\r\nSubject: " + CANARY
                    + "\r\nMIME-Version: 1.0\r\nContent-Type: application/pdf; name=" + CANARY + ".pdf\r\n"
                    + "Content-Disposition: attachment; filename=" + CANARY + ".pdf\r\n\r\n" + CANARY + "\r\n"))
            .build();

    /** Answers that name the mail wherever a server can. */
    private static List<Fault> faults() {
        String quoting = "Label \\\"Old " + CANARY + "\\\" of " + OWNER + " is broken";
        String html = "<html><body>" + CANARY + "</body></html>";
        return List.of(
                GmailFault.of(400, "invalidArgument", "Invalid label: Old " + CANARY)
                        .asFault(),
                GmailFault.of(400, "Old " + CANARY, OWNER).asFault(),
                GmailFault.of(401, "authError", OWNER).asFault().header("WWW-Authenticate", "Bearer realm=" + CANARY),
                GmailFault.of(403, "forbidden", "Delegation denied for " + OWNER)
                        .asFault(),
                GmailFault.of(403, CANARY + ".pdf", OWNER).asFault(),
                GmailFault.of(404, "notFound", CANARY).asFault(),
                GmailFault.of(429, "rateLimitExceeded", "User-rate limit exceeded for " + OWNER)
                        .asFault()
                        .retryAfter(CANARY),
                GmailFault.of(500, "backendError", CANARY).asFault(),
                Fault.json(400, "{\"error\":\"invalid_grant\",\"error_description\":\"" + quoting + "\"}"),
                Fault.json(418, "{\"error\":{\"status\":\"" + CANARY + " X\",\"message\":\"" + quoting + "\"}}"),
                new Fault.Status(502, Map.of("Content-Type", "text/html"), html),
                new Fault.Status(302, Map.of("Location", "http://127.0.0.1:1/" + CANARY), html),
                Fault.json(200, "{\"" + CANARY + "\":" + CANARY + "}"),
                Fault.json(200, "\"" + CANARY + "\""),
                Fault.json(200, html),
                Fault.json(200, "{\"emailAddress\":\"" + OWNER + "\",\"historyId\":\"" + CANARY + "\"}"),
                Fault.json(
                        200, "{\"payload\":{\"mimeType\":\"" + CANARY + "\",\"body\":{\"data\":\"" + CANARY + "!\"}}}"),
                Fault.json(200, "{\"raw\":\"" + CANARY + "!\",\"id\":\"" + CANARY + "\"}"));
    }

    private static void everything(Mailbox mailbox, Overheard ears) {
        MailQuery query = new MailQuery(null, Crawl.TO, List.of("Old " + CANARY), true, true);
        Partition all = Partition.window("all", null, Crawl.TO);
        Partition changes = Partition.changes("all", "1");
        ears.hear(mailbox::key);
        ears.hear(mailbox::folders);
        ears.hear(() -> mailbox.estimate(query));
        ears.hear(() -> mailbox.plan(query));
        for (Partition partition : List.of(all, changes, Partition.pin("all"))) {
            PageCollector page = new PageCollector();
            ears.hear(() -> mailbox.fetch(query, partition, Position.START, PAGE, page));
            ears.hear(page);
        }
        PageCollector page = new PageCollector();
        ears.hear(() -> mailbox.replay(query, List.of(FailureRef.message("all", ID)), page));
        ears.hear(page);
        ears.hear(() -> mailbox.open(ContentRef.mime(ID), 1 << 20));
        ears.hear(() -> mailbox.open(ContentRef.attachment(ID, "0"), 1 << 20));
    }

    @Test
    void noAnswerOfTheServerIsQuoted() throws Exception {
        try (FakeGmail gmail = FakeGmail.builder().mailbox(OWNER, List.of(mail)).start()) {
            for (Fault fault : faults()) {
                for (String path :
                        List.of("", "/messages", "/messages/", "/history", "/profile", "/labels", "/attachments/")) {
                    gmail.faults().clear();
                    gmail.faults().always(RequestMatch.path(path), fault);
                    try (TestBox box = TestBox.open(gmail);
                            Overheard ears = new Overheard()) {
                        everything(box.mailbox(), ears);
                        assertThat(ears.all()).as("%s at %s", fault, path).doesNotContainIgnoringCase(CANARY);
                    }
                }
            }
        }
    }

    @Test
    void aLabelThatIsNotThereIsNamedByItsPlace() throws Exception {
        try (FakeGmail gmail = FakeGmail.builder().mailbox(OWNER, List.of(mail)).start();
                TestBox box = TestBox.open(gmail);
                Overheard ears = new Overheard()) {
            MailQuery query = new MailQuery(null, Crawl.TO, List.of("inbox", "all", CANARY), false, false);
            ears.hear(() -> box.mailbox().plan(query));
            ears.hear(() -> box.mailbox().estimate(query));
            assertThat(ears.all()).contains("folders[2]").doesNotContainIgnoringCase(CANARY);
        }
    }
}
