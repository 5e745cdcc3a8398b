package dev.backfill.provider.microsoft;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.ContentRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.testkit.DirectMailboxContext;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What happens on the wire: one request is one request, whatever the answer. */
class GraphWireTest {
    private static final Partition WINDOW = Partition.window("folder", null, Crawl.TO);
    private static final MailQuery QUERY = new MailQuery(null, Crawl.TO, List.of(), false, false);
    private static final ContentRef MIME = ContentRef.mime("id");

    private final WireMockServer server =
            new WireMockServer(WireMockConfiguration.options().dynamicPort().bindAddress("127.0.0.1"));

    @BeforeEach
    void start() {
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    private void answer(ResponseDefinitionBuilder response) {
        server.stubFor(get(anyUrl()).willReturn(response));
    }

    private Mailbox open() {
        return open(() -> "token");
    }

    private Mailbox open(AccessTokens tokens) {
        return open(tokens, Map.of("read-timeout-seconds", "1", "call-timeout-seconds", "3"));
    }

    private Mailbox open(AccessTokens tokens, Map<String, String> timeouts) {
        Map<String, String> settings = new HashMap<>(timeouts);
        settings.put("base-url", "http://127.0.0.1:" + server.port() + "/v1.0");
        return new MicrosoftEmailSource()
                .open(DirectMailboxContext.builder("microsoft", "me")
                        .settings(settings)
                        .tokens(tokens)
                        .build());
    }

    private SourceException failure() {
        try (Mailbox mailbox = open()) {
            mailbox.open(MIME, 100);
            throw new AssertionError("the request did not fail");
        } catch (SourceException error) {
            return error;
        }
    }

    private void assertRequests(int count) {
        server.verify(count, getRequestedFor(anyUrl()));
    }

    @ParameterizedTest
    @CsvSource({
        "503, 0, RETRY",
        "503, '', RETRY",
        "429, 0, THROTTLED",
        "408, '', RETRY",
        "500, '', RETRY",
        "502, '', RETRY",
        "504, '', RETRY"
    })
    void aFailureIsSentOnceAndToldToTheEngine(int status, String retryAfter, Kind kind) {
        ResponseDefinitionBuilder response = aResponse().withStatus(status);
        answer(retryAfter.isEmpty() ? response : response.withHeader("Retry-After", retryAfter));

        Kind expected = status == 503 && !retryAfter.isEmpty() ? Kind.THROTTLED : kind;
        assertThat(failure().kind()).isEqualTo(expected);
        assertRequests(1);
    }

    @Test
    void aGatewaysPageKeepsItsStatus() {
        answer(aResponse()
                .withStatus(502)
                .withHeader("Content-Type", "text/html")
                .withBody("<html><body>Bad Gateway</body></html>"));

        assertThat(failure().code()).isEqualTo("HTTP_502");
        assertRequests(1);
    }

    @Test
    void aRedirectIsNotFollowed() {
        answer(aResponse().withStatus(302).withHeader("Location", "https://elsewhere.example.com/"));

        assertThat(failure().code()).isEqualTo("HTTP_302");
        assertRequests(1);
    }

    @Test
    void aTokenThatIsRefusedIsAskedForOnceMore() {
        answer(aResponse().withStatus(401));
        assertThat(failure().kind()).isEqualTo(Kind.AUTH);
        // The engine's gate sends it a second time with a fresh token, and no more.
        assertRequests(2);
    }

    @Test
    void aDroppedConnectionIsNotTriedAgainInSilence() throws Exception {
        try (FakeGraph graph =
                        FakeGraph.builder().mailbox(Graphs.OWNER, List.of()).start();
                Mailbox mailbox = Graphs.open(graph)) {
            graph.faults().nth(RequestMatch.ANY, 2, new Fault.Drop());
            // The second request finds a pooled connection, where OkHttp would try again of itself.
            mailbox.key();
            assertThatThrownBy(() -> mailbox.open(MIME, 100))
                    .isInstanceOfSatisfying(
                            SourceException.class,
                            error -> assertThat(error.kind()).isEqualTo(Kind.RETRY));
            assertThat(graph.journal().total()).isEqualTo(2);
        }
    }

    @Test
    void aSilentServerIsNotWaitedForForEver() throws Exception {
        try (FakeGraph graph = hanging();
                Mailbox mailbox = Graphs.open(graph, "read-timeout-seconds", "1")) {
            assertThatThrownBy(() -> mailbox.open(MIME, 100))
                    .isInstanceOfSatisfying(
                            SourceException.class,
                            error -> assertThat(error.code()).isEqualTo("TIMEOUT"));
            assertThat(graph.journal().total()).isEqualTo(1);
        }
    }

    private static FakeGraph hanging() throws IOException {
        FakeGraph graph = FakeGraph.builder().mailbox(Graphs.OWNER, List.of()).start();
        graph.faults().always(RequestMatch.ANY, new Fault.Hang());
        return graph;
    }

    @Test
    void aPageThatTimesOutAsksForASmallerOne() {
        server.stubFor(
                get(anyUrl()).willReturn(aResponse().withStatus(200).withBody("{\"id\":\"folder\",\"value\":[]}")));
        server.stubFor(
                get(urlPathMatching(".*/messages")).willReturn(aResponse().withFixedDelay(2_500)));

        assertThat(fetch().kind()).isEqualTo(Kind.RETRY_SMALLER);
    }

    /** A page can be asked for smaller; a message cannot, and may take as long as a call. */
    @Test
    void aPageThatTricklesAsksForASmallerOneAndAMessageThatTricklesIsRead() throws IOException {
        String padded = "{\"id\":\"folder\",\"value\":[]" + " ".repeat(1_000) + "}";
        answer(aResponse().withBody(padded));
        ResponseDefinitionBuilder trickling = aResponse().withBody(padded).withChunkedDribbleDelay(12, 2_400);
        server.stubFor(get(urlPathMatching(".*/messages.*")).willReturn(trickling));

        try (Mailbox mailbox = open(() -> "token", Map.of("page-timeout-seconds", "1"))) {
            assertThat(fetch(mailbox).kind()).isEqualTo(Kind.RETRY_SMALLER);
            try (InputStream content = mailbox.open(MIME, 10_000)) {
                assertThat(content.readAllBytes()).hasSize(padded.length());
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"value\":[{\"id\":\"a\",\"receivedDateTime\":\"2024-01-01T00:00:00Z\"}",
                "{\"value\":[{\"id\":\"a\"",
                "{\"value\":[]",
                "{\"@odata.context\":\"x\"}",
                "[]",
                "<html>busy</html>",
                "''"
            })
    void aBrokenPageIsNeverTheEndOfAFolder(String body) {
        server.stubFor(get(anyUrl()).willReturn(aResponse().withStatus(200).withBody("{\"id\":\"x\",\"value\":[]}")));
        server.stubFor(get(urlPathMatching(".*/messages"))
                .willReturn(aResponse().withStatus(200).withBody(body)));

        SourceException error = fetch();
        assertThat(error.kind()).isEqualTo(Kind.RETRY);
        assertThat(error.code()).isEqualTo("BROKEN_ANSWER");
    }

    @Test
    void anAnswerThatBreaksOffIsTransient() {
        server.stubFor(get(anyUrl()).willReturn(aResponse().withStatus(200).withBody("{\"id\":\"x\",\"value\":[]}")));
        server.stubFor(get(urlPathMatching(".*/messages"))
                .willReturn(aResponse()
                        .withStatus(200)
                        .withFault(com.github.tomakehurst.wiremock.http.Fault.MALFORMED_RESPONSE_CHUNK)));

        assertThat(fetch().kind()).isEqualTo(Kind.RETRY);
    }

    private SourceException fetch() {
        try (Mailbox mailbox = open()) {
            return fetch(mailbox);
        }
    }

    private static SourceException fetch(Mailbox mailbox) {
        PageCollector page = new PageCollector();
        try {
            mailbox.fetch(QUERY, WINDOW, Position.START, Crawl.limit(10), page);
            throw new AssertionError("the page did not fail");
        } catch (SourceException error) {
            assertThat(page.items()).isEmpty();
            return error;
        }
    }

    @Test
    void aTokenSourceThatFailsIsAnAuthError() {
        AtomicInteger asked = new AtomicInteger();
        // Every other question fails: the provider's, then (with an answer) that of the test's gate, then the
        // provider's.
        AccessTokens tokens = () -> {
            if (asked.incrementAndGet() % 2 == 1) {
                throw new IllegalStateException("vault closed");
            }
            return "token";
        };
        try (Mailbox mailbox = open(tokens)) {
            assertThatThrownBy(() -> mailbox.open(MIME, 100))
                    .isInstanceOfSatisfying(
                            SourceException.class,
                            error -> assertThat(error.kind()).isEqualTo(Kind.AUTH));
        }
        assertRequests(0);
    }

    @Test
    void anInterruptEndsACallAtOnce() throws Exception {
        try (FakeGraph graph = hanging();
                Mailbox mailbox = Graphs.open(graph)) {
            CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
            Thread caller = new Thread(() -> {
                try {
                    mailbox.open(MIME, 100);
                } catch (SourceException error) {
                    interrupted.complete(Thread.currentThread().isInterrupted());
                }
            });
            caller.start();
            awaitRequest(graph);
            caller.interrupt();

            // Far below the timeouts, which are those of production.
            assertThat(interrupted.get(20, TimeUnit.SECONDS)).isTrue();
            caller.join();
        }
    }

    @Test
    void closingEndsACallInAnotherThread() throws Exception {
        try (FakeGraph graph = hanging()) {
            Mailbox mailbox = Graphs.open(graph);
            CompletableFuture<SourceException> failed = new CompletableFuture<>();
            Thread caller = new Thread(() -> {
                try {
                    mailbox.open(MIME, 100);
                } catch (SourceException error) {
                    failed.complete(error);
                }
            });
            caller.start();
            awaitRequest(graph);
            mailbox.close();

            assertThat(failed.get(20, TimeUnit.SECONDS).kind()).isEqualTo(Kind.RETRY);
            caller.join();
            assertThatThrownBy(() -> mailbox.open(MIME, 100)).isInstanceOf(SourceException.class);
        }
    }

    private static void awaitRequest(FakeGraph graph) {
        while (graph.journal().total() == 0) {
            Thread.onSpinWait();
        }
    }
}
