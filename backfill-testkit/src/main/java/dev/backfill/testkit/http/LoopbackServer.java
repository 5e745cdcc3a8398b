package dev.backfill.testkit.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An HTTP server on a free port of 127.0.0.1 that notes each request, lets the plan's faults happen, and hands the rest to an
 * {@link HttpApp}. It has a thread for every request under way; {@link #close()} ends them all, hanging ones too. Thread-safe.
 */
public final class LoopbackServer implements AutoCloseable {
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final int BACKLOG = 512;

    static {
        // Without it the JDK's server answers 40 ms late: Nagle's algorithm waits for the client's delayed
        // acknowledgement.
        if (System.getProperty("sun.net.httpserver.nodelay") == null) {
            System.setProperty("sun.net.httpserver.nodelay", "true");
        }
    }

    private final HttpServer server;
    private final ExecutorService executor;
    private final HttpApp app;
    private final RequestJournal journal;
    private final FaultPlan faults;
    private final String threadPrefix;
    private final CountDownLatch closed = new CountDownLatch(1);

    private LoopbackServer(HttpApp app, RequestJournal journal, FaultPlan faults, int port) throws IOException {
        this.app = app;
        this.journal = journal;
        this.faults = faults;
        this.server = HttpServer.create(
                new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), BACKLOG);
        this.threadPrefix = "loopback-" + NUMBERS.incrementAndGet() + "-";
        AtomicInteger threads = new AtomicInteger();
        this.executor =
                new ThreadPoolExecutor(0, Integer.MAX_VALUE, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(task, threadPrefix + threads.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        server.setExecutor(executor);
        server.createContext("/", this::serve);
    }

    /**
     * Starts a server on a free port.
     *
     * @param app answers what no fault strikes
     * @param journal notes each request
     * @param faults says what goes wrong
     * @return the running server
     * @throws IOException if no port can be had
     */
    public static LoopbackServer start(HttpApp app, RequestJournal journal, FaultPlan faults) throws IOException {
        return start(app, journal, faults, 0);
    }

    /**
     * Starts a server on a given port.
     *
     * @param app answers what no fault strikes
     * @param journal notes each request
     * @param faults says what goes wrong
     * @param port the port; 0 for a free one
     * @return the running server
     * @throws IOException if the port is taken
     */
    public static LoopbackServer start(HttpApp app, RequestJournal journal, FaultPlan faults, int port)
            throws IOException {
        LoopbackServer loopback = new LoopbackServer(app, journal, faults, port);
        loopback.server.start();
        return loopback;
    }

    /** {@return the root, for instance {@code http://127.0.0.1:40123}, without a slash at its end} */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + port());
    }

    /** {@return the port} */
    public int port() {
        return server.getAddress().getPort();
    }

    /** {@return how the names of this server's threads begin} */
    String threadPrefix() {
        return threadPrefix;
    }

    private void serve(HttpExchange exchange) throws IOException {
        HttpCall call = new HttpCall(
                exchange.getRequestMethod(),
                exchange.getRequestURI(),
                exchange.getRequestHeaders(),
                exchange.getRequestBody().readAllBytes());
        journal.add(call);
        Fault fault = null;
        for (Fault struck : faults.strike(call)) {
            if (struck instanceof Fault.Delay delay) {
                pause(delay.duration().toNanos());
            } else if (fault == null) {
                fault = struck;
            }
        }
        if (fault instanceof Fault.Hang) {
            pause(Long.MAX_VALUE);
            exchange.close();
        } else if (fault instanceof Fault.Drop) {
            exchange.close();
        } else if (fault instanceof Fault.Status status) {
            HttpAnswer answer = HttpAnswer.text(status.status(), "", status.body());
            send(exchange, status.headers().entrySet().stream().reduce(answer, LoopbackServer::with, (a, b) -> b));
        } else if (fault instanceof Fault.Truncate truncate) {
            sendTruncated(exchange, app.answer(call), truncate);
        } else {
            send(exchange, app.answer(call));
        }
    }

    private static HttpAnswer with(HttpAnswer answer, Map.Entry<String, String> header) {
        return answer.header(header.getKey(), header.getValue());
    }

    private void pause(long nanos) throws IOException {
        try {
            if (closed.await(nanos, TimeUnit.NANOSECONDS)) {
                throw new IOException("the server is closed");
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("the server is closed", stopped);
        }
    }

    private static void send(HttpExchange exchange, HttpAnswer answer) throws IOException {
        announce(exchange, answer);
        long length = answer.length();
        exchange.sendResponseHeaders(answer.status(), length == 0 ? -1 : length);
        try (OutputStream out = exchange.getResponseBody()) {
            for (byte[] piece : answer.body()) {
                out.write(piece);
            }
        }
        exchange.close();
    }

    private static void sendTruncated(HttpExchange exchange, HttpAnswer answer, Fault.Truncate truncate)
            throws IOException {
        announce(exchange, answer);
        // A length the body does not reach, or 0 for chunks whose end never comes: both cut when the handler fails.
        exchange.sendResponseHeaders(answer.status(), truncate.chunked() ? 0 : Math.max(answer.length(), 1));
        OutputStream out = exchange.getResponseBody();
        int left = (int) Math.min(truncate.bytes(), answer.length() - (truncate.chunked() ? 0 : 1));
        for (byte[] piece : answer.body()) {
            int length = Math.max(0, Math.min(left, piece.length));
            out.write(piece, 0, length);
            left -= length;
        }
        out.flush();
        throw new IOException("truncated by plan");
    }

    private static void announce(HttpExchange exchange, HttpAnswer answer) {
        answer.headers().forEach((name, value) -> {
            if (!value.isEmpty()) {
                exchange.getResponseHeaders().put(name, List.of(value));
            }
        });
    }

    /** Stops the server at once: calls under way are cut off, the port is free, no thread is left. Does not throw. */
    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        executor.shutdownNow();
        try {
            executor.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
