package dev.backfill.provider.microsoft;

import com.microsoft.graph.core.requests.GraphClientFactory;
import com.microsoft.kiota.RequestOption;
import com.microsoft.kiota.http.middleware.UrlReplaceHandler;
import com.microsoft.kiota.http.middleware.UserAgentHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.HashSet;
import java.util.Set;
import javax.net.SocketFactory;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Response;

/**
 * Makes the HTTP clients: the SDK's own, minus everything that sends a request a second time, for the engine alone counts
 * requests, and minus what only takes time. Each has its calls and its connections to itself, and all have the same idea of
 * whom to trust: to read the JDK's certificates anew takes longer than any request of a small mailbox, and what TLS remembers
 * of a server makes the next client's handshakes short.
 */
final class GraphHttp {
    private static final int UNAVAILABLE = 503;

    private GraphHttp() {}

    static OkHttpClient client(GraphSettings settings) {
        return Base.CLIENT
                .newBuilder()
                .dispatcher(new Dispatcher())
                .connectionPool(new ConnectionPool())
                .connectTimeout(settings.connectTimeout())
                .readTimeout(settings.readTimeout())
                .writeTimeout(settings.readTimeout())
                .callTimeout(settings.callTimeout())
                .build();
    }

    /** {@return a client with the connections and calls of another, for pages} */
    static OkHttpClient ofPages(OkHttpClient client, GraphSettings settings) {
        boolean earlier = settings.pageTimeout().compareTo(settings.callTimeout()) < 0;
        return client.newBuilder()
                .callTimeout(earlier ? settings.pageTimeout() : settings.callTimeout())
                .build();
    }

    /** What all clients have in common; it sends nothing itself, so that it has neither threads nor connections. */
    private static final class Base {
        private static final OkHttpClient CLIENT = builder()
                .addNetworkInterceptor(GraphHttp::withoutHiddenResend)
                .retryOnConnectionFailure(false)
                .followRedirects(false)
                .followSslRedirects(false)
                .socketFactory(new InterruptibleSockets())
                .build();
    }

    /**
     * Of the SDK's handlers two are left: the one that writes {@code me} into an address, which the SDK has twice, and the name
     * that the client gives itself. One would resend, asleep and uncounted; one may carry a token to another host; three do what
     * nobody here asks for (dollar signs in the names of query options, which OData takes encoded just as well; telemetry;
     * headers kept for inspection) and took more time than the client itself.
     */
    private static OkHttpClient.Builder builder() {
        OkHttpClient.Builder builder =
                GraphClientFactory.create(GraphClientFactory.createDefaultGraphInterceptors(new RequestOption[0]));
        Set<Class<?>> missing = new HashSet<>(Set.of(UrlReplaceHandler.class, UserAgentHandler.class));
        builder.interceptors().removeIf(handler -> !missing.remove(handler.getClass()));
        return builder;
    }

    /**
     * OkHttp resends after a 503 with {@code Retry-After: 0}, and no option turns that off (RetryAndFollowUpInterceptor); it
     * is told of one second, the least that is waited anyway. A 408 it leaves alone without retryOnConnectionFailure.
     */
    private static Response withoutHiddenResend(Interceptor.Chain chain) throws IOException {
        Response response = chain.proceed(chain.request());
        if (response.code() != UNAVAILABLE || response.header("Retry-After") == null) {
            return response;
        }
        String value = String.valueOf(response.header("Retry-After")).strip();
        return value.matches("0+")
                ? response.newBuilder().header("Retry-After", "1").build()
                : response;
    }

    /** Sockets over channels: an interrupt ends a read on them, where it does nothing to a plain socket. */
    private static final class InterruptibleSockets extends SocketFactory {
        @Override
        public Socket createSocket() {
            try {
                return SocketChannel.open().socket();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return connected(new InetSocketAddress(host, port));
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
            return bound(new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return connected(new InetSocketAddress(host, port));
        }

        @Override
        public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
                throws IOException {
            return bound(new InetSocketAddress(address, port), new InetSocketAddress(localAddress, localPort));
        }

        private Socket connected(InetSocketAddress address) throws IOException {
            Socket socket = createSocket();
            socket.connect(address);
            return socket;
        }

        private Socket bound(InetSocketAddress address, InetSocketAddress local) throws IOException {
            Socket socket = createSocket();
            socket.bind(local);
            socket.connect(address);
            return socket;
        }
    }
}
