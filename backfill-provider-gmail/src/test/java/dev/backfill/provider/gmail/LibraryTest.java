package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.client.http.HttpTransport;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.Settings;
import dev.backfill.testkit.DirectMailboxContext;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.gmail.FakeGoogleTokens;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.StoredMail;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** What Google's client does by itself, and may not do here. */
class LibraryTest {
    /** Hears all that the vendor's transport logs, at any level. */
    private static final class Ears extends Handler implements AutoCloseable {
        private final Logger logger = Logger.getLogger(HttpTransport.class.getName());
        private final List<String> heard = new CopyOnWriteArrayList<>();

        private Ears() {
            setLevel(Level.ALL);
            logger.setLevel(Level.ALL);
            logger.addHandler(this);
        }

        @Override
        public void publish(LogRecord record) {
            heard.add(record.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            logger.removeHandler(this);
            logger.setLevel(null);
        }
    }

    @Test
    void bodiesAndTokensAreLoggedAtNoLevel() throws Exception {
        List<StoredMail> mails = TestMail.generated(3);
        try (FakeGmail gmail =
                        FakeGmail.builder().mailbox("a@example.com", mails).start();
                FakeGoogleTokens tokens = FakeGoogleTokens.start(gmail.tokens(), InstantSource.system());
                Ears ears = new Ears()) {
            tokens.consent("app", "secret", "refresh", "a@example.com");
            DirectMailboxContext context = DirectMailboxContext.builder("google", "me")
                    .settings(Map.of(
                            "root-url", gmail.rootUrl().toString(),
                            "client-id", "app",
                            "client-secret", "secret",
                            "refresh-token", "refresh",
                            "token-url", tokens.tokenUrl().toString()))
                    .build();
            try (var mailbox = new GoogleEmailSource().open(context)) {
                PageCollector page = new PageCollector();
                mailbox.replay(
                        Crawl.everything(),
                        List.of(FailureRef.message("all", mails.get(0).id())),
                        page);
                assertThat(page.items()).hasSize(1);
                gmail.faults().always(RequestMatch.ANY, Fault.json(403, "{\"error\":{\"message\":\"secret\"}}"));
                assertThat(catchAny(mailbox::key)).isNotNull();
            }
            assertThat(tokens.journal().total()).isEqualTo(1);
            assertThat(ears.heard).isEmpty();
        }
    }

    private static RuntimeException catchAny(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException thrown) {
            return thrown;
        }
        throw new AssertionError("nothing was thrown");
    }

    @Test
    void requestsInARowKeepTheirConnection() throws Exception {
        try (CountingServer server = new CountingServer()) {
            try (TestBox box = TestBox.open(server.uri(), Map.of());
                    GmailClient client = new GmailClient(
                            box.context(), GmailSettings.of(box.context().settings()))) {
                for (int i = 0; i < 10; i++) {
                    assertThat(client.profile().historyId()).isEqualTo("7");
                }
            }
            assertThat(server.requests.get()).isEqualTo(10);
            assertThat(server.connections.get()).isEqualTo(1);
        }
    }

    @Test
    void timesAreBoundedThoughTheClientSetsNoneForTheWhole() {
        GmailSettings settings = GmailSettings.of(Settings.of("google", Map.of()));
        assertThat(settings.connectTimeout()).isEqualTo(Duration.ofSeconds(20));
        // The whole call is bounded by the engine's callTimeout; this is the longest silence.
        assertThat(settings.readTimeout()).isEqualTo(Duration.ofSeconds(60));
    }

    /** Answers each request with a profile and keeps the connection. */
    private static final class CountingServer implements AutoCloseable {
        private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final AtomicInteger connections = new AtomicInteger();
        private final AtomicInteger requests = new AtomicInteger();

        private CountingServer() throws IOException {
            threads.execute(this::accept);
        }

        private URI uri() {
            return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/");
        }

        private void accept() {
            while (!socket.isClosed()) {
                try {
                    Socket connection = socket.accept();
                    connections.incrementAndGet();
                    threads.execute(() -> serve(connection));
                } catch (IOException closed) {
                    return;
                }
            }
        }

        private void serve(Socket connection) {
            byte[] body =
                    "{\"emailAddress\":\"a@example.com\",\"historyId\":\"7\"}".getBytes(StandardCharsets.US_ASCII);
            String head =
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + body.length + "\r\n\r\n";
            try (connection;
                    BufferedReader reader = new BufferedReader(
                            new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    if (line.isEmpty()) {
                        requests.incrementAndGet();
                        connection.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
                        connection.getOutputStream().write(body);
                        connection.getOutputStream().flush();
                    }
                }
            } catch (IOException closed) {
                // The client is done.
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
            threads.shutdownNow();
        }
    }
}
