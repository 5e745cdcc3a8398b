package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.Graphs.OWNER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.AccountRef;
import dev.backfill.api.UserId;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.DirectMailboxContext;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Under which key a mailbox is known. */
class GraphKeyTest {
    private static final Fault DENIED =
            Fault.json(403, "{\"error\":{\"code\":\"ErrorAccessDenied\",\"message\":\"\"}}");

    private static String key(FakeGraph graph, String account) {
        return key(graph, new AccountRef(UserId.of("tester"), "microsoft", account));
    }

    private static String key(FakeGraph graph, AccountRef account) {
        DirectMailboxContext context = DirectMailboxContext.builder(account)
                .settings(Map.of("base-url", graph.baseUrl().toString()))
                .build();
        try (Mailbox mailbox = new MicrosoftEmailSource().open(context)) {
            return mailbox.key();
        }
    }

    @Test
    void theKeyIsTheRootFoldersIdWhateverTheAccountIsCalledAndWhateverItsRights() throws Exception {
        try (FakeGraph graph = Graphs.start(List.of())) {
            String root = graph.mailbox(OWNER).rootFolderId();

            for (int rights = 0; rights < 2; rights++) {
                assertThat(key(graph, "me")).isEqualTo(root);
                assertThat(key(graph, OWNER)).isEqualTo(root);
                assertThat(key(graph, graph.mailbox(OWNER).userId())).isEqualTo(root);
                // Without User.Read the user may not be read; the mailbox is the same.
                graph.faults().always(RequestMatch.path("^/v1.0/(me|users/[^/]+)$"), DENIED);
            }
        }
    }

    @Test
    void aRootFolderThatMayNotBeReadIsNoReasonForAnotherKey() throws Exception {
        try (FakeGraph graph = Graphs.start(List.of())) {
            graph.faults().always(RequestMatch.path("msgfolderroot$"), DENIED);
            assertThatThrownBy(() -> key(graph, OWNER))
                    .isInstanceOfSatisfying(
                            SourceException.class,
                            error -> assertThat(error.kind()).isEqualTo(SourceException.Kind.FAIL_JOB));

            graph.faults().clear();
            for (String broken : List.of("", "{}", "{\"id\":\"\"}", "[]")) {
                graph.faults().first(RequestMatch.path("msgfolderroot$"), 1, Fault.json(200, broken));
                assertThatThrownBy(() -> key(graph, OWNER))
                        .isInstanceOfSatisfying(
                                SourceException.class,
                                error -> assertThat(error.kind()).isEqualTo(SourceException.Kind.RETRY));
            }
        }
    }

    @Test
    void whereTheServerHasNoRootFolderTheKeyIsAHashOfTheAccount() throws Exception {
        try (FakeGraph graph = Graphs.start(List.of())) {
            graph.faults().always(RequestMatch.path("msgfolderroot$"), Fault.status(404));
            String key = key(graph, OWNER);

            assertThat(key).matches("[0-9a-f]{64}").isEqualTo(key(graph, "Owner@Example.com"));
            assertThat(key(graph, "me")).matches("[0-9a-f]{64}").isNotEqualTo(key);
            assertThat(key(graph, "me"))
                    .as("each user's own account is another mailbox")
                    .isNotEqualTo(key(graph, new AccountRef(UserId.of("another"), "microsoft", "me")));
        }
    }

    @Test
    void anIdThatIsTooLongForAKeyIsHashed() throws Exception {
        try (FakeGraph graph = Graphs.start(List.of())) {
            String id = "A".repeat(321);
            graph.faults().always(RequestMatch.path("msgfolderroot$"), Fault.json(200, "{\"id\":\"" + id + "\"}"));
            assertThat(key(graph, OWNER)).matches("[0-9a-f]{64}").isEqualTo(key(graph, "me"));
        }
    }

    @Test
    void anAccountWithoutAMailboxIsSaid() throws Exception {
        try (FakeGraph graph = Graphs.start(List.of())) {
            assertThatThrownBy(() -> key(graph, "nobody@example.com"))
                    .isInstanceOfSatisfying(SourceException.class, error -> {
                        assertThat(error.kind()).isEqualTo(SourceException.Kind.FAIL_JOB);
                        assertThat(error.code()).isEqualTo("ErrorInvalidUser");
                        assertThat(error).hasMessageNotContaining("nobody");
                    });
        }
    }
}
