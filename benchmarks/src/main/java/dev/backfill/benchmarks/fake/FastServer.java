package dev.backfill.benchmarks.fake;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.backfill.testkit.http.HttpAnswer;
import dev.backfill.testkit.http.HttpCall;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * An HTTP server on a free port of 127.0.0.1 that answers after a latency without holding a thread meanwhile, so that a
 * thousand requests under way cost nothing. It keeps no record of requests but their number. Thread-safe.
 */
public final class FastServer implements AutoCloseable {
    private static final int BACKLOG = 4_096;
    private static final int THREADS = 4;
    /** Bytes handed to the kernel at once: a page is made of hundreds of pieces, and to write each by itself takes longest of all. */
    private static final int AT_ONCE = 1 << 16;

    /**
     * What is answered.
     *
     * @param answer the answer
     * @param sent runs when the answer is sent, or cannot be
     */
    public record Reply(HttpAnswer answer, Runnable sent) {
        /** An answer and nothing to do when it is sent. */
        static Reply of(HttpAnswer answer) {
            return new Reply(answer, () -> {});
        }
    }

    static {
        // Without it the JDK's server answers 40 ms late: Nagle's algorithm waits for the client's delayed
        // acknowledgement. And it must keep the connections of a thousand mailboxes.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxIdleConnections", "4096");
    }

    private final HttpServer server;
    private final ExecutorService workers = Executors.newFixedThreadPool(THREADS, FastServer::daemon);
    private final Function<HttpCall, Reply> app;
    private final long latencyNanos;
    private final AtomicLong requests = new AtomicLong();

    private FastServer(Function<HttpCall, Reply> app, Duration latency) throws IOException {
        this.app = app;
        this.latencyNanos = latency.toNanos();
        this.server = HttpServer.create(
                new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), BACKLOG);
        server.setExecutor(workers);
        server.createContext("/", this::serve);
        server.start();
    }

    /**
     * Starts a server.
     *
     * @param app gives the answers, on any of the server's threads
     * @param latency how long each answer takes, 0 or more
     * @return the running server
     * @throws UncheckedIOException if no port can be had
     */
    public static FastServer start(Function<HttpCall, Reply> app, Duration latency) {
        try {
            return new FastServer(app, latency);
        } catch (IOException noPort) {
            throw new UncheckedIOException(noPort);
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "fast-server");
        thread.setDaemon(true);
        return thread;
    }

    /** {@return the root, without a slash at its end} */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** {@return how many requests came} */
    public long requests() {
        return requests.get();
    }

    private void serve(HttpExchange exchange) throws IOException {
        requests.incrementAndGet();
        exchange.getRequestBody().readAllBytes();
        HttpCall call = new HttpCall(
                exchange.getRequestMethod(), exchange.getRequestURI(), exchange.getRequestHeaders(), new byte[0]);
        // The answer is made first: what a quota admits is under way for the whole latency.
        Reply reply = app.apply(call);
        if (latencyNanos == 0) {
            send(exchange, reply);
            return;
        }
        CompletableFuture.delayedExecutor(latencyNanos, TimeUnit.NANOSECONDS, workers)
                .execute(() -> send(exchange, reply));
    }

    private static void send(HttpExchange exchange, Reply reply) {
        HttpAnswer answer = reply.answer();
        // Over before the client can know: its next request must not find this one still under way.
        reply.sent().run();
        try (exchange) {
            answer.headers()
                    .forEach((name, value) -> exchange.getResponseHeaders().put(name, List.of(value)));
            long length = answer.length();
            exchange.sendResponseHeaders(answer.status(), length == 0 ? -1 : length);
            try (OutputStream out = new BufferedOutputStream(exchange.getResponseBody(), AT_ONCE)) {
                for (byte[] piece : answer.body()) {
                    out.write(piece);
                }
            }
        } catch (IOException gone) {
            // The client went away, which is its right.
        }
    }

    /** Stops the server at once. Does not throw. */
    @Override
    public void close() {
        server.stop(0);
        workers.shutdownNow();
    }
}
