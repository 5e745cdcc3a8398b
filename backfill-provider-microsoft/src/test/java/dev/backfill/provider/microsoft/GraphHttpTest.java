package dev.backfill.provider.microsoft;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.microsoft.kiota.http.middleware.RedirectHandler;
import com.microsoft.kiota.http.middleware.RetryHandler;
import com.microsoft.kiota.http.middleware.UrlReplaceHandler;
import com.microsoft.kiota.http.middleware.UserAgentHandler;
import dev.backfill.spi.Settings;
import java.io.IOException;
import java.util.Map;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The HTTP client by itself, over TLS as in production. */
class GraphHttpTest {
    private final WireMockServer server = new WireMockServer(
            WireMockConfiguration.options().dynamicPort().dynamicHttpsPort().bindAddress("127.0.0.1"));
    private final OkHttpClient plain =
            GraphHttp.client(GraphSettings.from(Settings.of("microsoft", Map.of("read-timeout-seconds", "20"))));

    @BeforeEach
    void start() {
        server.start();
        server.stubFor(any(urlEqualTo("/quick")).willReturn(aResponse().withBody("quick")));
        server.stubFor(
                any(urlEqualTo("/slow")).willReturn(aResponse().withBody("slow").withFixedDelay(2_500)));
    }

    @AfterEach
    void stop() {
        plain.connectionPool().evictAll();
        server.stop();
    }

    private Request request(String path) {
        return new Request.Builder()
                .url("https://127.0.0.1:" + server.httpsPort() + path)
                .build();
    }

    @Test
    void tlsWorksOverSocketsThatCanBeInterrupted() throws Exception {
        OkHttpClient client = TrustingAnybody.of(plain);
        for (int i = 0; i < 3; i++) {
            try (Response response = client.newCall(request("/quick")).execute()) {
                assertThat(response.body().string()).isEqualTo("quick");
            }
        }
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> client.newCall(request("/slow")).execute()).isInstanceOf(IOException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void nothingInItSendsARequestTwice() {
        assertThat(plain.interceptors())
                .isNotEmpty()
                .noneMatch(RetryHandler.class::isInstance)
                .noneMatch(RedirectHandler.class::isInstance);
        assertThat(plain.retryOnConnectionFailure()).isFalse();
        assertThat(plain.followRedirects()).isFalse();
        assertThat(plain.followSslRedirects()).isFalse();
        assertThat(plain.callTimeoutMillis()).isEqualTo(180_000);
        assertThat(plain.connectTimeoutMillis()).isEqualTo(20_000);
        assertThat(plain.readTimeoutMillis()).isEqualTo(20_000);
    }

    @Test
    void mailboxesShareWhomTheyTrustAndNothingThatOneOfThemEnds() {
        OkHttpClient other =
                GraphHttp.client(GraphSettings.from(Settings.of("microsoft", Map.of("read-timeout-seconds", "7"))));
        assertThat(other.sslSocketFactory()).isSameAs(plain.sslSocketFactory());
        assertThat(other.connectionPool()).isNotSameAs(plain.connectionPool());
        assertThat(other.dispatcher()).isNotSameAs(plain.dispatcher());
        assertThat(other.readTimeoutMillis()).isEqualTo(7_000);
        assertThat(plain.readTimeoutMillis()).isEqualTo(20_000);
    }

    @Test
    void noHandlerOfTheSdkIsLeftButThoseThatAreNeeded() {
        assertThat(plain.interceptors())
                .hasOnlyElementsOfTypes(UrlReplaceHandler.class, UserAgentHandler.class)
                .hasSize(2);
    }
}
