package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.Graphs.OWNER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backfill.model.EmailMessage;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.mail.MailFiles;
import dev.backfill.testkit.mail.ParsedMail;
import dev.backfill.testkit.mail.StoredMail;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real and tricky mail: every message comes, decoded as a good mail client shows it. */
class GraphCorpusTest {
    private static final MailQuery EVERYTHING =
            new MailQuery(null, java.time.Instant.parse("2100-01-01T00:00:00Z"), List.of("all", "junk"), true, false);

    @ParameterizedTest
    @ValueSource(strings = {"real", "tricky"})
    void everyMessageOfTheCorpusComesDecoded(String part) throws Exception {
        Path folder = Path.of(System.getProperty("backfill.corpus", "../../shared/corpus"), part);
        assumeTrue(Files.isDirectory(folder), "the corpus is absent: no folder " + folder);
        List<StoredMail> mails = MailFiles.load(folder);
        try (FakeGraph graph = FakeGraph.builder().mailbox(OWNER, mails).start();
                Mailbox mailbox = Graphs.open(graph)) {
            Map<String, EmailMessage> emails = Crawl.of(mailbox, EVERYTHING, Crawl.limit(100)).emails().stream()
                    .collect(Collectors.toMap(EmailMessage::id, Function.identity()));

            assertThat(emails).hasSameSizeAs(mails);
            for (StoredMail mail : mails) {
                EmailMessage email = emails.get(graph.mailbox(OWNER).messageId(mail));
                ParsedMail parsed = mail.parsed();
                assertThat(email.subject()).isEqualTo(parsed.subject());
                assertThat(email.attachments()).hasSameSizeAs(parsed.attachments());
                String body = parsed.htmlBody() != null ? parsed.htmlBody() : parsed.textBody();
                assertThat(email.bodyHtml() != null ? email.bodyHtml() : email.bodyText())
                        .isEqualTo(body == null ? "" : body);
            }
        }
    }
}
