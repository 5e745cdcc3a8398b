package dev.backfill.provider.microsoft;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.microsoft.graph.models.odataerrors.MainError;
import com.microsoft.graph.models.odataerrors.ODataError;
import com.microsoft.kiota.serialization.ParseNode;
import com.microsoft.kiota.serialization.ParseNodeFactoryRegistry;
import com.microsoft.kiota.serialization.UntypedObject;
import com.microsoft.kiota.serialization.UntypedString;
import dev.backfill.spi.RetryAfter;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.spi.SourceException.Scope;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says what an error of Graph means, once and nowhere else. Codes are documented in learn.microsoft.com/en-us/graph/errors or
 * were seen by others; where a code is unknown the HTTP status decides, and the text never does.
 */
final class GraphErrors {
    /** A longer wait than this is not waited for: the job gives up its slot. */
    static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    /** How long a mailbox is left alone that is being moved to another place, which takes hours. */
    private static final Duration PARK_FOR_MOVE = Duration.ofMinutes(15);

    /** How long one is whose database is changing, which takes from seconds to minutes: longer than requests are sent again. */
    private static final Duration PARK_FOR_FAILOVER = Duration.ofMinutes(1);

    /** How long a store is left alone that has too much open (ErrorTooManyObjectsOpened) and does not say when to come back. */
    private static final Duration PAUSE_FOR_STORE = Duration.ofMinutes(1);

    private static final int MAX_NESTING = 8;

    private static final String CONCURRENCY = "MailboxConcurrency";

    private static final Set<String> THROTTLING = Set.of(
            "ApplicationThrottled",
            "TooManyRequests",
            "activityLimitReached",
            "throttledRequest",
            "ErrorServerBusy",
            CONCURRENCY);
    private static final Set<String> NO_MAILBOX = Set.of(
            "MailboxNotEnabledForRESTAPI",
            "MailboxNotSupportedForRESTAPI",
            "ErrorInvalidUser",
            "ErrorNonExistentMailbox",
            "Request_ResourceNotFound",
            "ResourceNotFound",
            "Authorization_RequestDenied",
            "extensionError");
    private static final Set<String> MOVING = Set.of("ErrorMailboxMoveInProgress");
    private static final Set<String> FAILOVER = Set.of("MailboxInfoStale", "ErrorMailboxStoreUnavailable");
    private static final Set<String> CROWDED = Set.of("ErrorTooManyObjectsOpened");
    private static final Set<String> FOLDER_GONE = Set.of("ErrorSyncFolderNotFound", "ErrorFolderNotFound");
    private static final Set<String> BAD_CONTENT = Set.of(
            "ErrorCorruptData",
            "ErrorCannotOpenFileAttachment",
            "ErrorInvalidRecipients",
            "ErrorItemCorrupt",
            "ErrorMimeContentConversionFailed",
            "ErrorContentConversionFailed");
    private static final Set<String> TRANSIENT =
            Set.of("ErrorInternalServerTransientError", "serviceNotAvailable", "ErrorTimeoutExpired");
    private static final Set<String> DEAD_CURSOR =
            Set.of("ResyncRequired", "SyncStateNotFound", "SyncStateInvalid", "ErrorExecuteSearchStaleData");

    /** What a request asks for, since the same status means something else for a mailbox, a folder and a message. */
    enum Target {
        /** The mailbox or its folders. */
        MAILBOX,
        /** A page of a folder, which a smaller page may mend. */
        PAGE,
        /** Something about a folder that has no size. */
        FOLDER,
        /** A single message or attachment. */
        MESSAGE
    }

    private final InstantSource clock;

    GraphErrors(InstantSource clock) {
        this.clock = clock;
    }

    /** Maps an answer that is no success. */
    SourceException ofAnswer(int status, @Nullable String retryAfter, byte[] body, Target target) {
        ODataError error = parse(body);
        String found = innermostCode(error);
        String code = found == null ? "HTTP_" + status : found;
        Kind kind = kind(status, code, target);
        Instant said = RetryAfter.parse(retryAfter, clock.instant()).orElse(null);
        Duration usual = usualPause(code);
        Instant retryAt = said == null && usual != null ? clock.instant().plus(usual) : said;
        if ((kind == Kind.THROTTLED || kind == Kind.RETRY) && retryAt != null) {
            boolean tooLong = retryAt.isAfter(clock.instant().plus(LONGEST_WAIT));
            kind = tooLong ? Kind.PARKED : Kind.THROTTLED;
        }
        Scope scope = scope(kind, target);
        SourceException.Builder builder = SourceException.of(kind, scope, code);
        if (kind == Kind.THROTTLED || kind == Kind.PARKED) {
            builder.retryAt(retryAt);
        }
        if (CONCURRENCY.equals(code) || mentionsConcurrency(error) || isOverloaded(status, target)) {
            builder.concurrency();
        }
        return builder.build("Microsoft Graph answered " + status + " " + code + hint(kind, status, code, target));
    }

    /** Maps a request that got no complete answer. */
    SourceException ofFailure(IOException failure, Target target) {
        if (failure instanceof StreamConstraintsException) {
            return SourceException.of(Kind.SKIP_MESSAGE, Scope.MESSAGE, "TOO_LARGE")
                    .build("A message of Microsoft Graph's answer is larger than can be read.");
        }
        boolean timeout = failure instanceof SocketTimeoutException
                || (failure instanceof InterruptedIOException
                        && !Thread.currentThread().isInterrupted());
        if (timeout) {
            Kind kind = target == Target.PAGE ? Kind.RETRY_SMALLER : Kind.RETRY;
            return SourceException.of(kind, Scope.PARTITION, "TIMEOUT")
                    .build("Microsoft Graph did not answer in time.");
        }
        String code = failure instanceof JacksonException ? "BROKEN_ANSWER" : "CONNECTION";
        // The cause's text may quote the answer, hence its type alone.
        return SourceException.of(Kind.RETRY, Scope.MAILBOX, code)
                .build("Microsoft Graph's answer broke off or made no sense ("
                        + failure.getClass().getSimpleName() + "). Is the address right?");
    }

    /** Says whether an error may come from one message of the page that was asked for. */
    static boolean mayBeOneMessage(SourceException error) {
        return error.kind() == Kind.SKIP_MESSAGE
                || error.code().equals("ErrorInternalServerError")
                || error.code().equals("HTTP_500");
    }

    /** Says whether an error means that the whole mailbox cannot be had. */
    static boolean isNoMailbox(String code) {
        return code.startsWith("Mailbox") || code.equals("ErrorInvalidUser") || code.equals("ErrorNonExistentMailbox");
    }

    /** {@return how long is waited where the answer does not say; null for what is sent again soon} */
    private static @Nullable Duration usualPause(String code) {
        if (MOVING.contains(code)) {
            return PARK_FOR_MOVE;
        }
        if (FAILOVER.contains(code)) {
            return PARK_FOR_FAILOVER;
        }
        return CROWDED.contains(code) ? PAUSE_FOR_STORE : null;
    }

    private static Kind kind(int status, String code, Target target) {
        if (MOVING.contains(code) || FAILOVER.contains(code)) {
            return Kind.PARKED;
        }
        if (status == 429 || status == 509 || THROTTLING.contains(code) || CROWDED.contains(code)) {
            return Kind.THROTTLED;
        }
        if (BAD_CONTENT.contains(code)) {
            return Kind.SKIP_MESSAGE;
        }
        if (NO_MAILBOX.contains(code)) {
            return Kind.FAIL_JOB;
        }
        if (FOLDER_GONE.contains(code)) {
            return target == Target.MESSAGE ? Kind.SKIP_MESSAGE : Kind.SKIP_PARTITION;
        }
        if (DEAD_CURSOR.contains(code)) {
            return Kind.RESTART_PARTITION;
        }
        return TRANSIENT.contains(code) ? Kind.RETRY : ofStatus(status, target);
    }

    private static Kind ofStatus(int status, Target target) {
        return switch (status) {
            case 401 -> Kind.AUTH;
            case 403, 404, 410 ->
                switch (target) {
                    case MAILBOX -> Kind.FAIL_JOB;
                    case PAGE, FOLDER -> Kind.SKIP_PARTITION;
                    case MESSAGE -> Kind.SKIP_MESSAGE;
                };
            case 408, 500, 502, 503 -> Kind.RETRY;
            // Locked for a while; a message may be left out by itself, a folder may not.
            case 423 -> target == Target.MESSAGE ? Kind.SKIP_MESSAGE : Kind.RETRY;
            case 504 -> target == Target.PAGE ? Kind.RETRY_SMALLER : Kind.RETRY;
            default -> target == Target.MESSAGE && status >= 400 && status < 500 ? Kind.SKIP_MESSAGE : Kind.FAIL_JOB;
        };
    }

    private static Scope scope(Kind kind, Target target) {
        return switch (kind) {
            case SKIP_MESSAGE -> Scope.MESSAGE;
            case SKIP_PARTITION, RESTART_PARTITION, RETRY_SMALLER -> Scope.PARTITION;
            case RETRY -> target == Target.MESSAGE ? Scope.MESSAGE : Scope.PARTITION;
            default -> Scope.MAILBOX;
        };
    }

    private static String hint(Kind kind, int status, String code, Target target) {
        if (kind == Kind.AUTH) {
            return ": the access token was refused.";
        }
        if (NO_MAILBOX.contains(code)) {
            return ": the account has no mailbox that Graph may read, or the token lacks the right.";
        }
        if (kind == Kind.FAIL_JOB && status == 403) {
            return ": the token may not read this mailbox. Grant it Mail.Read, then resume.";
        }
        if (kind == Kind.FAIL_JOB && status == 400 && target == Target.MAILBOX) {
            return ": the request cannot be mended by sending it again. An app's own token has no \"me\": name the mailbox by"
                    + " its id or address.";
        }
        return kind == Kind.FAIL_JOB ? ": the request cannot be mended by sending it again." : ".";
    }

    /** Lets the SDK read the error; null where the body is none of Graph's, as with gateways' pages. */
    private static @Nullable ODataError parse(byte[] body) {
        int start = 0;
        while (start < body.length && body[start] <= ' ') {
            start++;
        }
        if (start == body.length || body[start] != '{') {
            return null;
        }
        try {
            ParseNode node = ParseNodeFactoryRegistry.defaultInstance.getParseNode(
                    "application/json", new ByteArrayInputStream(body));
            return node.getObjectValue(ODataError::createFromDiscriminatorValue);
        } catch (RuntimeException notOData) {
            // The SDK throws whatever its JSON library does; such a body simply says nothing.
            return null;
        }
    }

    /** Walks down the inner errors to the most specific code that is known, or else the outer one. */
    private static @Nullable String innermostCode(@Nullable ODataError error) {
        MainError main = error == null ? null : error.getError();
        if (main == null) {
            return null;
        }
        String code = clean(main.getCode());
        // The SDK knows "innerError" alone; Graph writes "innererror" too.
        Object inner = main.getInnerError() == null
                ? next(main.getAdditionalData())
                : main.getInnerError().getAdditionalData();
        for (int depth = 0; depth < MAX_NESTING && inner instanceof Map<?, ?> map; depth++) {
            String deeper = clean(text(map.get("code")));
            if (deeper != null && isKnown(deeper)) {
                code = deeper;
            }
            inner = next(map);
        }
        return code;
    }

    private static @Nullable Object next(Map<?, ?> map) {
        for (String name : new String[] {"innerError", "innererror"}) {
            Object value = map.get(name);
            if (value instanceof UntypedObject object) {
                return object.getValue();
            }
            if (value instanceof Map<?, ?>) {
                return value;
            }
        }
        return null;
    }

    private static @Nullable String text(@Nullable Object value) {
        if (value instanceof UntypedString string) {
            return string.getValue();
        }
        return value instanceof String string ? string : null;
    }

    private static boolean isKnown(String code) {
        return THROTTLING.contains(code)
                || NO_MAILBOX.contains(code)
                || MOVING.contains(code)
                || FAILOVER.contains(code)
                || CROWDED.contains(code)
                || FOLDER_GONE.contains(code)
                || BAD_CONTENT.contains(code)
                || TRANSIENT.contains(code)
                || DEAD_CURSOR.contains(code);
    }

    /** A code goes to logs and failure rows, so it must look like one: no name of a file, no address, no words. */
    private static @Nullable String clean(@Nullable String code) {
        return code != null && code.matches("[A-Za-z][A-Za-z0-9_]{0,79}") ? code : null;
    }

    /**
     * A gateway that gives up on a page is asked for less of it, and one that gives up on a message has met a large one. Whatever
     * else it gives up on cannot be asked for smaller, only with less beside it.
     */
    private static boolean isOverloaded(int status, Target target) {
        return status == 504 && (target == Target.MAILBOX || target == Target.FOLDER);
    }

    /** Graph names the limit in its text, and as its code at most elsewhere; nothing but the number of slots depends on it. */
    private static boolean mentionsConcurrency(@Nullable ODataError error) {
        MainError main = error == null ? null : error.getError();
        String message = main == null ? null : main.getMessage();
        return message != null && message.toLowerCase(Locale.ROOT).contains(CONCURRENCY.toLowerCase(Locale.ROOT));
    }
}
