package dev.backfill.testkit.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoopbackServerTest {
    private final RequestJournal journal = new RequestJournal();
    private final FaultPlan faults = new FaultPlan();
    private final HttpClient client = HttpClient.newHttpClient();
    private LoopbackServer server;

    @BeforeEach
    void start() throws IOException {
        server = LoopbackServer.start(
                call -> HttpAnswer.text(200, "text/plain", "answer of " + call.path()), journal, faults);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private HttpResponse<String> get(String target) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.uri() + target))
                .header("Authorization", "Bearer secret")
                .header("Prefer", "a")
                .header("Prefer", "b")
                .timeout(Duration.ofSeconds(20))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void answersAndKeepsAJournalWithoutTokens() throws Exception {
        HttpResponse<String> response = get("/a%2Fb/c%20d?$filter=x%20ge%20'1%2B1'&%24top=5&$top=6");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("answer of /a/b/c d");
        assertThat(journal.total()).isEqualTo(1);
        RequestJournal.Entry entry = journal.entries().get(0);
        assertThat(entry.method()).isEqualTo("GET");
        assertThat(entry.query())
                .containsEntry("$filter", List.of("x ge '1+1'"))
                .containsEntry("$top", List.of("5", "6"));
        assertThat(entry.header("PREFER")).containsExactly("a", "b");
        assertThat(entry.toString()).doesNotContain("secret");
    }

    @Test
    void strikesTheRequestThatThePlanNames() throws Exception {
        faults.nth(
                RequestMatch.path("/x$").query("q", "1"),
                2,
                Fault.json(429, "{}").retryAfter("7"));

        assertThat(get("/x?q=1").statusCode()).isEqualTo(200);
        assertThat(get("/x?q=2").statusCode()).isEqualTo(200);
        HttpResponse<String> struck = get("/x?q=1");
        assertThat(struck.statusCode()).isEqualTo(429);
        assertThat(struck.headers().firstValue("Retry-After")).contains("7");
        assertThat(struck.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(get("/x?q=1").statusCode()).isEqualTo(200);
    }

    @Test
    void givesEmptyAndHtmlErrors() throws Exception {
        faults.nth(RequestMatch.ANY, 1, Fault.status(503)).nth(RequestMatch.ANY, 2, Fault.html(502));

        HttpResponse<String> empty = get("/");
        assertThat(empty.statusCode()).isEqualTo(503);
        assertThat(empty.body()).isEmpty();
        HttpResponse<String> html = get("/");
        assertThat(html.statusCode()).isEqualTo(502);
        assertThat(html.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/html"));
    }

    @Test
    void cutsAnswersOffAndDropsConnections() throws Exception {
        faults.nth(RequestMatch.ANY, 1, new Fault.Truncate(3, false))
                .nth(RequestMatch.ANY, 2, new Fault.Truncate(3, true));
        faults.always(RequestMatch.path("^/dropped"), new Fault.Drop());

        assertThatThrownBy(() -> get("/")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> get("/")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> get("/dropped")).isInstanceOf(IOException.class);
        assertThat(get("/").statusCode()).isEqualTo(200);
    }

    @Test
    void hangsUntilItIsClosed() throws Exception {
        faults.always(RequestMatch.ANY, new Fault.Hang());
        HttpRequest request = HttpRequest.newBuilder(server.uri())
                .timeout(Duration.ofMillis(100))
                .build();

        assertThatThrownBy(() -> client.send(request, HttpResponse.BodyHandlers.ofString()))
                .isInstanceOf(HttpTimeoutException.class);
        String prefix = server.threadPrefix();
        server.close();
        // A pool counts as terminated just before its last thread is gone.
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith(prefix)) {
                thread.join(5_000);
                assertThat(thread.isAlive()).as(thread.getName()).isFalse();
            }
        }
    }

    @Test
    void delaysAnAnswer() throws Exception {
        faults.always(RequestMatch.ANY, new Fault.Delay(Duration.ofMillis(50)))
                .always(RequestMatch.ANY, Fault.status(204));

        long before = System.nanoTime();
        assertThat(get("/").statusCode()).isEqualTo(204);
        assertThat(System.nanoTime() - before)
                .isGreaterThan(Duration.ofMillis(49).toNanos());
    }
}
