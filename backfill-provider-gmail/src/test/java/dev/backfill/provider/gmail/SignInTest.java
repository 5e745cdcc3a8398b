package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backfill.api.InvalidRequestException;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.Settings;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.testkit.DirectMailboxContext;
import dev.backfill.testkit.ManualTime;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.gmail.FakeGoogleTokens;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Credentials that are exchanged for access tokens: a user's refresh token, and a service account that acts for a user. */
class SignInTest {
    private static final String ANN = "ann@example.com";
    private static final String BOB = "bob@example.com";
    private static final String SECRET = "kanarienvogel";
    private static final RequestMatch TOKEN = RequestMatch.path("/token$");
    private static final RequestMatch PROFILE = RequestMatch.path("/profile$");

    private final ManualTime time = new ManualTime();
    private FakeGmail gmail;
    private FakeGoogleTokens tokens;

    @BeforeEach
    void start() throws Exception {
        gmail = FakeGmail.builder()
                .mailbox(ANN, TestMail.generated(3))
                .mailbox(BOB, TestMail.generated(5))
                .start();
        gmail.tokens().accept("nobody's", "nobody@example.com");
        tokens = FakeGoogleTokens.start(gmail.tokens(), InstantSource.system());
        tokens.consent("app", SECRET, "refresh-" + SECRET, ANN);
    }

    @AfterEach
    void stop() {
        tokens.close();
        gmail.close();
    }

    private Map<String, String> user() {
        return Map.of(
                "client-id",
                "app",
                "client-secret",
                SECRET,
                "refresh-token",
                "refresh-" + SECRET,
                "token-url",
                tokens.tokenUrl().toString());
    }

    /** A context whose host's token nobody takes. */
    private DirectMailboxContext context(String account, Map<String, String> credentials) {
        Map<String, String> settings = new HashMap<>(credentials);
        settings.put("root-url", gmail.rootUrl().toString());
        return DirectMailboxContext.builder("google", account)
                .settings(settings)
                .token("the host's")
                .build();
    }

    private GmailClient client(Map<String, String> credentials) {
        DirectMailboxContext context = context("me", credentials);
        return new GmailClient(context, GmailSettings.of(context.settings()));
    }

    private GoogleAccessTokens ofUser(InstantSource clock) {
        TokenEndpoint endpoint =
                new TokenEndpoint(new com.google.api.client.http.javanet.NetHttpTransport(), tokens.tokenUrl(), clock);
        return new GoogleAccessTokens(Grant.ofUser("app", SECRET, "refresh-" + SECRET), endpoint, clock);
    }

    @Test
    void aUsersRefreshTokenOpensTheUsersMailbox() {
        try (GmailClient client = client(user())) {
            assertThat(client.profile().address()).isEqualTo(ANN);
            assertThat(client.labels()).isNotEmpty();
        }
        // One token for both requests.
        assertThat(tokens.journal().count(TOKEN)).isEqualTo(1);
    }

    @Test
    void aServiceAccountActsForTheAccountThatAJobNames(@TempDir Path folder) throws Exception {
        String key = tokens.serviceAccount("robot@example.com");
        Path file = Files.writeString(folder.resolve("key.json"), key);
        for (Map<String, String> settings :
                List.of(Map.of("service-account-key", key), Map.of("service-account-key-file", file.toString()))) {
            for (String address : List.of(ANN, BOB)) {
                DirectMailboxContext context = context(address, settings);
                try (GmailClient client = new GmailClient(context, GmailSettings.of(context.settings()))) {
                    assertThat(client.profile().address()).isEqualTo(address);
                }
            }
        }
        assertThat(tokens.journal().count(TOKEN)).isEqualTo(4);
    }

    @Test
    void aServiceAccountActsForNobodyWhoIsCalledMe() {
        Map<String, String> settings = Map.of("service-account-key", tokens.serviceAccount("robot@example.com"));
        try (GmailClient client = client(settings)) {
            SourceException error = catchThrowableOfType(SourceException.class, client::profile);
            assertThat(error.kind()).isEqualTo(Kind.AUTH);
            assertThat(error.code()).isEqualTo("NO_SUBJECT");
        }
        assertThat(gmail.journal().total()).isZero();
    }

    @Test
    void aServiceAccountWithoutDelegationIsAuthentication() {
        tokens.forbidActingFor(ANN);
        DirectMailboxContext context =
                context(ANN, Map.of("service-account-key", tokens.serviceAccount("robot@example.com")));
        try (GmailClient client = new GmailClient(context, GmailSettings.of(context.settings()))) {
            SourceException error = catchThrowableOfType(SourceException.class, client::profile);
            assertThat(error.kind()).isEqualTo(Kind.AUTH);
            assertThat(error.code()).isEqualTo("unauthorized_client");
        }
    }

    @Test
    void aConsentThatIsGoneIsAuthenticationUntilItIsGivenAgain() {
        tokens.revoke("refresh-" + SECRET);
        try (GmailClient client = client(user())) {
            SourceException error = catchThrowableOfType(SourceException.class, client::profile);
            assertThat(error.kind()).isEqualTo(Kind.AUTH);
            assertThat(error.code()).isEqualTo("invalid_grant");
            assertThat(tokens.journal().count(TOKEN)).isEqualTo(1);
            assertThat(gmail.journal().total()).isZero();
            tokens.consent("app", SECRET, "refresh-" + SECRET, ANN);
            assertThat(client.profile().address()).isEqualTo(ANN);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 502, 503})
    void anEndpointThatFailsForAWhileIsTransientAndAskedOnce(int status) {
        tokens.faults().always(TOKEN, Fault.html(status));
        try (GmailClient client = client(user())) {
            assertThat(catchThrowableOfType(SourceException.class, client::profile)
                            .kind())
                    .isEqualTo(Kind.RETRY);
        }
        assertThat(tokens.journal().count(TOKEN)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "200; {}; RETRY; TOKEN_EMPTY",
                "200; []; RETRY; TOKEN_EMPTY",
                "200; {\"access_token\":; RETRY; TOKEN_IO",
                "400; {\"error\":\"invalid_client\"}; AUTH; invalid_client",
                "401; no json; AUTH; TOKEN_HTTP_401",
                "403; {\"error\":{\"code\":403}}; AUTH; TOKEN_HTTP_403",
                "400; {\"error\":\"ann@example.com\"}; AUTH; TOKEN_HTTP_400",
            })
    void whatTheEndpointAnswersIsSortedByStatusAndCode(int status, String body, Kind kind, String code) {
        tokens.faults().always(TOKEN, Fault.json(status, body));
        GoogleAccessTokens user = ofUser(time);
        SourceException error = catchThrowableOfType(SourceException.class, user::get);
        assertThat(error.kind()).isEqualTo(kind);
        assertThat(error.code()).isEqualTo(code);
        assertThat(error).hasMessageNotContaining("example.com").hasNoCause();
    }

    @Test
    void anEndpointThatDropsTheConnectionIsTransient() {
        tokens.faults().always(TOKEN, new Fault.Drop());
        try (GmailClient client = client(user())) {
            SourceException error = catchThrowableOfType(SourceException.class, client::profile);
            assertThat(error.kind()).isEqualTo(Kind.RETRY);
            assertThat(error.code()).isEqualTo("TOKEN_IO");
        }
    }

    @Test
    void aTokenIsKeptUntilFourMinutesBeforeItsEnd() {
        GoogleAccessTokens user = ofUser(time);
        String first = user.get();
        time.advance(Duration.ofMinutes(55));
        assertThat(user.get()).isEqualTo(first);
        time.advance(Duration.ofMinutes(1));
        assertThat(user.get()).isNotEqualTo(first);
        assertThat(tokens.journal().count(TOKEN)).isEqualTo(2);
    }

    @Test
    void aTokenThatLivesForTwoMinutesIsKeptForMostOfThem() {
        tokens.life(Duration.ofMinutes(2));
        GoogleAccessTokens user = ofUser(time);
        String first = user.get();
        time.advance(Duration.ofSeconds(89));
        assertThat(user.get()).isEqualTo(first);
        time.advance(Duration.ofSeconds(1));
        assertThat(user.get()).isNotEqualTo(first);
    }

    @Test
    void aTokenThatGmailRefusesIsExchangedOnceForANewOne() {
        try (Mailbox mailbox = new GoogleEmailSource().open(context("me", user()))) {
            String key = mailbox.key();
            gmail.tokens().expire("given-1");
            assertThat(mailbox.key()).isEqualTo(key);
        }
        assertThat(tokens.journal().count(TOKEN)).isEqualTo(2);
        assertThat(gmail.journal().count(PROFILE)).isEqualTo(3);
    }

    @Test
    void onlyTheTokenThatWasRefusedIsForgotten() {
        GoogleAccessTokens user = ofUser(time);
        String first = user.get();
        user.invalidate("another");
        assertThat(user.get()).isEqualTo(first);
        user.invalidate(first);
        assertThat(user.get()).isNotEqualTo(first);
    }

    @Test
    void credentialsThatAreIncompleteOrUnreadableAreRefusedWithoutBeingShown() {
        String key =
                "{\"type\":\"service_account\",\"client_email\":\"" + SECRET + "\",\"private_key\":\"" + SECRET + "\"}";
        for (Map<String, String> wrong : List.of(
                Map.of("client-id", "app"),
                Map.of("client-id", "app", "client-secret", SECRET),
                Map.of("refresh-token", SECRET, "client-secret", SECRET),
                Map.of("service-account-key", key),
                Map.of("service-account-key", SECRET),
                Map.of("service-account-key-file", "/no/such/file"),
                Map.of("service-account-key-file", "\0" + SECRET),
                Map.of("service-account-key", key, "service-account-key-file", "x"),
                Map.of("token-url", "https://example.com/token"),
                Map.of(
                        "client-id",
                        "app",
                        "client-secret",
                        SECRET,
                        "refresh-token",
                        SECRET,
                        "token-url",
                        "http://example.com/token"))) {
            assertThatExceptionOfType(InvalidRequestException.class)
                    .isThrownBy(() -> new GoogleEmailSource().quotas(Settings.of("google", wrong)))
                    .withMessageNotContaining(SECRET)
                    .withNoCause();
        }
    }

    @Test
    void bothKindsOfCredentialsExcludeEachOther() {
        Map<String, String> both = new HashMap<>(user());
        both.put("service-account-key", tokens.serviceAccount("robot@example.com"));
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> new GoogleEmailSource().quotas(Settings.of("google", both)));
    }

    @Test
    void noTextShowsASecret() throws Exception {
        GmailSettings settings = GmailSettings.of(Settings.of("google", user()));
        assertThat(settings.toString()).doesNotContain(SECRET).contains("SignIn[user]");
        GoogleAccessTokens user = ofUser(time);
        String token = user.get();
        assertThat(user.toString()).doesNotContain(SECRET, token);
        assertThat(new TokenEndpoint.Token(token, time.instant(), time.instant()).toString())
                .doesNotContain(token);
        String key = tokens.serviceAccount("robot@example.com");
        assertThat(ServiceAccountKey.read(key).toString()).isEqualTo("ServiceAccountKey");
    }

    @Test
    void hostsMakeTokensOfAKeyThemselves() {
        GoogleAccessTokens robot = GoogleAccessTokens.ofServiceAccount(
                tokens.serviceAccount("robot@example.com"), BOB, InstantSource.system());
        String token = robot.get();
        DirectMailboxContext context = DirectMailboxContext.builder("google", "me")
                .settings(Map.of("root-url", gmail.rootUrl().toString()))
                .tokens(robot)
                .build();
        try (GmailClient client = new GmailClient(context, GmailSettings.of(context.settings()))) {
            assertThat(client.profile().address()).isEqualTo(BOB);
        }
        assertThat(robot.get()).isEqualTo(token);
    }
}
