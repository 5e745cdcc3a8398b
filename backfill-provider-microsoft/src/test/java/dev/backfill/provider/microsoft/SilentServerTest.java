package dev.backfill.provider.microsoft;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import dev.backfill.spi.Settings;
import dev.backfill.spi.SourceException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.InstantSource;
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
    /** More than any buffer between, so that a server that stops after half of it stops in the middle. */
    private static final String LARGE = "x".repeat(1_000_000);

    enum Version {
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
    /** Has the same connections, so that a busy machine may take its time for all but the silence. */
    private final OkHttpClient patient =
            client.newBuilder().readTimeout(Duration.ofMinutes(1)).build();

    private StoppingRelay relay;
    private StoppingRelay secureRelay;

    @BeforeEach
    void start() throws IOException {
        server.start();
        server.stubFor(any(urlEqualTo("/large")).willReturn(aResponse().withBody(LARGE)));
        server.stubFor(
                any(urlEqualTo("/slow")).willReturn(aResponse().withBody(LARGE).withChunkedDribbleDelay(12, 3_600)));
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

    private Response call(OkHttpClient with, Version version, String path) throws IOException {
        String base = version == Version.PLAIN_HTTP_1
                ? "http://127.0.0.1:" + relay.port()
                : "https://127.0.0.1:" + secureRelay.port();
        return with.newCall(new Request.Builder().url(base + path).build()).execute();
    }

    private StoppingRelay relay(Version version) {
        return version == Version.PLAIN_HTTP_1 ? relay : secureRelay;
    }

    /** Reads once, so that a connection is there; then no more than so many bytes pass. */
    private void passAfterOneAnswer(Version version, long bytes) throws IOException {
        try (Response response = call(patient, version, "/large")) {
            assertThat(response.body().string()).isEqualTo(LARGE);
            assertThat(response.protocol()).isEqualTo(version.protocol);
        }
        relay(version).pass(bytes);
    }

    private void readToTheSilence(Version version) {
        assertThatThrownBy(() -> {
                    try (Response response = call(client, version, "/large")) {
                        response.body().string();
                    }
                })
                .isInstanceOf(SocketTimeoutException.class);
        assertThat(relay(version).connections()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatNeverBeginsToAnswer(Version version) throws IOException {
        passAfterOneAnswer(version, 0);

        readToTheSilence(version);
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatStopsInTheMiddleOfItsAnswer(Version version) throws IOException {
        passAfterOneAnswer(version, LARGE.length() / 2);

        readToTheSilence(version);
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatTakesAConnectionAndSaysNothing(Version version) {
        relay(version).pass(0);

        readToTheSilence(version);
    }

    @Test
    void aServerThatIsSlowAndNeverSilentForLong() throws IOException {
        OkHttpClient threeSeconds =
                client.newBuilder().readTimeout(Duration.ofSeconds(3)).build();

        try (Response response = call(threeSeconds, Version.HTTP_2_OVER_TLS, "/slow")) {
            assertThat(response.body().string()).isEqualTo(LARGE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatIsNeverSilentButTakesLongerThanACallMay(Version version) {
        OkHttpClient oneSecond = client.newBuilder()
                .readTimeout(Duration.ofMinutes(1))
                .callTimeout(Duration.ofSeconds(1))
                .build();

        assertThatThrownBy(() -> {
                    try (Response response = call(oneSecond, version, "/slow")) {
                        response.body().string();
                    }
                })
                .isInstanceOfSatisfying(
                        IOException.class,
                        late -> assertThat(new GraphErrors(InstantSource.system())
                                        .ofFailure(late, GraphErrors.Target.PAGE)
                                        .kind())
                                .isEqualTo(SourceException.Kind.RETRY_SMALLER));
    }

    @Test
    void aCallAfterOneThatWasEnded() throws IOException {
        passAfterOneAnswer(Version.PLAIN_HTTP_1, LARGE.length() / 2);
        readToTheSilence(Version.PLAIN_HTTP_1);

        relay.pass(Long.MAX_VALUE);
        passAfterOneAnswer(Version.PLAIN_HTTP_1, 0);

        assertThat(relay.connections()).isEqualTo(2);
    }

    @Test
    void whatFailsByItselfIsNotATimeout() throws IOException {
        relay.close();

        assertThatThrownBy(() -> call(client, Version.PLAIN_HTTP_1, "/large").close())
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(SocketTimeoutException.class);
    }
}
