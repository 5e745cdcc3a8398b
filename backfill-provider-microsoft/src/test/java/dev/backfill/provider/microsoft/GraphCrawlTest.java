package dev.backfill.provider.microsoft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.model.EmailMessage;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.testkit.DirectMailboxContext;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.graph.GraphMailbox;
import dev.backfill.testkit.mail.GeneratorOptions;
import dev.backfill.testkit.mail.MailGenerator;
import dev.backfill.testkit.mail.Profile;
import dev.backfill.testkit.mail.StoredMail;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class GraphCrawlTest {
    private static final String ADDRESS = "owner@example.com";

    static DirectMailboxContext context(FakeGraph graph) {
        return DirectMailboxContext.builder("microsoft", "me")
                .settings(Map.of("base-url", graph.baseUrl().toString()))
                .build();
    }

    @Test
    void readsEveryMessageOnceAndUnaltered() throws Exception {
        List<StoredMail> mails =
                new MailGenerator(GeneratorOptions.of(1, 5_000)).mails().toList();
        try (FakeGraph graph = FakeGraph.builder().mailbox(ADDRESS, mails).start()) {
            DirectMailboxContext context = context(graph);
            try (Mailbox mailbox = new MicrosoftEmailSource().open(context)) {
                assertThat(mailbox.key()).isEqualTo(graph.mailbox(ADDRESS).rootFolderId());
                Crawl crawl = Crawl.of(
                        mailbox,
                        new MailQuery(null, Crawl.TO, List.of("all", "deleted", "junk"), false, false),
                        Crawl.limit(100));
                assertThat(crawl.ids()).doesNotHaveDuplicates().hasSize(5_000);
                assertThat(crawl.providerCount).isEqualTo(5_000);
                Map<String, StoredMail> byId = mails.stream()
                        .collect(Collectors.toMap(graph.mailbox(ADDRESS)::messageId, Function.identity()));
                for (EmailMessage email : crawl.emails()) {
                    check(email, byId.get(email.id()), graph.mailbox(ADDRESS));
                }
            }
        }
    }

    private static void check(EmailMessage email, StoredMail mail, GraphMailbox mailbox) {
        assertThat(mail).isNotNull();
        assertThat(email.threadId()).isEqualTo(mailbox.conversationId(mail));
        assertThat(email.receivedAt()).isEqualTo(mail.receivedAt().truncatedTo(ChronoUnit.SECONDS));
        assertThat(email.folder()).isEqualTo(Profile.GRAPH.folder(mail));
        assertThat(email.subject()).isEqualTo(mail.parsed().subject());
    }
}
