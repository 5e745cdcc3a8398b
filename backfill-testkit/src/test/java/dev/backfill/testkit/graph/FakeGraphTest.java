package dev.backfill.testkit.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.graph.core.requests.BaseGraphRequestAdapter;
import com.microsoft.graph.core.requests.GraphClientFactory;
import com.microsoft.graph.models.FileAttachment;
import com.microsoft.graph.models.MailFolder;
import com.microsoft.graph.models.MailSearchFolder;
import com.microsoft.graph.models.Message;
import com.microsoft.graph.models.MessageCollectionResponse;
import com.microsoft.graph.models.odataerrors.ODataError;
import com.microsoft.graph.serviceclient.GraphServiceClient;
import com.microsoft.kiota.RequestOption;
import com.microsoft.kiota.authentication.AccessTokenProvider;
import com.microsoft.kiota.authentication.AllowedHostsValidator;
import com.microsoft.kiota.authentication.BaseBearerTokenAuthenticationProvider;
import com.microsoft.kiota.http.middleware.options.RetryHandlerOption;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.GeneratorOptions;
import dev.backfill.testkit.mail.MailGenerator;
import dev.backfill.testkit.mail.ParsedMail;
import dev.backfill.testkit.mail.StoredMail;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The fake, judged by Microsoft's own client and models. */
class FakeGraphTest {
    private static final String ANN = "ann@example.com";
    private static final String BOB = "bob@example.com";
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final AtomicReference<Instant> clock = new AtomicReference<>(NOW);
    private final List<StoredMail> mails =
            new MailGenerator(GeneratorOptions.of(3, 200)).mails().toList();
    private FakeGraph graph;

    @BeforeEach
    void start() throws Exception {
        graph = FakeGraph.builder()
                .mailbox(ANN, mails)
                .mailbox(BOB, List.of())
                .quota(500, Duration.ofMinutes(10), 4, clock::get)
                .start();
    }

    @AfterEach
    void stop() {
        graph.close();
    }

    private GraphServiceClient client(String token) {
        AccessTokenProvider tokens = new AccessTokenProvider() {
            @Override
            public String getAuthorizationToken(URI uri, @Nullable Map<String, Object> additional) {
                return token;
            }

            @Override
            public AllowedHostsValidator getAllowedHostsValidator() {
                return new AllowedHostsValidator("127.0.0.1");
            }
        };
        return new GraphServiceClient(new BaseGraphRequestAdapter(
                new BaseBearerTokenAuthenticationProvider(tokens),
                graph.baseUrl().toString(),
                GraphClientFactory.create(new RequestOption[] {new RetryHandlerOption((a, b, c, d) -> false, 0, 0)})
                        .build()));
    }

    private GraphServiceClient client() {
        return client("any");
    }

    @Test
    void aPageHasTenMessagesNewestFirstAndALinkToTheNext() {
        MessageCollectionResponse page = client().me().messages().get();
        List<Instant> times = mails.stream()
                .map(mail -> mail.receivedAt().truncatedTo(ChronoUnit.SECONDS))
                .sorted(Comparator.reverseOrder())
                .toList();

        assertThat(page.getValue())
                .extracting(message -> message.getReceivedDateTime().toInstant())
                .containsExactlyElementsOf(times.subList(0, 10));
        assertThat(page.getOdataNextLink()).endsWith("skip=10");
        MessageCollectionResponse next =
                client().me().messages().withUrl(page.getOdataNextLink()).get();
        assertThat(next.getValue().get(0).getReceivedDateTime().toInstant()).isEqualTo(times.get(10));
    }

    @Test
    void everyMessageCanBeReadByMicrosoftsModels() {
        List<Message> all = client().users()
                .byUserId(ANN)
                .messages()
                .get(config -> {
                    config.queryParameters.top = 5_000;
                    config.queryParameters.count = true;
                    config.queryParameters.expand = new String[] {"attachments"};
                    config.headers.add("Prefer", "IdType=\"ImmutableId\"");
                })
                .getValue();
        assertThat(all).hasSize(200);
        for (StoredMail mail : mails) {
            Message message = all.stream()
                    .filter(one -> one.getId().equals(graph.mailbox(ANN).messageId(mail)))
                    .findFirst()
                    .orElseThrow();
            ParsedMail parsed = mail.parsed();
            assertThat(message.getId()).hasSize(72);
            assertThat(message.getSubject()).isEqualTo(parsed.subject());
            assertThat(message.getToRecipients()).hasSameSizeAs(parsed.to());
            assertThat(message.getBody().getContent())
                    .isEqualTo(parsed.htmlBody() != null ? parsed.htmlBody() : nullToEmpty(parsed.textBody()));
            assertThat(message.getIsRead()).isEqualTo(mail.isRead());
            assertThat(message.getBodyPreview()).hasSizeLessThanOrEqualTo(255);
            assertThat(message.getInternetMessageHeaders()).isNull();
            assertThat(message.getAttachments()).hasSameSizeAs(parsed.attachments());
            for (int i = 0; i < parsed.attachments().size(); i++) {
                if (message.getAttachments().get(i) instanceof FileAttachment file) {
                    assertThat(file.getContentBytes())
                            .isEqualTo(parsed.attachments().get(i).content().toByteArray());
                }
            }
        }
    }

    private static String nullToEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    @Test
    void classicIdsChangeWithAMoveAndImmutableOnesDoNot() {
        StoredMail mail = mails.get(0);
        String immutable = graph.mailbox(ANN).messageId(mail);
        String before = client().me().messages().byMessageId(immutable).get().getId();
        graph.mailbox(ANN).move(mail.id(), FolderPath.of("Elsewhere"), NOW);
        String after = client().me().messages().byMessageId(immutable).get().getId();

        assertThat(before).isNotEqualTo(after).hasSizeGreaterThan(130);
        assertError(
                404,
                "ErrorItemNotFound",
                () -> client().me().messages().byMessageId(before).get());
        assertError(
                404,
                "ErrorItemNotFound",
                () -> client().me()
                        .messages()
                        .byMessageId(immutable.toLowerCase(java.util.Locale.ROOT))
                        .get());
    }

    private static void assertError(int status, String code, Runnable request) {
        assertThatThrownBy(request::run).isInstanceOfSatisfying(ODataError.class, error -> {
            assertThat(error.getResponseStatusCode()).isEqualTo(status);
            assertThat(error.getError().getCode()).isEqualTo(code);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "isRead eq true, receivedDateTime asc, InefficientFilter",
        "isRead eq true and receivedDateTime ge 2019-01-01T00:00:00Z, receivedDateTime asc, InefficientFilter",
        "receivedDateTime ge '2019-01-01', receivedDateTime asc, BadRequest",
        "colour eq 1, receivedDateTime asc, BadRequest"
    })
    void filtersThatGraphRefusesAreRefused(String filter, String order, String code) {
        assertError(
                400,
                code,
                () -> client().me().messages().get(config -> {
                    config.queryParameters.filter = filter;
                    config.queryParameters.orderby = new String[] {order};
                }));
    }

    @Test
    void filtersAreHalfOpenAndCounted() {
        List<Instant> times =
                mails.stream().map(StoredMail::receivedAt).sorted().toList();
        Instant from = times.get(50).truncatedTo(ChronoUnit.SECONDS);
        Instant to = times.get(150).truncatedTo(ChronoUnit.SECONDS);
        MessageCollectionResponse page = client().me().messages().get(config -> {
            config.queryParameters.filter = "receivedDateTime ge " + from + " and receivedDateTime lt " + to;
            config.queryParameters.orderby = new String[] {"receivedDateTime asc"};
            config.queryParameters.count = true;
            config.queryParameters.top = 7;
            config.queryParameters.select = new String[] {"id", "receivedDateTime"};
        });

        assertThat(page.getOdataCount())
                .isEqualTo(times.stream()
                        .filter(time -> !time.isBefore(from) && time.isBefore(to))
                        .count());
        assertThat(page.getValue())
                .hasSize(7)
                .allSatisfy(message -> assertThat(message.getSubject()).isNull());
        assertThat(page.getValue().get(0).getReceivedDateTime().toInstant()).isEqualTo(from);
    }

    @Test
    void onlyTheRootsChildrenAreListedAndHiddenFoldersOnRequest() {
        graph.mailbox(BOB)
                .addFolder(FolderPath.of("Inbox", "A"))
                .addHiddenFolder(FolderPath.of("Hidden"))
                .addSearchFolder(FolderPath.of("Unread"));
        List<MailFolder> top = client().users()
                .byUserId(BOB)
                .mailFolders()
                .get(config -> config.queryParameters.top = 100)
                .getValue();
        List<MailFolder> all = client().users()
                .byUserId(BOB)
                .mailFolders()
                .get(config -> {
                    config.queryParameters.top = 100;
                    config.queryParameters.includeHiddenFolders = "true";
                })
                .getValue();

        assertThat(top)
                .extracting(MailFolder::getDisplayName)
                .contains("Inbox", "Sent Items", "Deleted Items", "Unread")
                .doesNotContain("A", "Hidden");
        assertThat(top).filteredOn(MailSearchFolder.class::isInstance).hasSize(1);
        assertThat(all).extracting(MailFolder::getDisplayName).contains("Hidden");
        MailFolder inbox = client().users()
                .byUserId(BOB)
                .mailFolders()
                .byMailFolderId("inbox")
                .get();
        assertThat(inbox.getChildFolderCount()).isEqualTo(1);
        assertThat(client().users()
                        .byUserId(BOB)
                        .mailFolders()
                        .byMailFolderId(inbox.getId())
                        .childFolders()
                        .get()
                        .getValue())
                .extracting(MailFolder::getDisplayName)
                .containsExactly("A");
    }

    @Test
    void tokensOpenTheirOwnMailboxAlone() {
        graph.tokens().accept("ann-token", ANN);
        graph.tokens().accept("app-token", "*");

        assertThat(client("ann-token").me().get().getId())
                .isEqualTo(graph.mailbox(ANN).userId());
        assertThat(client("app-token").users().byUserId(BOB).get().getId())
                .isEqualTo(graph.mailbox(BOB).userId());
        assertError(400, "BadRequest", () -> client("app-token").me().get());
        assertError(
                403,
                "ErrorAccessDenied",
                () -> client("ann-token").users().byUserId(BOB).get());
        assertError(
                401, "InvalidAuthenticationToken", () -> client("other").me().get());
        assertError(
                404,
                "ErrorInvalidUser",
                () -> client("app-token").users().byUserId("nobody@example.com").get());
    }

    @Test
    void theQuotaIsKeptForEachMailbox() {
        for (int i = 0; i < 500; i++) {
            client().me().get();
        }
        assertThatThrownBy(() -> client().me().get()).isInstanceOfSatisfying(ODataError.class, error -> {
            assertThat(error.getResponseStatusCode()).isEqualTo(429);
            assertThat(error.getError().getCode()).isEqualTo("ApplicationThrottled");
            assertThat(error.getResponseHeaders().get("Retry-After")).containsExactly("600");
        });
        assertThat(client().users().byUserId(BOB).get().getId()).isNotBlank();
        clock.set(NOW.plusSeconds(600));
        assertThat(client().me().get().getId()).isNotBlank();
        assertThat(graph.journal().count(RequestMatch.path("^/v1.0/me$"))).isEqualTo(502);
    }

    @Test
    void aCorruptMessageFailsItsPageAndItself() {
        List<StoredMail> sorted = new ArrayList<>(mails);
        sorted.sort(Comparator.comparing(StoredMail::receivedAt).reversed());
        graph.mailbox(ANN).corrupt(sorted.get(2).id());
        String id = graph.mailbox(ANN).messageId(sorted.get(2));

        assertError(500, "ErrorCorruptData", () -> client().me().messages().get());
        assertError(
                500,
                "ErrorCorruptData",
                () -> client().me().messages().byMessageId(id).get());
        assertThat(client().me()
                        .messages()
                        .get(config -> config.queryParameters.select = new String[] {"id"})
                        .getValue())
                .hasSize(10);
    }

    @Test
    void aMessageIsServedAsMime() throws Exception {
        StoredMail mail = mails.get(5);
        try (var mime = client().me()
                .messages()
                .byMessageId(graph.mailbox(ANN).messageId(mail))
                .content()
                .get()) {
            assertThat(mime.readAllBytes()).isEqualTo(mail.mime().toByteArray());
        }
    }
}
