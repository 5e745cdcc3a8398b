package dev.backfill.provider.gmail;

import com.google.api.client.http.apache.v2.ApacheHttpTransport;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.function.LongConsumer;
import org.apache.http.HttpEntity;
import org.apache.http.HttpResponse;
import org.apache.http.config.Registry;
import org.apache.http.config.RegistryBuilder;
import org.apache.http.conn.socket.ConnectionSocketFactory;
import org.apache.http.conn.socket.PlainConnectionSocketFactory;
import org.apache.http.conn.ssl.SSLConnectionSocketFactory;
import org.apache.http.entity.HttpEntityWrapper;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.conn.PoolingHttpClientConnectionManager;
import org.apache.http.protocol.HttpContext;
import org.apache.http.ssl.SSLContexts;

/**
 * The vendor's transport over Apache's HTTP client, for one mailbox: it has no thread of its own, keeps its connections, can
 * be closed under calls in flight, and its sockets are channels, so that an interrupt ends a blocked read. See docs/adr.
 * Thread-safe.
 */
final class GmailTransport implements AutoCloseable {
    private final PoolingHttpClientConnectionManager connections;
    private final ApacheHttpTransport transport;

    /**
     * @param maxConnections how many connections there may be
     * @param received hears how many bytes an answer's body had on the wire, once it is read or given up
     */
    GmailTransport(int maxConnections, LongConsumer received) {
        Registry<ConnectionSocketFactory> factories = RegistryBuilder.<ConnectionSocketFactory>create()
                .register("http", new PlainChannels())
                .register("https", new TlsChannels())
                .build();
        connections = new PoolingHttpClientConnectionManager(factories);
        connections.setMaxTotal(maxConnections);
        connections.setDefaultMaxPerRoute(maxConnections);
        CloseableHttpClient client = ApacheHttpTransport.newDefaultHttpClientBuilder()
                .setConnectionManager(connections)
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableContentCompression()
                .addInterceptorLast((HttpResponse response, HttpContext context) -> count(response, received))
                .build();
        transport = new ApacheHttpTransport(client);
    }

    private static void count(HttpResponse response, LongConsumer received) {
        if (response.getEntity() != null) {
            response.setEntity(new CountedEntity(response.getEntity(), received));
        }
    }

    ApacheHttpTransport transport() {
        return transport;
    }

    /** Closes every connection, those in use too: their readers get an IOException. */
    @Override
    public void close() {
        connections.shutdown();
    }

    /** An answer's body that says how long it was; the vendor's library unzips above it. */
    private static final class CountedEntity extends HttpEntityWrapper {
        private final LongConsumer received;

        private CountedEntity(HttpEntity entity, LongConsumer received) {
            super(entity);
            this.received = received;
        }

        @Override
        public InputStream getContent() throws IOException {
            return new CountedStream(super.getContent(), received);
        }
    }

    private static final class CountedStream extends CountingStream {
        private static final int TELL_BYTES = 65_536;

        private final LongConsumer received;
        private long untold;

        private CountedStream(InputStream in, LongConsumer received) {
            super(in);
            this.received = received;
        }

        /** Tells of what came now and then, for an answer that is broken off is never closed. */
        @Override
        void came(int count) {
            untold += count;
            if (untold >= TELL_BYTES) {
                tell();
            }
        }

        private void tell() {
            received.accept(untold);
            untold = 0;
        }

        @Override
        public void close() throws IOException {
            if (untold > 0) {
                tell();
            }
            super.close();
        }
    }

    private static final class PlainChannels extends PlainConnectionSocketFactory {
        @Override
        public Socket createSocket(HttpContext context) throws IOException {
            return SocketChannel.open().socket();
        }
    }

    private static final class TlsChannels extends SSLConnectionSocketFactory {
        private TlsChannels() {
            super(SSLContexts.createSystemDefault());
        }

        @Override
        public Socket createSocket(HttpContext context) throws IOException {
            return SocketChannel.open().socket();
        }
    }
}
