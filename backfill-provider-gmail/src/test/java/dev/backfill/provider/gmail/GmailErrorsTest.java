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
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each answer of Gmail's means, met through the vendor's client on a real connection. */
class GmailErrorsTest {
    private static final String ID = "00000000000000aa";

    private FakeGmail gmail;
    private TestBox box;
    private GmailClient client;

    @BeforeEach
    void start() throws Exception {
        gmail = FakeGmail.builder().mailbox("a@example.com", List.of()).start();
        box = TestBox.open(gmail);
        client = new GmailClient(box.context(), GmailSettings.of(box.context().settings()));
    }

    @AfterEach
    void stop() {
        client.close();
        box.close();
        gmail.close();
    }

    private SourceException onGet(Fault fault) {
        gmail.faults().clear();
        gmail.faults().always(RequestMatch.ANY, fault);
        return catchThrowableOfType(SourceException.class, () -> client.full(ID));
    }

    private SourceException onList(GmailFault fault) {
        gmail.faults().clear();
        gmail.faults().always(RequestMatch.ANY, fault.asFault());
        return catchThrowableOfType(
                SourceException.class,
                () -> client.list(new GmailClient.ListQuery("", null, false), null, 500, GmailErrors.Asked.MAILBOX));
    }

    private static void assertError(SourceException error, Kind kind, Scope scope, String code) {
        assertThat(error.kind()).isEqualTo(kind);
        assertThat(error.scope()).isEqualTo(scope);
        assertThat(error.code()).isEqualTo(code);
        assertThat(error.getMessage()).doesNotContain("example.com", "token", ID);
    }

    @Test
    void aMinutesQuotaOfAUserThrottlesTheMailboxThoughItIsA403() {
        SourceException error = onGet(GmailFault.rateLimit().asFault());
        assertError(error, Kind.THROTTLED, Scope.MAILBOX, "rateLimitExceeded");
        assertThat(error.tooManyConcurrent()).isFalse();
        assertError(
                onGet(GmailFault.of(403, "userRateLimitExceeded", "User Rate Limit Exceeded")
                        .asFault()),
                Kind.THROTTLED,
                Scope.MAILBOX,
                "userRateLimitExceeded");
    }

    @Test
    void aMinutesQuotaOfTheProjectThrottlesTheProject() {
        GmailFault fault = GmailFault.of(
                429,
                "rateLimitExceeded",
                "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute' of service "
                        + "'gmail.googleapis.com'.");
        assertError(onGet(fault.asFault()), Kind.THROTTLED, Scope.PROJECT, "rateLimitExceeded");
    }

    @Test
    void tooManyRequestsAtOnceIsSaidToBeThat() {
        SourceException error = onGet(GmailFault.tooManyConcurrent().asFault());
        assertError(error, Kind.THROTTLED, Scope.MAILBOX, "rateLimitExceeded");
        assertThat(error.tooManyConcurrent()).isTrue();
    }

    @Test
    void retryAfterIsReadAsSecondsAndAsADate() {
        Instant before = Instant.now();
        SourceException seconds = onGet(GmailFault.rateLimit().asFault().retryAfter("90"));
        assertThat(seconds.kind()).isEqualTo(Kind.THROTTLED);
        assertThat(seconds.retryAt().orElseThrow())
                .isBetween(before.plusSeconds(89), Instant.now().plusSeconds(91));
        SourceException date = onGet(GmailFault.rateLimit().asFault().retryAfter("Wed, 21 Oct 2015 07:28:00 GMT"));
        assertThat(date.retryAt().orElseThrow())
                .as("a date that is past")
                .isBetween(before.plusSeconds(1), Instant.now().plusSeconds(1));
        SourceException list = onGet(GmailFault.rateLimit().asFault().retryAfter("31,120"));
        assertThat(list.retryAt().orElseThrow()).isAfter(before.plusSeconds(119));
    }

    @Test
    void usedUpBandwidthParksTheMailboxUntilTheTimeInTheText() {
        Instant until = Instant.now().plus(Duration.ofHours(5)).truncatedTo(java.time.temporal.ChronoUnit.SECONDS);
        SourceException error = onGet(GmailFault.bandwidth(until.toString()).asFault());
        assertError(error, Kind.PARKED, Scope.MAILBOX, "rateLimitExceeded");
        assertThat(error.retryAt()).contains(until);
        SourceException soon = onGet(
                GmailFault.bandwidth(Instant.now().plusSeconds(60).toString()).asFault());
        assertThat(soon.kind()).isEqualTo(Kind.THROTTLED);
    }

    @Test
    void usedUpBandwidthForWhichGmailNamesNoTimeParksTheMailboxForAnHour() {
        Instant before = Instant.now();
        SourceException error = onGet(GmailFault.of(429, "rateLimitExceeded", "User-rate limit exceeded")
                .asFault());
        assertError(error, Kind.PARKED, Scope.MAILBOX, "rateLimitExceeded");
        assertThat(error.retryAt().orElseThrow())
                .isBetween(before.plus(Duration.ofHours(1)), Instant.now().plus(Duration.ofHours(1)));
    }

    @Test
    void aUsedUpDayParksTheProjectUntilMidnightInCalifornia() {
        for (String reason : List.of("dailyLimitExceeded", "quotaExceeded")) {
            SourceException error =
                    onGet(GmailFault.of(403, reason, "Daily Limit Exceeded").asFault());
            assertError(error, Kind.PARKED, Scope.PROJECT, reason);
            ZonedDateTime reset = error.retryAt().orElseThrow().atZone(ZoneId.of("America/Los_Angeles"));
            assertThat(reset.toLocalTime()).hasHour(0).hasMinute(0);
            assertThat(reset.toInstant()).isAfter(Instant.now());
        }
    }

    @Test
    void a403ThatIsNoQuotaFailsTheJob() {
        for (String reason : List.of("domainPolicy", "insufficientPermissions", "accessNotConfigured", "forbidden")) {
            assertError(onGet(GmailFault.of(403, reason, "no").asFault()), Kind.FAIL_JOB, Scope.MAILBOX, reason);
        }
    }

    @Test
    void a401AndAGrantThatIsGoneAreAuthentication() {
        assertError(onGet(GmailFault.unauthorized().asFault()), Kind.AUTH, Scope.MAILBOX, "authError");
        assertThat(onGet(Fault.json(400, "{\"error\":\"invalid_grant\",\"error_description\":\"x\"}"))
                        .kind())
                .isEqualTo(Kind.AUTH);
    }

    @Test
    void serverErrorsAreTransientWhateverTheirBody() {
        for (int status : List.of(500, 502, 503, 504)) {
            assertError(
                    onGet(GmailFault.of(status, "backendError", "Backend Error").asFault()),
                    Kind.RETRY,
                    Scope.MAILBOX,
                    "backendError");
            assertThat(onGet(Fault.html(status)).kind()).isEqualTo(Kind.RETRY);
            assertThat(onGet(Fault.status(status)).code()).isEqualTo("HTTP_" + status);
            assertThat(onGet(Fault.status(status)).tooManyConcurrent()).isFalse();
        }
        assertThat(onGet(Fault.status(501)).kind()).isEqualTo(Kind.FAIL_JOB);
    }

    @Test
    void aMessageThatIsGoneIsSkippedAndAMailboxThatIsGoneIsNot() {
        assertError(onGet(GmailFault.notFound().asFault()), Kind.SKIP_MESSAGE, Scope.MESSAGE, GmailErrors.GONE);
        assertError(onList(GmailFault.notFound()), Kind.FAIL_JOB, Scope.MAILBOX, "notFound");
    }

    /** Whatever stands in between may say 404 of a message that lives. */
    @Test
    void onlyGmailsOwnReasonSaysThatAMessageOrAHistoryIsGone() {
        for (int status : List.of(404, 410)) {
            for (Fault fault : List.of(
                    Fault.status(status),
                    Fault.html(status),
                    Fault.json(status, "{\"message\":\"no Route matched with those values\"}"),
                    Fault.json(
                            status,
                            "{\"error\":{\"code\":404,\"message\":\"Method not found.\",\"status\":\"NOT_FOUND\"}}"),
                    GmailFault.of(status, "backendError", "no").asFault())) {
                SourceException message = onGet(fault);
                assertThat(message.kind()).isEqualTo(Kind.RETRY);
                assertThat(message.code()).isNotEqualTo(GmailErrors.GONE);
                SourceException history = catchThrowableOfType(SourceException.class, () -> client.history("1", null));
                assertThat(history.kind()).isEqualTo(Kind.RETRY);
            }
            assertThat(onGet(GmailFault.of(status, "notFound", "no").asFault()).code())
                    .isEqualTo(GmailErrors.GONE);
        }
    }

    @Test
    void anIdThatGmailDoesNotTakeFailsThatMessageAlone() {
        assertThat(onGet(GmailFault.of(400, "invalidArgument", "Invalid id value")
                                .asFault())
                        .kind())
                .isEqualTo(Kind.SKIP_MESSAGE);
        assertThat(onList(GmailFault.of(400, "failedPrecondition", "Mail service not enabled"))
                        .kind())
                .isEqualTo(Kind.FAIL_JOB);
    }

    @Test
    void aHistoryThatIsTooOldRestarts() {
        gmail.faults().always(RequestMatch.ANY, GmailFault.notFound().asFault());
        SourceException error = catchThrowableOfType(SourceException.class, () -> client.history("1", null));
        assertError(error, Kind.RESTART_PARTITION, Scope.PARTITION, GmailErrors.HISTORY_GONE);
    }

    @Test
    void anAnswerThatIsCutOffOrNoJsonIsTransient() {
        for (Fault fault : List.of(
                new Fault.Status(200, java.util.Map.of("Content-Type", "text/html"), "<html></html>"),
                Fault.json(200, ""),
                Fault.json(200, "[]"),
                Fault.json(200, "{\"id\":\"00000000000000aa\",\"payl"))) {
            assertThat(onGet(fault).kind()).isEqualTo(Kind.RETRY);
        }
        assertThat(onGet(new Fault.Drop()).kind()).isEqualTo(Kind.RETRY);
    }

    @Test
    void anUnknownStatusFailsTheJob() {
        assertThat(onGet(Fault.status(418)).kind()).isEqualTo(Kind.FAIL_JOB);
        assertThat(onGet(Fault.status(302)).kind()).isEqualTo(Kind.FAIL_JOB);
    }
}
