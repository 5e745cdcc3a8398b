package dev.backfill.provider.microsoft;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import dev.backfill.spi.Settings;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.Map;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server that falls silent, before its answer and within, in the two versions of HTTP that Graph may speak. */
class SilentServerTest {
    private static final int LIMIT_MILLIS = 1_000;
    /** More than any buffer between, so that a server that stops after half of it stops in the middle. */
    private static final String LARGE = "x".repeat(1_000_000);

    private enum Version {
        PLAIN_HTTP_1(Protocol.HTTP_1_1),
        HTTP_2_OVER_TLS(Protocol.HTTP_2);

        private final Protocol protocol;

        Version(Protocol protocol) {
            this.protocol = protocol;
        }
    }

    private final WireMockServer server = new WireMockServer(WireMockConfiguration.options()
            .dynamicPort()
            .dynamicHttpsPort()
            .bindAddress("127.0.0.1")
            .gzipDisabled(true));
    private final OkHttpClient client = TrustingAnybody.of(
            GraphHttp.client(GraphSettings.from(Settings.of("microsoft", Map.of("read-timeout-seconds", "1")))));

    private StoppingRelay relay;
    private StoppingRelay secureRelay;

    @BeforeEach
    void start() throws IOException {
        server.start();
        relay = new StoppingRelay(server.port());
        secureRelay = new StoppingRelay(server.httpsPort());
    }

    @AfterEach
    void stop() throws IOException {
        client.connectionPool().evictAll();
        relay.close();
        secureRelay.close();
        server.stop();
    }

    private Response call(Version version) throws IOException {
        String base = version == Version.PLAIN_HTTP_1
                ? "http://127.0.0.1:" + relay.port()
                : "https://127.0.0.1:" + secureRelay.port();
        Response response = client.newCall(
                        new Request.Builder().url(base + "/mail").build())
                .execute();
        assertThat(response.protocol()).isEqualTo(version.protocol);
        return response;
    }

    private StoppingRelay relay(Version version) {
        return version == Version.PLAIN_HTTP_1 ? relay : secureRelay;
    }

    private void stopInTheMiddle(Version version) throws IOException {
        server.stubFor(any(urlEqualTo("/mail")).willReturn(aResponse().withBody(LARGE)));
        relay(version).pass(LARGE.length() / 2);
        try (Response response = call(version)) {
            assertThatThrownBy(() -> response.body().string()).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatNeverBeginsToAnswer(Version version) {
        relay(version).pass(0);

        assertThatThrownBy(() -> call(version).close()).isInstanceOf(SocketTimeoutException.class);
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatStopsInTheMiddleOfItsAnswer(Version version) throws IOException {
        stopInTheMiddle(version);
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatFallsSilentOnAConnectionThatWasUsedBefore(Version version) throws IOException {
        server.stubFor(any(urlEqualTo("/mail")).willReturn(aResponse().withBody("whole")));
        call(version).close();

        stopInTheMiddle(version);
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatIsSlowAndNeverSilentForLong(Version version) throws IOException {
        server.stubFor(any(urlEqualTo("/mail"))
                .willReturn(aResponse().withBody(LARGE).withChunkedDribbleDelay(8, 2 * LIMIT_MILLIS)));

        try (Response response = call(version)) {
            assertThat(response.body().string()).isEqualTo(LARGE);
        }
    }

    @Test
    void aCallAfterOneThatWasEnded() throws IOException {
        stopInTheMiddle(Version.PLAIN_HTTP_1);
        relay.pass(Long.MAX_VALUE);

        try (Response response = call(Version.PLAIN_HTTP_1)) {
            assertThat(response.body().string()).isEqualTo(LARGE);
        }
    }

    @Test
    void whatFailsByItselfIsNotATimeout() throws IOException {
        relay.close();

        assertThatThrownBy(() -> call(Version.PLAIN_HTTP_1).close())
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(SocketTimeoutException.class);
    }
}
