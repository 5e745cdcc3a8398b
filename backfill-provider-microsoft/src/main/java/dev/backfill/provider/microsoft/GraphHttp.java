package dev.backfill.provider.microsoft;

import com.microsoft.graph.core.requests.GraphClientFactory;
import com.microsoft.kiota.RequestOption;
import com.microsoft.kiota.http.middleware.RedirectHandler;
import com.microsoft.kiota.http.middleware.RetryHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.List;
import javax.net.SocketFactory;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Response;

/**
 * Makes the HTTP client: the SDK's own, minus everything that sends a request a second time. The engine alone may do that, for
 * it alone counts requests.
 */
final class GraphHttp {
    private static final int UNAVAILABLE = 503;

    private GraphHttp() {}

    static OkHttpClient client(GraphSettings settings) {
        List<Interceptor> middleware = Arrays.stream(
                        GraphClientFactory.createDefaultGraphInterceptors(new RequestOption[0]))
                // The first resends, asleep and uncounted; the second may carry a token to another host.
                .filter(interceptor ->
                        !(interceptor instanceof RetryHandler) && !(interceptor instanceof RedirectHandler))
                .toList();
        return GraphClientFactory.create(middleware)
                .addNetworkInterceptor(GraphHttp::withoutHiddenResend)
                .retryOnConnectionFailure(false)
                .followRedirects(false)
                .followSslRedirects(false)
                .connectTimeout(settings.connectTimeout())
                .readTimeout(settings.readTimeout())
                .writeTimeout(settings.readTimeout())
                .callTimeout(settings.callTimeout())
                .socketFactory(new InterruptibleSockets())
                .build();
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
