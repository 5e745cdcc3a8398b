package dev.backfill.benchmarks;

import dev.backfill.benchmarks.report.Medians;
import dev.backfill.benchmarks.report.Report;
import dev.backfill.benchmarks.report.Rounds;
import dev.backfill.benchmarks.report.Row;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How many answers of 100 KB a second the fake servers give, in a JVM of their own, to clients that read bytes and look at
 * nothing: what the other benches measure is worth something where it is slower than that by far.
 */
final class FakesBench implements Bench {
    private static final int CLIENTS = 4;
    private static final int SILENCE_MILLIS = 30_000;
    private static final int ANSWERS = 20_000;
    private static final List<String> SERVER_JVM = List.of("-Xmx512m");

    @Override
    public void run(Report report, Size size) throws Exception {
        measure(
                report,
                size,
                "Graph, pages of 25",
                List.of("graph", "1000", "3200"),
                "users/box/mailFolders/inbox/messages?$top=25&$select=id,body");
        measure(
                report,
                size,
                "Gmail, messages of 75 KB",
                List.of("gmail", "1", "75000"),
                "gmail/v1/users/box/messages/1400000000000000?format=full");
    }

    private static void measure(Report report, Size size, String name, List<String> fake, String path)
            throws Exception {
        int each = size.of((size.quick() ? ANSWERS / 20 : ANSWERS) / CLIENTS);
        try (ChildJvm server = ChildJvm.start(ProviderServer.class, SERVER_JVM, fake)) {
            String url = server.nextLine();
            if (url == null) {
                throw new IOException("the server did not start");
            }
            URI address = URI.create(url.endsWith("/") ? url + path : url + "/" + path);
            Rounds rounds = new Rounds(size.quick() ? 1 : 3, size.quick() ? 1 : 5);
            rounds.measureAll(name, () -> speed(address, each));
            Medians medians = rounds.run();
            report.add(Row.of(name, medians.of(name + ", answers/s"), "answers/s"));
            report.add(Row.of(name + ", an answer", medians.of(name + ", KB"), "KB"));
        }
    }

    private static Map<String, Double> speed(URI address, int each) throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            long begin = System.nanoTime();
            List<Future<Long>> all = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                all.add(clients.submit(() -> read(address, each)));
            }
            long bytes = 0;
            for (Future<Long> one : all) {
                bytes += one.get();
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            double answers = (double) each * CLIENTS;
            return Map.of("answers/s", answers / seconds, "KB", bytes / 1e3 / answers);
        } finally {
            clients.shutdownNow();
        }
    }

    /** {@return the bytes of so many answers' bodies, over one connection} */
    private static long read(URI address, int answers) throws IOException {
        String request = "GET " + address.getRawPath() + "?" + address.getRawQuery() + " HTTP/1.1\r\nHost: "
                + address.getAuthority() + "\r\n\r\n";
        byte[] ask = request.getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(SILENCE_MILLIS);
            InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
            long bytes = 0;
            for (int i = 0; i < answers; i++) {
                socket.getOutputStream().write(ask);
                long length = length(in);
                in.skipNBytes(length);
                bytes += length;
            }
            return bytes;
        }
    }

    /** Reads a good answer's head and says how long its body is. */
    private static long length(InputStream in) throws IOException {
        String status = line(in);
        if (!status.startsWith("HTTP/1.1 200 ")) {
            throw new IOException("the server answered " + status);
        }
        long length = -1;
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Long.parseLong(line.substring(line.indexOf(':') + 1).strip());
            }
        }
        if (length < 0) {
            throw new IOException("the server does not say how long its answer is");
        }
        return length;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the server closed the connection");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
