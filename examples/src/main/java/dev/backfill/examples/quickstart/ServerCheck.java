package dev.backfill.examples.quickstart;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.backfill.spi.AccessTokens;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;

/**
 * Knocks at a server that is said to be there, before a job begins: an engine would take a dead one for a passing trouble and
 * try for some time. Stateless.
 */
final class ServerCheck {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(20);
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;
    private static final int LOOKED_AT_BYTES = 1 << 20;

    /** What an empty Gmail mailbox answers with instead of a list. */
    private static final String ESTIMATE = "resultSizeEstimate";

    private static final int SUCCESS = 2;
    private static final int HUNDRED = 100;

    private ServerCheck() {}

    /**
     * Fails in one line when nobody answers at the address, or somebody who is no such server; says nothing of one that a proxy
     * reaches. A server that refuses the token or is busy is left to the engine, which knows what to make of that.
     */
    static void requireAnswer(Provider provider, URI url, AccessTokens tokens)
            throws UserMistake, InterruptedException {
        ProxySelector proxies = ProxySelector.getDefault();
        if (proxies != null && proxies.select(url).stream().anyMatch(proxy -> proxy.type() != Proxy.Type.DIRECT)) {
            return;
        }
        requireListener(provider.urlArgument(), url);
        requireKind(provider, url, tokens);
    }

    private static void requireListener(String argument, URI url) throws UserMistake {
        int port = url.getPort() >= 0 ? url.getPort() : "https".equals(url.getScheme()) ? HTTPS_PORT : HTTP_PORT;
        String reason = "";
        try {
            for (InetAddress address : InetAddress.getAllByName(url.getHost())) {
                try (Socket socket = new Socket()) {
                    socket.connect(new InetSocketAddress(address, port), (int) CONNECT.toMillis());
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

    /** Asks what any such server answers with JSON. */
    private static void requireKind(Provider provider, URI url, AccessTokens tokens)
            throws UserMistake, InterruptedException {
        URI question = URI.create(url + (url.toString().endsWith("/") ? "" : "/") + provider.probe());
        HttpRequest request = HttpRequest.newBuilder(question)
                .timeout(ANSWER)
                .header("Authorization", "Bearer " + tokens.get())
                .build();
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT)
                .build();
        try {
            HttpResponse<InputStream> answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                int status = answer.statusCode();
                boolean success = status / HUNDRED == SUCCESS;
                if (success ? !isAnswerOf(provider, body) : !mayPass(status)) {
                    throw isNo(
                            provider,
                            url,
                            "HTTP " + status + (success ? ", no JSON with a list \"" + provider.list() + "\"" : ""));
                }
            }
        } catch (HttpTimeoutException slow) {
            throw isNo(provider, url, "no answer in " + ANSWER.toSeconds() + " seconds");
        } catch (IOException notHttp) {
            throw isNo(provider, url, notHttp.getClass().getSimpleName());
        }
    }

    private static UserMistake isNo(Provider provider, URI url, String answered) {
        return UserMistake.argument(provider.urlArgument() + ": what answers at " + url + " is no "
                + provider.serverTitle() + " (" + answered + "); it must be " + provider.urlForm());
    }

    /** Refused, busy, broken for now: nothing that tells a server of another kind. */
    private static boolean mayPass(int status) {
        return status == 401 || status == 403 || status == 408 || status == 429 || status >= 500;
    }

    /** True for a JSON object with the list that the provider's answer has. */
    private static boolean isAnswerOf(Provider provider, InputStream body) throws IOException {
        byte[] start = body.readNBytes(LOOKED_AT_BYTES);
        try (JsonParser json = new JsonFactory().createParser(start)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                if (name.equals(provider.list()) && value == JsonToken.START_ARRAY
                        || provider == Provider.GOOGLE && name.equals(ESTIMATE) && value.isNumeric()) {
                    return true;
                }
                json.skipChildren();
            }
            return false;
        } catch (JsonProcessingException notJson) {
            return false;
        }
    }
}
