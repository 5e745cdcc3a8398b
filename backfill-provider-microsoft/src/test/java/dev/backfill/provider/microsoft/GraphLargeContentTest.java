package dev.backfill.provider.microsoft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backfill.spi.ContentRef;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.DirectMailboxContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A content that is far longer than may be read. */
class GraphLargeContentTest {
    private static final long LENGTH = 10_000_000_000L;
    private static final int BOUND = 1 << 20;

    /** What the buffers of two sockets hold at the most, and then some. */
    private static final long ON_THE_WAY = 32L << 20;

    /** Sends a content for as long as somebody takes it. */
    private static long send(ServerSocket server) {
        long sent = 0;
        try (Socket socket = server.accept()) {
            InputStream request = socket.getInputStream();
            OutputStream answer = socket.getOutputStream();
            int end = 0;
            while (end < 4) {
                int next = request.read();
                end = next == (end % 2 == 0 ? '\r' : '\n') ? end + 1 : 0;
            }
            answer.write(("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: " + LENGTH
                            + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            byte[] piece = new byte[64 << 10];
            while (sent < LENGTH) {
                answer.write(piece);
                sent += piece.length;
            }
        } catch (IOException nobodyTakesIt) {
            return sent;
        }
        return sent;
    }

    /** The connection is ended instead: to read the rest away, for another request to use it, would take longer. */
    @Test
    void whatIsLongerThanItMayBeIsNotReadToItsEnd() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Long> sent = CompletableFuture.supplyAsync(() -> send(server));
            try (Mailbox mailbox = new MicrosoftEmailSource()
                    .open(DirectMailboxContext.builder("microsoft", "me")
                            .settings(Map.of("base-url", "http://127.0.0.1:" + server.getLocalPort() + "/v1.0"))
                            .build())) {
                SourceException error = catchThrowableOfType(
                        SourceException.class, () -> mailbox.open(ContentRef.attachment("message", "file"), BOUND));

                assertThat(error.kind()).isEqualTo(SourceException.Kind.SKIP_MESSAGE);
                assertThat(error.code()).isEqualTo("TOO_LARGE");
                assertThat(sent.join()).isBetween((long) BOUND, BOUND + ON_THE_WAY);
            }
        }
    }
}
