package dev.backfill.provider.gmail;

import com.google.api.client.http.apache.v2.ApacheHttpTransport;
import java.io.IOException;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import org.apache.http.config.Registry;
import org.apache.http.config.RegistryBuilder;
import org.apache.http.conn.socket.ConnectionSocketFactory;
import org.apache.http.conn.socket.PlainConnectionSocketFactory;
import org.apache.http.conn.ssl.SSLConnectionSocketFactory;
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

    GmailTransport(int maxConnections) {
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
                .build();
        transport = new ApacheHttpTransport(client);
    }

    ApacheHttpTransport transport() {
        return transport;
    }

    /** Closes every connection, those in use too: their readers get an IOException. */
    @Override
    public void close() {
        connections.shutdown();
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
