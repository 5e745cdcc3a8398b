package dev.backfill.provider.microsoft;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParseException;
import com.microsoft.graph.core.requests.BaseGraphRequestAdapter;
import com.microsoft.graph.serviceclient.GraphServiceClient;
import com.microsoft.kiota.authentication.AnonymousAuthenticationProvider;
import dev.backfill.provider.microsoft.GraphErrors.Target;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.spi.SourceException.Scope;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GraphErrorsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private final GraphErrors errors = new GraphErrors(() -> NOW);

    @BeforeAll
    static void registerTheSdksJson() {
        // As in production, where the client is made first: it registers the SDK's JSON reader.
        new GraphServiceClient(
                new BaseGraphRequestAdapter(new AnonymousAuthenticationProvider(), "http://127.0.0.1:1/v1.0"));
    }

    private static byte[] body(String code) {
        return ("{\"error\":{\"code\":\"" + code + "\",\"message\":\"secret text\",\"innerError\":{\"date\":"
                        + "\"2026-01-01T00:00:00\",\"request-id\":\"1\"}}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({
        "401, InvalidAuthenticationToken, PAGE, AUTH",
        "403, ErrorAccessDenied, PAGE, SKIP_PARTITION",
        "403, ErrorAccessDenied, MAILBOX, FAIL_JOB",
        "403, Authorization_RequestDenied, PAGE, FAIL_JOB",
        "403, extensionError, PAGE, FAIL_JOB",
        "404, MailboxNotEnabledForRESTAPI, PAGE, FAIL_JOB",
        "404, MailboxNotSupportedForRESTAPI, PAGE, FAIL_JOB",
        "404, ErrorInvalidUser, MAILBOX, FAIL_JOB",
        "404, Request_ResourceNotFound, MAILBOX, FAIL_JOB",
        "404, ErrorNonExistentMailbox, PAGE, FAIL_JOB",
        "404, ErrorItemNotFound, MESSAGE, SKIP_MESSAGE",
        "404, ErrorItemNotFound, PAGE, SKIP_PARTITION",
        "404, ErrorFolderNotFound, PAGE, SKIP_PARTITION",
        "404, ErrorFolderNotFound, MESSAGE, SKIP_MESSAGE",
        "404, ErrorSyncFolderNotFound, FOLDER, SKIP_PARTITION",
        "400, ErrorInvalidIdMalformed, MESSAGE, SKIP_MESSAGE",
        "400, InefficientFilter, PAGE, FAIL_JOB",
        "400, invalidRequest, PAGE, FAIL_JOB",
        "400, ErrorExecuteSearchStaleData, PAGE, RESTART_PARTITION",
        "410, SyncStateNotFound, PAGE, RESTART_PARTITION",
        "400, SyncStateInvalid, PAGE, RESTART_PARTITION",
        "410, ResyncRequired, PAGE, RESTART_PARTITION",
        "423, resourceLocked, MESSAGE, SKIP_MESSAGE",
        "423, resourceLocked, PAGE, RETRY",
        "429, ApplicationThrottled, PAGE, THROTTLED",
        "429, TooManyRequests, PAGE, THROTTLED",
        "429, activityLimitReached, PAGE, THROTTLED",
        "500, ErrorTooManyObjectsOpened, PAGE, THROTTLED",
        "500, ErrorInternalServerError, PAGE, RETRY",
        "500, ErrorInternalServerTransientError, PAGE, RETRY",
        "500, generalException, PAGE, RETRY",
        "500, ErrorCorruptData, PAGE, SKIP_MESSAGE",
        "500, ErrorCannotOpenFileAttachment, MESSAGE, SKIP_MESSAGE",
        "500, ErrorInvalidRecipients, MESSAGE, SKIP_MESSAGE",
        "502, UnknownError, PAGE, RETRY",
        "503, MailboxInfoStale, PAGE, PARKED",
        "503, ErrorServerBusy, PAGE, THROTTLED",
        "503, serviceNotAvailable, PAGE, RETRY",
        "503, ErrorMailboxStoreUnavailable, PAGE, PARKED",
        "503, ErrorMailboxMoveInProgress, PAGE, PARKED",
        "504, UnknownError, PAGE, RETRY_SMALLER",
        "504, UnknownError, MESSAGE, RETRY",
        "408, UnknownError, PAGE, RETRY",
        "509, UnknownError, PAGE, THROTTLED",
        "418, NobodyKnows, PAGE, FAIL_JOB"
    })
    void everyCodeHasOneMeaning(int status, String code, Target target, Kind kind) {
        SourceException error = errors.ofAnswer(status, null, body(code), target);

        assertThat(error.kind()).isEqualTo(kind);
        assertThat(error.code()).isEqualTo(code);
        assertThat(error).hasMessageContaining(code).hasMessageNotContaining("secret");
    }

    @Test
    void theInnermostKnownCodeCounts() {
        String nested = "{\"error\":{\"code\":\"UnknownError\",\"message\":\"\",\"innererror\":{\"code\":\"Nobody\","
                + "\"innererror\":{\"code\":\"ErrorCorruptData\"}}}}";
        String camel = "{\"error\":{\"code\":\"generalException\",\"message\":\"\","
                + "\"innerError\":{\"code\":\"ErrorMailboxMoveInProgress\"}}}";

        assertThat(code(500, nested).kind()).isEqualTo(Kind.SKIP_MESSAGE);
        assertThat(code(503, camel).kind()).isEqualTo(Kind.PARKED);
    }

    private SourceException code(int status, String body) {
        return errors.ofAnswer(status, null, body.getBytes(StandardCharsets.UTF_8), Target.PAGE);
    }

    @ParameterizedTest
    @CsvSource({"503, ''", "502, <html><body>Bad Gateway</body></html>", "500, {\"error", "503, '[]'", "500, '{}'"})
    void answersThatAreNoODataAreJudgedByTheirStatus(int status, String body) {
        SourceException error = code(status, body);

        assertThat(error.kind()).isEqualTo(Kind.RETRY);
        assertThat(error.code()).isEqualTo("HTTP_" + status);
    }

    @ParameterizedTest
    @CsvSource({
        "7, 7",
        "0, 1",
        "'31,120', 120",
        "-5, 1",
        "'Sun, 01 Mar 2026 10:00:30 GMT', 30",
        "' 12 ', 12",
        "'9,x', 9"
    })
    void retryAfterIsUnderstoodInEveryShape(String header, long seconds) {
        SourceException error = errors.ofAnswer(429, header, body("TooManyRequests"), Target.PAGE);

        assertThat(error.kind()).isEqualTo(Kind.THROTTLED);
        assertThat(error.scope()).isEqualTo(Scope.MAILBOX);
        assertThat(error.retryAt()).contains(NOW.plusSeconds(seconds));
    }

    @ParameterizedTest
    @CsvSource({"soon", "''", "','"})
    void aRetryAfterThatSaysNothingIsNone(String header) {
        assertThat(errors.ofAnswer(429, header, new byte[0], Target.PAGE).retryAt())
                .isEmpty();
    }

    @Test
    void aLongWaitParksTheJob() {
        SourceException error = errors.ofAnswer(429, "1200", body("TooManyRequests"), Target.PAGE);

        assertThat(error.kind()).isEqualTo(Kind.PARKED);
        assertThat(error.retryAt()).contains(NOW.plusSeconds(1_200));
        assertThat(errors.ofAnswer(429, "99999999999999", new byte[0], Target.PAGE)
                        .retryAt())
                .contains(NOW.plus(Duration.ofDays(1)));
    }

    @Test
    void anUnavailableServiceThatSaysWhenIsWaitedFor() {
        SourceException error = errors.ofAnswer(503, "20", new byte[0], Target.PAGE);

        assertThat(error.kind()).isEqualTo(Kind.THROTTLED);
        assertThat(error.retryAt()).contains(NOW.plusSeconds(20));
    }

    @Test
    void aMovedMailboxIsParkedForAWhile() {
        SourceException error = errors.ofAnswer(503, null, body("ErrorMailboxMoveInProgress"), Target.PAGE);

        assertThat(error.retryAt()).hasValueSatisfying(at -> assertThat(at).isAfter(NOW.plusSeconds(60)));
    }

    @Test
    void tooManyAtOnceIsSaid() {
        byte[] body = ("{\"error\":{\"code\":\"ApplicationThrottled\","
                        + "\"message\":\"Application is over its MailboxConcurrency limit.\"}}")
                .getBytes(StandardCharsets.UTF_8);

        assertThat(errors.ofAnswer(429, "1", body, Target.PAGE).tooManyConcurrent())
                .isTrue();
        assertThat(errors.ofAnswer(429, "1", body("MailboxConcurrency"), Target.PAGE)
                        .tooManyConcurrent())
                .isTrue();
        assertThat(errors.ofAnswer(429, "1", body("ApplicationThrottled"), Target.PAGE)
                        .tooManyConcurrent())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({"504,MAILBOX,true", "504,FOLDER,true", "504,PAGE,false", "504,MESSAGE,false", "503,MAILBOX,false"})
    void aGatewayThatGivesUpOnWhatCannotBeSmallerIsAskedForLessAtOnce(int status, Target target, boolean fewer) {
        assertThat(errors.ofAnswer(status, null, new byte[0], target).tooManyConcurrent())
                .isEqualTo(fewer);
    }

    @Test
    void brokenConnectionsAndAnswersAreTransient() {
        assertThat(errors.ofFailure(new IOException("reset by 10.0.0.1"), Target.PAGE))
                .satisfies(error -> assertThat(error.kind()).isEqualTo(Kind.RETRY))
                .hasMessageNotContaining("10.0.0.1");
        assertThat(errors.ofFailure(new JsonParseException(null, "at subject"), Target.PAGE))
                .satisfies(error -> assertThat(error.code()).isEqualTo("BROKEN_ANSWER"))
                .hasMessageNotContaining("subject");
        assertThat(errors.ofFailure(new SocketTimeoutException(), Target.PAGE).kind())
                .isEqualTo(Kind.RETRY_SMALLER);
        assertThat(errors.ofFailure(new SocketTimeoutException(), Target.MESSAGE)
                        .kind())
                .isEqualTo(Kind.RETRY);
    }

    @Test
    void aCodeThatLooksLikeNoneIsNotRepeated() {
        assertThat(code(500, "{\"error\":{\"code\":\"ann@example.com said <hi>\",\"message\":\"\"}}")
                        .code())
                .isEqualTo("HTTP_500");
    }
}
