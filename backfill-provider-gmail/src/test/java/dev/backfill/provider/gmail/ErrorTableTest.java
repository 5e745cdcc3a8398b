package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.spi.SourceException.Scope;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.gmail.GmailFault;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each row of Gmail's table of errors, as the vendor's client meets it: what it means, and that it is one request. */
class ErrorTableTest {
    private static final String PER_USER =
            "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user'"
                    + " of service 'gmail.googleapis.com' for consumer 'project_number:1'.";

    private FakeGmail gmail;
    private TestBox box;
    private GmailClient client;

    @BeforeEach
    void start() throws Exception {
        gmail = FakeGmail.builder()
                .mailbox("a@example.com", TestMail.generated(1))
                .start();
        box = TestBox.open(gmail);
        client = new GmailClient(box.context(), GmailSettings.of(box.context().settings()));
    }

    @AfterEach
    void stop() {
        client.close();
        box.close();
        gmail.close();
    }

    private SourceException failed(Fault fault, Runnable request) {
        gmail.faults().clear();
        gmail.faults().always(RequestMatch.ANY, fault);
        gmail.journal().clear();
        SourceException error = catchThrowableOfType(SourceException.class, request::run);
        assertThat(error).isNotNull().hasMessageNotContaining("example.com");
        assertThat(gmail.journal().total()).as("requests on the wire").isEqualTo(1);
        return error;
    }

    private void list() {
        client.list(new GmailClient.ListQuery("", null, false), null, 500, GmailErrors.Asked.MAILBOX);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | badRequest | Bad Request | FAIL_JOB | MAILBOX",
                "400 | invalidArgument | Invalid query | FAIL_JOB | MAILBOX",
                "400 | failedPrecondition | Mail service not enabled | FAIL_JOB | MAILBOX",
                "400 | badRequest | Inner request count exceeds the limit. Received: 250, Limit: 100 | FAIL_JOB | MAILBOX",
                "401 | authError | Invalid Credentials | AUTH | MAILBOX",
                "403 | rateLimitExceeded | Rate Limit Exceeded | THROTTLED | MAILBOX",
                "403 | userRateLimitExceeded | User Rate Limit Exceeded | THROTTLED | MAILBOX",
                "403 | rateLimitExceeded | per user | THROTTLED | MAILBOX",
                "429 | rateLimitExceeded | per user | THROTTLED | MAILBOX",
                "403 | dailyLimitExceeded | Daily Limit Exceeded | PARKED | PROJECT",
                "403 | quotaExceeded | The quota is exceeded | PARKED | PROJECT",
                "403 | quotaExceeded | per user | THROTTLED | MAILBOX",
                "403 | quotaExceeded | Quota exceeded for limit 'Queries per minute' | THROTTLED | PROJECT",
                "429 | rateLimitExceeded | Quota exceeded for limit 'Queries per day' | PARKED | PROJECT",
                "429 | rateLimitExceeded | Quota exceeded for limit 'Queries per day per user' | PARKED | MAILBOX",
                "403 | dailyLimitExceeded | Quota exceeded for limit 'Queries per day per user' | PARKED | MAILBOX",
                "403 | domainPolicy | The domain administrators have disabled Gmail apps | FAIL_JOB | MAILBOX",
                "403 | insufficientPermissions | Insufficient Permission | FAIL_JOB | MAILBOX",
                "403 | accessNotConfigured | Gmail API has not been used in project 1 | FAIL_JOB | MAILBOX",
                "403 | forbidden | Delegation denied for a@example.com | FAIL_JOB | MAILBOX",
                "404 | notFound | Requested entity was not found. | FAIL_JOB | MAILBOX",
                "429 | rateLimitExceeded | Too many concurrent requests for user | THROTTLED | MAILBOX",
                "429 | userRateLimitExceeded | User-rate limit exceeded | PARKED | MAILBOX",
                "429 | rateLimitExceeded | User-rate limit exceeded | PARKED | MAILBOX",
                "429 | rateLimitExceeded | Rate Limit Exceeded | THROTTLED | MAILBOX",
                "429 | userRateLimitExceeded | User Rate Limit Exceeded | THROTTLED | MAILBOX",
                "403 | userRateLimitExceeded | User-rate limit exceeded | THROTTLED | MAILBOX",
                "429 | rateLimitExceeded | User-rate limit exceeded.  Retry after 2999-01-01T00:00:00.000Z | PARKED | MAILBOX",
                "500 | backendError | Backend Error | RETRY | MAILBOX",
                "502 | backendError | Backend Error | RETRY | MAILBOX",
                "503 | backendError | Backend Error | RETRY | MAILBOX",
                "504 | backendError | Backend Error | RETRY | MAILBOX",
            })
    void aListThatFailsIsSortedByStatusAndReasonAndNeverSentAgain(
            int status, String reason, String text, Kind kind, Scope scope) {
        String message = text.equals("per user") ? PER_USER : text;
        SourceException error = failed(GmailFault.of(status, reason, message).asFault(), this::list);
        assertThat(error.kind()).isEqualTo(kind);
        assertThat(error.scope()).isEqualTo(scope);
        assertThat(error.code()).isEqualTo(reason);
        assertThat(error.tooManyConcurrent()).isEqualTo(text.contains("concurrent") || status == 504);
    }

    @Test
    void theNewFormOfErrorsHasAStatusInPlaceOfAReason() {
        for (int status : new int[] {403, 429}) {
            SourceException error = failed(
                    Fault.json(
                            status,
                            "{\"error\":{\"code\":" + status
                                    + ",\"message\":\"Resource has been exhausted\",\"status\":\"RESOURCE_EXHAUSTED\"}}"),
                    this::list);
            assertThat(error.kind()).isEqualTo(Kind.THROTTLED);
            assertThat(error.code()).isEqualTo("RESOURCE_EXHAUSTED");
        }
    }

    /** A 403's status word is the same for a quota and for a permission: the details tell. */
    @ParameterizedTest
    @CsvSource({
        "403, PERMISSION_DENIED, RATE_LIMIT_EXCEEDED, THROTTLED",
        "429, RESOURCE_EXHAUSTED, RATE_LIMIT_EXCEEDED, THROTTLED",
        "403, PERMISSION_DENIED, SERVICE_DISABLED, FAIL_JOB",
        "403, PERMISSION_DENIED, ACCESS_TOKEN_SCOPE_INSUFFICIENT, FAIL_JOB",
    })
    void theNewFormOfErrorsHasItsReasonInTheDetails(int status, String word, String reason, Kind kind) {
        SourceException error = failed(
                Fault.json(
                        status,
                        "{\"error\":{\"code\":" + status + ",\"message\":\"no\",\"status\":\"" + word
                                + "\",\"details\":["
                                + "{\"@type\":\"type.googleapis.com/google.rpc.Help\"},"
                                + "{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"" + reason
                                + "\",\"domain\":\"googleapis.com\"}]}}"),
                this::list);
        assertThat(error.kind()).isEqualTo(kind);
        assertThat(error.code()).isEqualTo(reason);
    }

    @Test
    void whatIsNotFoundIsAMessageThatIsGoneOrAHistoryThatIsTooOld() {
        Fault gone = GmailFault.notFound().asFault();
        SourceException message = failed(gone, () -> client.full("00000000000000aa"));
        assertThat(message.kind()).isEqualTo(Kind.SKIP_MESSAGE);
        assertThat(message.scope()).isEqualTo(Scope.MESSAGE);
        SourceException history = failed(gone, () -> client.history("1", null));
        assertThat(history.kind()).isEqualTo(Kind.RESTART_PARTITION);
        assertThat(history.code()).isEqualTo(GmailErrors.HISTORY_GONE);
    }

    /** What the transport would do by itself unless it was told not to. */
    @Test
    void aKeptConnectionThatBreaksAndAnAnswerThatIsCutOffAreOneRequestEach() {
        assertThat(client.profile().address()).isEqualTo("a@example.com");
        assertThat(failed(new Fault.Drop(), client::profile).kind()).isEqualTo(Kind.RETRY);
        gmail.faults().clear();
        assertThat(client.profile().address()).isEqualTo("a@example.com");
        assertThat(failed(new Fault.Truncate(10, false), client::profile).kind())
                .isEqualTo(Kind.RETRY);
        assertThat(failed(Fault.status(302), client::profile).kind()).isEqualTo(Kind.FAIL_JOB);
        assertThat(List.of(gmail.journal().total())).containsExactly(1L);
    }
}
