package dev.backfill.provider.microsoft;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import dev.backfill.api.InvalidRequestException;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.testkit.DirectMailboxContext;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An app's own tokens, asked for over TLS at a token service on this machine. */
class MicrosoftAppTokensTest {
    private static final String TENANT = "11111111-2222-3333-4444-555555555555";
    private static final String CLIENT = "66666666-7777-8888-9999-000000000000";
    private static final String SECRET = "canary-secret-value";
    private static final String SHARED = "shared@example.com";

    private final WireMockServer service = new WireMockServer(
            WireMockConfiguration.options().dynamicPort().dynamicHttpsPort().bindAddress("127.0.0.1"));

    @BeforeEach
    void start() {
        service.start();
    }

    @AfterEach
    void stop() {
        service.stop();
    }

    private MicrosoftAppTokens tokens() throws Exception {
        return builder().clientSecret(SECRET).build();
    }

    private MicrosoftAppTokens.Builder builder() throws Exception {
        return MicrosoftAppTokens.builder(TENANT, CLIENT)
                .unknownAuthority(
                        URI.create("https://127.0.0.1:" + service.httpsPort() + "/"),
                        new JdkHttpClientBuilder(HttpClient.newBuilder().sslContext(TrustingAnybody.context()))
                                .responseTimeout(Duration.ofSeconds(2))
                                .build());
    }

    private void answer(ResponseDefinitionBuilder response) {
        service.stubFor(
                post(urlPathEqualTo("/" + TENANT + "/oauth2/v2.0/token")).willReturn(response));
    }

    private static ResponseDefinitionBuilder token(String token) {
        return aResponse()
                .withHeader("Content-Type", "application/json")
                .withBody("{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":\"" + token + "\"}");
    }

    private static ResponseDefinitionBuilder refusal(int status, String error, String text) {
        return aResponse()
                .withStatus(status)
                .withHeader("Content-Type", "application/json")
                .withBody("{\"error\":\"" + error + "\",\"error_description\":\"" + text + "\"}");
    }

    private void assertAsked(int times) {
        service.verify(times, postRequestedFor(anyUrl()));
    }

    @Test
    void anAppReadsAnyMailboxWithItsOwnToken() throws Exception {
        answer(token("app-token"));
        List<StoredMail> mails = Graphs.minutes(30, FolderPath.INBOX);
        List<StoredMail> others = Graphs.minutes(7, FolderPath.of("Team"));
        try (FakeGraph graph = FakeGraph.builder()
                .mailbox(Graphs.OWNER, mails)
                .mailbox(SHARED, others)
                .start()) {
            graph.tokens().accept("app-token", "*");
            MicrosoftAppTokens app = tokens();
            for (String account :
                    List.of(Graphs.OWNER, SHARED, graph.mailbox(SHARED).userId())) {
                DirectMailboxContext context =
                        Graphs.builder(graph, account).tokens(app).build();
                try (Mailbox mailbox = new MicrosoftEmailSource().open(context)) {
                    boolean own = account.equals(Graphs.OWNER);
                    assertThat(mailbox.key())
                            .isEqualTo(
                                    graph.mailbox(own ? Graphs.OWNER : SHARED).rootFolderId());
                    assertThat(Crawl.of(mailbox, Crawl.ALL, Crawl.limit(10)).ids())
                            .doesNotHaveDuplicates()
                            .hasSize(own ? 30 : 7);
                }
            }
        }
        // One for all accounts and requests.
        assertAsked(1);
        service.verify(postRequestedFor(anyUrl())
                .withRequestBody(containing("grant_type=client_credentials"))
                .withRequestBody(containing("client_id=" + CLIENT))
                .withRequestBody(containing("client_secret=" + SECRET))
                .withRequestBody(containing("graph.microsoft.com%2F.default")));
    }

    @Test
    void aRefusedTokenIsFetchedAnewAndOnlyThatOne() throws Exception {
        MicrosoftAppTokens app = tokens();
        answer(token("first"));
        assertThat(app.get()).isEqualTo("first");
        answer(token("second"));
        assertThat(app.get()).isEqualTo("first");
        app.invalidate("first");
        assertThat(app.get()).isEqualTo("second");
        app.invalidate("first");
        assertThat(app.get()).isEqualTo("second");
        assertAsked(2);
    }

    @Test
    void aTokenIsKeptUntilShortlyBeforeItsEnd() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
        MicrosoftAppTokens app = builder().clientSecret(SECRET).clock(now::get).build();
        answer(token("first"));
        app.get();
        answer(token("second"));
        now.updateAndGet(at -> at.plusSeconds(3_200));
        assertThat(app.get()).isEqualTo("first");
        now.updateAndGet(at -> at.plusSeconds(200));
        assertThat(app.get()).isEqualTo("second");
        assertAsked(2);
    }

    @ParameterizedTest
    @CsvSource({
        "401, invalid_client, AADSTS7000215: Invalid secret for app canary, AUTH, AADSTS7000215, 1",
        "400, unauthorized_client, AADSTS700016: No application canary, AUTH, AADSTS700016, 1",
        "400, invalid_request, nothing known of canary, AUTH, APP_TOKEN_REFUSED, 1",
        "503, temporarily_unavailable, AADSTS90033: canary, RETRY, AADSTS90033, 2"
    })
    void whyThereIsNoTokenIsSaidByItsCodeAlone(
            int status, String error, String text, Kind kind, String code, int requests) throws Exception {
        answer(refusal(status, error, text));
        SourceException failed = catchThrowableOfType(SourceException.class, tokens()::get);

        assertThat(failed.kind()).isEqualTo(kind);
        assertThat(failed.code()).isEqualTo(code);
        assertThat(failed).hasNoCause().hasMessageNotContaining("canary");
        // Microsoft's library asks once more after a 5xx by itself; no quota of mail counts that.
        assertAsked(requests);
    }

    @Test
    void aTokenServiceThatDoesNotAnswerIsTransient() throws Exception {
        answer(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER));
        assertThat(catchThrowableOfType(SourceException.class, tokens()::get).kind())
                .isEqualTo(Kind.RETRY);
        answer(token("late").withFixedDelay(60_000));
        assertThat(catchThrowableOfType(SourceException.class, tokens()::get).code())
                .isEqualTo("TOKEN_SERVICE");
        assertAsked(2);
    }

    @Test
    void aCertificateDoesWhatASecretDoes(@TempDir Path folder) throws Exception {
        Path pfx = folder.resolve("app.pfx");
        String password = "changeit";
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "app",
                        "-keyalg",
                        "RSA",
                        "-dname",
                        "CN=app",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        pfx.toString(),
                        "-storepass",
                        password)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.txt").toFile())
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore store = KeyStore.getInstance(pfx.toFile(), password.toCharArray());
        Path pem = folder.resolve("app.pem");
        Files.writeString(
                pem,
                pem("PRIVATE KEY", store.getKey("app", password.toCharArray()).getEncoded())
                        + pem("CERTIFICATE", store.getCertificate("app").getEncoded()));
        answer(token("by-certificate"));

        assertThat(builder().clientCertificate(pfx, password).build().get()).isEqualTo("by-certificate");
        assertThat(builder().clientCertificate(pem).build().get()).isEqualTo("by-certificate");
        service.verify(2, postRequestedFor(anyUrl()).withRequestBody(containing("client_assertion=")));
    }

    private static String pem(String title, byte[] content) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + title + "-----\n" + lines + "\n-----END " + title + "-----\n";
    }

    @Test
    void neitherSecretNorTokenIsSaidByAnybody() throws Exception {
        try (Overheard ears = new Overheard()) {
            MicrosoftAppTokens app = tokens();
            answer(refusal(401, "invalid_client", "AADSTS7000215: Invalid secret"));
            ears.hear(app::get);
            answer(token("canary-token"));
            ears.hear(app::get);
            ears.hear(() -> app.invalidate("canary-token"));
            ears.hear(() -> {
                throw new IllegalStateException(app.toString());
            });
            assertThat(ears.all()).doesNotContainIgnoringCase("canary");
        }
    }

    @Test
    void whatIsMissingIsSaidBeforeAnythingIsAsked() {
        MicrosoftAppTokens.Builder builder = MicrosoftAppTokens.builder(TENANT, CLIENT);
        assertThatThrownBy(builder::build).isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> builder.clientSecret(" ")).isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> builder.clientCertificate(Path.of("nowhere.pem")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageNotContaining("nowhere");
        assertThatThrownBy(() -> builder.cloud(URI.create("http://login.example.com"), "x"))
                .hasMessageContaining("https");
        assertThatThrownBy(() -> builder.timeout(Duration.ofMinutes(2))).hasMessageContaining("1 to 60");
    }
}
