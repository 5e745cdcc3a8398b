package dev.backfill.provider.gmail;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.google.api.client.googleapis.json.GoogleJsonError;
import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.http.HttpResponseException;
import dev.backfill.spi.RetryAfter;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.spi.SourceException.Scope;
import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.apache.http.client.ClientProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * Says what went wrong with a request, once, where its answer is read (developers.google.com/workspace/gmail/api/guides/
 * handle-errors). A 403 is decided by its reason, since it is both a quota and a permission answer. What is not known here
 * fails the job. The vendor's exceptions quote answers and addresses, so they are not kept as causes. Thread-safe.
 */
final class GmailErrors {
    /** The message is not in the mailbox any more. */
    static final String GONE = "notFound";

    /** The answer ended too early. */
    static final String TRUNCATED = "TRUNCATED";

    /** A page token is not taken any more, or leads nowhere. */
    static final String PAGE_TOKEN = "PAGE_TOKEN";

    /** A list by one of the user's own labels is refused; the label may be gone. */
    static final String LABEL_REFUSED = "LABEL_REFUSED";

    /** The history does not reach back to the record. */
    static final String HISTORY_GONE = "HISTORY_GONE";

    /** The server, none of Google's, does not have what was asked for; a refusal is never that. */
    static final String NOT_SERVED = "NOT_SERVED";

    /** What was asked for, as far as it decides what an error means. */
    enum Asked {
        /** One message or a part of it. */
        MESSAGE,
        /** A further page of a list. */
        PAGE,
        /** The first page of a list by one of the user's own labels, which may be gone. */
        LABEL,
        /** The history since a record. */
        HISTORY,
        /** The profile or the labels, which Google always gives to who may read mail and another server may lack. */
        EXTRA,
        /** Anything else. */
        MAILBOX
    }

    /** From here on a wait is given back to the engine rather than held: the slot is worth more. */
    private static final Duration LONG_WAIT = Duration.ofMinutes(10);

    /** How Google words a user's used up bandwidth, which may last for hours; of a minute's units it says it without the hyphen. */
    private static final String BANDWIDTH = "user-rate limit";

    /** When bandwidth is asked for again where Google names no time. */
    private static final Duration BANDWIDTH_WAIT = Duration.ofHours(1);

    /** Google counts its days in Pacific time. */
    private static final ZoneId QUOTA_DAY = ZoneId.of("America/Los_Angeles");

    private static final Set<String> RATE = Set.of(
            "ratelimitexceeded",
            "userratelimitexceeded",
            "rate_limit_exceeded",
            "resource_exhausted",
            "concurrentlimit");
    private static final Set<String> DAY = Set.of("dailylimitexceeded", "quotaexceeded", "dailylimitexceededunreg");
    private static final Set<Integer> TRANSIENT = Set.of(408, 500, 502, 503, 504);

    /** Google's reason for what is gone, in lower case; its status word is said of unknown paths too. */
    private static final String NOT_FOUND = "notfound";

    private static final Pattern TIME_IN_TEXT =
            Pattern.compile("(\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(?:\\.\\d{1,9})?Z)");

    private final InstantSource clock;

    GmailErrors(InstantSource clock) {
        this.clock = clock;
    }

    SourceException of(IOException error, Asked asked) {
        if (error instanceof HttpResponseException response) {
            return ofAnswer(response, asked);
        }
        if (error instanceof JsonProcessingException) {
            return SourceException.of(Kind.RETRY, Scope.MAILBOX, TRUNCATED)
                    .build("Gmail's answer is cut off or is no JSON");
        }
        if (error instanceof SSLException) {
            return SourceException.of(Kind.RETRY, Scope.MAILBOX, "TLS")
                    .build("the connection to Gmail could not be secured; check root-url and the JVM's trust store");
        }
        if (error instanceof ClientProtocolException || error instanceof ProtocolException) {
            return SourceException.of(Kind.RETRY, Scope.MAILBOX, "PROTOCOL").build("Gmail's answer is no HTTP");
        }
        return SourceException.of(Kind.RETRY, Scope.MAILBOX, "IO")
                .build("the connection to Gmail failed: " + error.getClass().getSimpleName());
    }

    /** An answer of status 200 that is not what was asked for. */
    SourceException unusable(String code) {
        return SourceException.of(Kind.RETRY, Scope.MAILBOX, code).build("Gmail's answer is not usable: " + code);
    }

    /** A history record that is none. */
    SourceException historyGone() {
        return SourceException.of(Kind.RESTART_PARTITION, Scope.PARTITION, HISTORY_GONE)
                .build("the history record to begin after is none of Gmail's");
    }

    private SourceException ofAnswer(HttpResponseException response, Asked asked) {
        GoogleJsonError details = response instanceof GoogleJsonResponseException json ? json.getDetails() : null;
        int status = response.getStatusCode();
        String reason = reason(details);
        String text = details == null || details.getMessage() == null
                ? ""
                : details.getMessage().toLowerCase(Locale.ROOT);
        String code = reason.isEmpty() ? "HTTP_" + status : reason;
        String known = reason.toLowerCase(Locale.ROOT);
        if (status == 401
                || (response.getContent() != null && response.getContent().contains("invalid_grant"))) {
            return build(Kind.AUTH, Scope.MAILBOX, code, status, null);
        }
        if (status == 403 || status == 429) {
            return ofLimit(response, status, known, code, text);
        }
        if (status == 504 && asked != Asked.MESSAGE) {
            // Gmail's lists cannot be made smaller, but fewer can be asked for at once; a message may be a large one.
            return start(Kind.RETRY, Scope.MAILBOX, code, retryAt(response, text))
                    .concurrency()
                    .build(answered(status, code));
        }
        if (TRANSIENT.contains(status)) {
            return build(Kind.RETRY, Scope.MAILBOX, code, status, retryAt(response, text));
        }
        if (status == 404 || status == 410) {
            return ofMissing(asked, status, code, known.equals(NOT_FOUND));
        }
        if (status == 501 && (asked == Asked.EXTRA || asked == Asked.HISTORY)) {
            return build(Kind.FAIL_JOB, Scope.MAILBOX, NOT_SERVED, status, null);
        }
        if (status == 400 && asked == Asked.PAGE) {
            return build(Kind.RESTART_PARTITION, Scope.PARTITION, PAGE_TOKEN, status, null);
        }
        if (status == 400 && asked == Asked.LABEL) {
            return build(Kind.FAIL_JOB, Scope.MAILBOX, LABEL_REFUSED, status, null);
        }
        if (status == 400 && asked == Asked.MESSAGE && (known.startsWith("invalid") || known.equals("badrequest"))) {
            return build(Kind.SKIP_MESSAGE, Scope.MESSAGE, code, status, null);
        }
        return build(Kind.FAIL_JOB, Scope.MAILBOX, code, status, null);
    }

    /**
     * @param said true if Google itself says so, with its own reason: what stands in between may say the same of a message that
     *     lives, and none is to be passed over or deleted, nor a history given up, for that
     */
    private static SourceException ofMissing(Asked asked, int status, String code, boolean said) {
        return switch (asked) {
            case MESSAGE ->
                said
                        ? build(Kind.SKIP_MESSAGE, Scope.MESSAGE, GONE, status, null)
                        : build(Kind.RETRY, Scope.MAILBOX, code, status, null);
            case PAGE -> build(Kind.RESTART_PARTITION, Scope.PARTITION, PAGE_TOKEN, status, null);
            case LABEL -> build(Kind.FAIL_JOB, Scope.MAILBOX, LABEL_REFUSED, status, null);
            case HISTORY ->
                said
                        ? build(Kind.RESTART_PARTITION, Scope.PARTITION, HISTORY_GONE, status, null)
                        : build(Kind.RETRY, Scope.MAILBOX, NOT_SERVED, status, null);
            // 410 says that something was there: no server without profiles does.
            case EXTRA -> build(Kind.FAIL_JOB, Scope.MAILBOX, status == 404 ? NOT_SERVED : code, status, null);
            case MAILBOX -> build(Kind.FAIL_JOB, Scope.MAILBOX, code, status, null);
        };
    }

    private SourceException ofLimit(
            HttpResponseException response, int status, String known, String code, String text) {
        // The text decides which quota it is: the same reason is said of a day's and of a minute's.
        boolean ofDay = DAY.contains(known) && !text.contains("per minute");
        if (!DAY.contains(known) && !RATE.contains(known) && status != 429) {
            return build(Kind.FAIL_JOB, Scope.MAILBOX, code, status, null);
        }
        boolean ofUser = text.contains("per user");
        Instant retryAt = retryAt(response, text);
        if (!ofDay && text.contains("concurrent")) {
            return start(Kind.THROTTLED, Scope.MAILBOX, code, retryAt)
                    .concurrency()
                    .build("too many requests to Gmail at once (HTTP " + status + ")");
        }
        if (ofDay || text.contains("per day")) {
            return build(Kind.PARKED, ofUser ? Scope.MAILBOX : Scope.PROJECT, code, status, nextQuotaDay());
        }
        if (retryAt != null && Duration.between(clock.instant(), retryAt).compareTo(LONG_WAIT) >= 0) {
            return build(Kind.PARKED, Scope.MAILBOX, code, status, retryAt);
        }
        if (retryAt == null && status == 429 && text.contains(BANDWIDTH)) {
            return build(
                    Kind.PARKED, Scope.MAILBOX, code, status, clock.instant().plus(BANDWIDTH_WAIT));
        }
        boolean project = text.contains("per minute") && !ofUser;
        return build(Kind.THROTTLED, project ? Scope.PROJECT : Scope.MAILBOX, code, status, retryAt);
    }

    private static SourceException build(Kind kind, Scope scope, String code, int status, @Nullable Instant retryAt) {
        return start(kind, scope, code, retryAt).build(answered(status, code));
    }

    private static SourceException.Builder start(Kind kind, Scope scope, String code, @Nullable Instant retryAt) {
        return SourceException.of(kind, scope, code).retryAt(retryAt);
    }

    private static String answered(int status, String code) {
        return "Gmail answered HTTP " + status + " (" + code + ")";
    }

    /** The reason of the old error form; of the new form the one in its details, or else its status word. */
    private static String reason(@Nullable GoogleJsonError details) {
        if (details == null) {
            return "";
        }
        return Stream.concat(
                        orNone(details.getErrors()).map(GoogleJsonError.ErrorInfo::getReason),
                        orNone(details.getDetails()).map(GoogleJsonError.Details::getReason))
                .filter(Objects::nonNull)
                .findFirst()
                .map(GmailErrors::word)
                .orElseGet(() -> details.get("status") instanceof String status ? word(status) : "");
    }

    private static <T> Stream<T> orNone(@Nullable List<T> some) {
        return some == null ? Stream.empty() : some.stream();
    }

    /** Only what looks like a code is kept: a server may write anything. */
    private static String word(String text) {
        return text.matches("[A-Za-z_]{1,64}") ? text : "";
    }

    private Instant nextQuotaDay() {
        LocalDate today = clock.instant().atZone(QUOTA_DAY).toLocalDate();
        return today.plusDays(1).atStartOfDay(QUOTA_DAY).toInstant();
    }

    private @Nullable Instant retryAt(HttpResponseException response, String text) {
        String header =
                response.getHeaders() == null ? null : response.getHeaders().getRetryAfter();
        // Google tells the time in the text where it gives no header, in the same form as a header may have.
        Matcher matcher = TIME_IN_TEXT.matcher(text.toUpperCase(Locale.ROOT));
        return RetryAfter.parse(header, clock.instant())
                .or(() -> RetryAfter.parse(matcher.find() ? matcher.group(1) : null, clock.instant()))
                .orElse(null);
    }
}
