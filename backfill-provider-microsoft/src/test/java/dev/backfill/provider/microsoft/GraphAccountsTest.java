package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.Graphs.OWNER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backfill.spi.Mailbox;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whose mailbox is read, by whose token. */
class GraphAccountsTest {
    private static final String SHARED = "team@example.com";
    private static final List<StoredMail> OWN = Graphs.minutes(3, FolderPath.INBOX);
    private static final List<StoredMail> TEAM = Graphs.minutes(5, FolderPath.of("Team"));

    private static FakeGraph graph() throws Exception {
        FakeGraph graph =
                FakeGraph.builder().mailbox(OWNER, OWN).mailbox(SHARED, TEAM).start();
        graph.tokens().accept("users", OWNER);
        graph.tokens().accept("teams", SHARED);
        graph.tokens().accept("apps", "*");
        return graph;
    }

    private static Mailbox open(FakeGraph graph, String account, String token) {
        return new MicrosoftEmailSource()
                .open(Graphs.builder(graph, account).token(token).build());
    }

    private static SourceException refused(FakeGraph graph, String account, String token) {
        try (Mailbox mailbox = open(graph, account, token)) {
            return catchThrowableOfType(SourceException.class, () -> {
                mailbox.key();
                mailbox.plan(Crawl.ALL);
            });
        }
    }

    @Test
    void aUsersTokenReadsMeAndWhatIsSharedWithTheUser() throws Exception {
        try (FakeGraph graph = graph()) {
            try (Mailbox mailbox = open(graph, "me", "users")) {
                assertThat(Crawl.of(mailbox, Crawl.ALL, Crawl.limit(10)).ids()).hasSize(3);
            }
            SourceException unshared = refused(graph, SHARED, "users");
            assertThat(unshared.kind()).isEqualTo(Kind.FAIL_JOB);
            assertThat(unshared).hasMessageContaining("Mail.Read");

            graph.share(SHARED, OWNER);
            try (Mailbox shared = open(graph, SHARED, "users");
                    Mailbox own = open(graph, "me", "teams")) {
                // So that both never run at once, and the same mail has the same keys.
                assertThat(shared.key()).isEqualTo(own.key());
                assertThat(Crawl.of(shared, Crawl.ALL, Crawl.limit(10)).ids())
                        .hasSize(5)
                        .doesNotHaveDuplicates();
            }
        }
    }

    @Test
    void anAppsTokenReadsUsersByAddressAndIdAndKnowsNoMe() throws Exception {
        try (FakeGraph graph = graph()) {
            for (String account : List.of(SHARED, graph.mailbox(SHARED).userId())) {
                try (Mailbox mailbox = open(graph, account, "apps")) {
                    assertThat(Crawl.of(mailbox, Crawl.ALL, Crawl.limit(10)).ids())
                            .hasSize(5);
                }
            }
            SourceException noMe = refused(graph, "me", "apps");
            assertThat(noMe.kind()).isEqualTo(Kind.FAIL_JOB);
            assertThat(noMe).hasMessageContaining("name the mailbox by its id or address");
        }
    }
}
