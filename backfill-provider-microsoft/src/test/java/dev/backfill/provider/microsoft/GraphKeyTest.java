package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.Graphs.OWNER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.spi.Mailbox;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.DirectMailboxContext;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Under which key a mailbox is known. */
class GraphKeyTest {
    private static String key(FakeGraph graph, String account) {
        DirectMailboxContext context = Graphs.builder(graph, account).build();
        try (Mailbox mailbox = new MicrosoftEmailSource().open(context)) {
            return mailbox.key();
        }
    }

    @Test
    void theKeyIsTheUsersIdWhateverTheAccountIsCalled() throws Exception {
        try (FakeGraph graph = Graphs.start(List.of())) {
            String id = graph.mailbox(OWNER).userId();

            assertThat(key(graph, "me")).isEqualTo(id);
            assertThat(key(graph, OWNER)).isEqualTo(id);
            assertThat(key(graph, id)).isEqualTo(id);
        }
    }

    @Test
    void withoutTheUsersIdTheRootFolderIsTheKeyAndWithoutThatTheAccount() throws Exception {
        try (FakeGraph graph = Graphs.start(List.of())) {
            graph.faults()
                    .always(
                            RequestMatch.path("^/v1.0/(me|users/[^/]+)$"),
                            Fault.json(403, "{\"error\":{\"code\":\"ErrorAccessDenied\",\"message\":\"\"}}"));
            String root = key(graph, "me");
            assertThat(root).startsWith("AAMk").isEqualTo(key(graph, OWNER));

            graph.faults().always(RequestMatch.path("msgfolderroot"), Fault.status(404));
            assertThat(key(graph, OWNER)).isEqualTo(OWNER);
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
