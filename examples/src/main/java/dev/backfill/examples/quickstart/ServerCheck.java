package dev.backfill.examples.quickstart;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;

/**
 * Knocks at a server that is said to be there, before a job begins: an engine would take a dead one for a passing trouble and
 * try for some time. Stateless.
 */
final class ServerCheck {
    private static final int PATIENCE_MILLIS = 5_000;
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    private ServerCheck() {}

    /** Fails in one line when nobody answers at the address; says nothing of one that a proxy reaches. */
    static void requireAnswer(String argument, URI url) throws UserMistake {
        ProxySelector proxies = ProxySelector.getDefault();
        if (proxies != null && proxies.select(url).stream().anyMatch(proxy -> proxy.type() != Proxy.Type.DIRECT)) {
            return;
        }
        int port = url.getPort() >= 0 ? url.getPort() : "https".equals(url.getScheme()) ? HTTPS_PORT : HTTP_PORT;
        String reason = "";
        try {
            for (InetAddress address : InetAddress.getAllByName(url.getHost())) {
                try (Socket socket = new Socket()) {
                    socket.connect(new InetSocketAddress(address, port), PATIENCE_MILLIS);
                    return;
                } catch (IOException silent) {
                    reason = String.valueOf(silent.getMessage());
                }
            }
        } catch (UnknownHostException unknown) {
            throw UserMistake.failed(argument + ": there is no host " + url.getHost());
        }
        throw UserMistake.failed(
                argument + ": nothing answers at " + url.getHost() + ", port " + port + " (" + reason + ")");
    }
}
