package dev.backfill.provider.gmail;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a broken wire, a gateway or a hung server means, and that nothing outlives a mailbox. */
@Timeout(60)
class WireFaultTest {
    private static final String MESSAGE = "{\"id\":\"a\",\"payload\":{\"headers\":[]}}";
    private static final int HANG_MILLIS = 30_000;

    private WireMockServer server;
    private TestBox box;
    private GmailClient client;

    @BeforeEach
    void start() {
        server = new WireMockServer(WireMockConfiguration.options()
                .bindAddress("127.0.0.1")
                .dynamicPort()
                .gzipDisabled(true)
                .disableRequestJournal());
        server.start();
        box = TestBox.open(URI.create("http://127.0.0.1:" + server.port() + "/"), Map.of("read-timeout-seconds", "1"));
        client = client(Map.of("read-timeout-seconds", "1"));
    }

    private GmailClient client(Map<String, String> settings) {
        TestBox other = TestBox.open(URI.create("http://127.0.0.1:" + server.port() + "/"), settings);
        other.close();
        return new GmailClient(other.context(), GmailSettings.of(other.context().settings()));
    }

    @AfterEach
    void stop() {
        client.close();
        box.close();
        server.stop();
    }

    private void answers(ResponseDefinitionBuilder response) {
        server.stubFor(any(anyUrl()).willReturn(response));
    }

    private SourceException onGet() {
        return catchThrowableOfType(SourceException.class, () -> client.full("a"));
    }

    @Test
    void aServerThatHangsIsTransientAfterTheTimeout() {
        answers(aResponse().withFixedDelay(HANG_MILLIS));
        assertThat(onGet().kind()).isEqualTo(Kind.RETRY);
    }

    @Test
    void aConnectionThatBreaksIsTransient() {
        for (Fault fault : Fault.values()) {
            answers(aResponse().withFault(fault));
            assertThat(onGet().kind()).as(fault.name()).isEqualTo(Kind.RETRY);
        }
    }

    @Test
    void aGatewaysPageIsTransient() {
        answers(aResponse()
                .withStatus(502)
                .withHeader("Content-Type", "text/html")
                .withBody("<html>502</html>"));
        assertThat(onGet().kind()).isEqualTo(Kind.RETRY);
        answers(aResponse().withStatus(503));
        assertThat(onGet().kind()).isEqualTo(Kind.RETRY);
        answers(aResponse()
                .withStatus(200)
                .withHeader("Content-Type", "text/html")
                .withBody("<html>sign in</html>"));
        assertThat(onGet().kind()).isEqualTo(Kind.RETRY);
    }

    @Test
    void anAnswerShorterThanAnnouncedIsTransient() {
        answers(aResponse().withHeader("Content-Length", "5000").withBody(MESSAGE.substring(0, 20)));
        assertThat(onGet().kind()).isEqualTo(Kind.RETRY);
    }

    @Test
    void afterAFaultTheNextRequestWorks() {
        answers(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER));
        onGet();
        answers(aResponse().withBody(MESSAGE));
        assertThat(client.full("a").id()).isEqualTo("a");
    }

    @Test
    void aServerThatIsNotThereIsTransient() {
        server.stop();
        assertThat(onGet().kind()).isEqualTo(Kind.RETRY);
    }

    @Test
    void closingEndsACallThatHangs() throws Exception {
        answers(aResponse().withFixedDelay(HANG_MILLIS));
        GmailClient patient = client(Map.of());
        ExecutorService caller = Executors.newSingleThreadExecutor();
        try {
            CompletableFuture<Void> begun = new CompletableFuture<>();
            server.addMockServiceRequestListener((request, response) -> begun.complete(null));
            Future<SourceException> hung =
                    caller.submit(() -> catchThrowableOfType(SourceException.class, () -> patient.full("a")));
            awaitBlockedRead(caller);
            patient.close();
            assertThat(hung.get(5, TimeUnit.SECONDS).code()).isEqualTo("CLOSED");
        } finally {
            caller.shutdownNow();
        }
    }

    @Test
    void anInterruptEndsACallThatHangsAndStaysSet() throws Exception {
        answers(aResponse().withFixedDelay(HANG_MILLIS));
        GmailClient patient = client(Map.of());
        AtomicReference<Boolean> flag = new AtomicReference<>();
        Thread caller = new Thread(() -> {
            SourceException error = catchThrowableOfType(SourceException.class, () -> patient.full("a"));
            flag.set(error != null && Thread.currentThread().isInterrupted());
        });
        caller.start();
        awaitReading(caller);
        caller.interrupt();
        caller.join(5_000);
        assertThat(caller.isAlive()).isFalse();
        assertThat(flag.get()).isTrue();
        patient.close();
    }

    @Test
    void noThreadIsStarted() {
        Set<Thread> before = threads();
        answers(aResponse().withBody(MESSAGE));
        GmailClient fresh = client(Map.of());
        fresh.full("a");
        Set<Thread> after = threads();
        fresh.close();
        after.removeAll(before);
        // WireMock's own come and go.
        assertThat(after)
                .filteredOn(thread ->
                        !thread.getName().startsWith("qtp") && !thread.getName().startsWith("Connector-Scheduler"))
                .isEmpty();
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream().collect(Collectors.toSet());
    }

    private static void awaitBlockedRead(ExecutorService caller) {
        Set<Thread> pool = threads().stream()
                .filter(thread -> thread.getName().startsWith("pool-"))
                .collect(Collectors.toSet());
        assertThat(caller.isShutdown()).isFalse();
        while (pool.stream().noneMatch(WireFaultTest::isReading)) {
            Thread.onSpinWait();
            pool.addAll(threads().stream()
                    .filter(thread -> thread.getName().startsWith("pool-"))
                    .toList());
        }
    }

    private static void awaitReading(Thread caller) {
        while (!isReading(caller)) {
            Thread.onSpinWait();
        }
    }

    /** True once the thread waits for the answer's first byte. */
    private static boolean isReading(Thread thread) {
        for (StackTraceElement frame : thread.getStackTrace()) {
            if (frame.getMethodName().equals("receiveResponseHeader")) {
                return true;
            }
        }
        return false;
    }
}
