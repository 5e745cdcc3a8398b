package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.Graphs.OWNER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backfill.spi.ContentRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.testkit.DirectMailboxContext;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each row of Graph's errors through the real client, with the number of requests that went over the wire: whatever is
 * sent a second time, the engine's gate sends (here: once more after a 401, and nothing else).
 */
class GraphWireTableTest {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final List<StoredMail> MAILS = Graphs.minutes(3, FolderPath.INBOX);
    private static final MailQuery INBOX = new MailQuery(null, Crawl.TO, List.of("inbox"), false, false);
    private static final RequestMatch PAGES = RequestMatch.path("/messages$");
    private static final RequestMatch CONTENT = RequestMatch.path("/\\$value$");
    private static final RequestMatch FOLDERS = RequestMatch.path("/mailFolders$");

    private FakeGraph graph;
    private Mailbox mailbox;
    private Partition window;

    @BeforeEach
    void start() throws IOException {
        graph = Graphs.start(MAILS);
        DirectMailboxContext context = Graphs.builder(
                        graph, "me", "read-timeout-seconds", "1", "call-timeout-seconds", "3")
                .clock(() -> NOW)
                .build();
        mailbox = new MicrosoftEmailSource().open(context);
        window = mailbox.plan(INBOX).get(0);
    }

    @AfterEach
    void stop() {
        mailbox.close();
        graph.close();
    }

    private static Fault.Status error(int status, String code) {
        return Fault.json(
                status,
                "{\"error\":{\"code\":\"" + code + "\",\"message\":\"\",\"innerError\":{\"date\":"
                        + "\"2026-01-01T00:00:00\",\"request-id\":\"1\",\"client-request-id\":\"1\"}}}");
    }

    private SourceException page() {
        PageCollector page = new PageCollector();
        SourceException error = catchThrowableOfType(
                SourceException.class, () -> mailbox.fetch(INBOX, window, Position.START, Crawl.limit(10), page));
        assertThat(page.items()).isEmpty();
        return error;
    }

    private SourceException content() {
        ContentRef mime = ContentRef.mime(graph.mailbox(OWNER).messageId(MAILS.get(0)));
        return catchThrowableOfType(SourceException.class, () -> mailbox.open(mime, 1_000_000));
    }

    private SourceException failure(String where) {
        return switch (where) {
            case "page" -> page();
            case "content" -> content();
            default -> catchThrowableOfType(SourceException.class, mailbox::folders);
        };
    }

    private static RequestMatch match(String where) {
        return switch (where) {
            case "page" -> PAGES;
            case "content" -> CONTENT;
            default -> FOLDERS;
        };
    }

    @ParameterizedTest
    @CsvSource({
        "401, InvalidAuthenticationToken, page, AUTH, 2",
        "401, InvalidAuthenticationToken, content, AUTH, 2",
        // One more: may the mailbox itself still be read?
        "403, ErrorAccessDenied, page, SKIP_PARTITION, 2",
        "403, accessDenied, page, SKIP_PARTITION, 2",
        "403, ErrorAccessDenied, content, SKIP_MESSAGE, 1",
        // The six well-known folders are asked for beside the list.
        "403, ErrorAccessDenied, folders, FAIL_JOB, 1",
        "403, Authorization_RequestDenied, folders, FAIL_JOB, 1",
        "403, extensionError, page, FAIL_JOB, 1",
        "404, MailboxNotEnabledForRESTAPI, folders, FAIL_JOB, 1",
        "404, MailboxNotSupportedForRESTAPI, page, FAIL_JOB, 1",
        "404, ErrorInvalidUser, folders, FAIL_JOB, 1",
        "404, Request_ResourceNotFound, folders, FAIL_JOB, 1",
        "404, ResourceNotFound, folders, FAIL_JOB, 1",
        "404, ErrorNonExistentMailbox, page, FAIL_JOB, 1",
        "404, ErrorItemNotFound, content, SKIP_MESSAGE, 1",
        "404, itemNotFound, content, SKIP_MESSAGE, 1",
        "404, ErrorItemNotFound, page, SKIP_PARTITION, 2",
        "404, ErrorSyncFolderNotFound, page, SKIP_PARTITION, 2",
        "404, ErrorFolderNotFound, page, SKIP_PARTITION, 2",
        "400, ErrorInvalidIdMalformed, content, SKIP_MESSAGE, 1",
        // A page that is refused is asked for twice more, for less each time.
        "400, InefficientFilter, page, FAIL_JOB, 3",
        "400, invalidRequest, page, FAIL_JOB, 3",
        "400, ErrorIncorrectRoutingHint, page, FAIL_JOB, 3",
        // The place in a window is no state of the server's: such a page is asked for anew, thrice in all.
        "400, ErrorExecuteSearchStaleData, page, RETRY, 9",
        "400, SyncStateInvalid, page, RETRY, 9",
        "410, ResyncRequired, page, RETRY, 3",
        "410, SyncStateNotFound, page, RETRY, 3",
        "423, resourceLocked, content, SKIP_MESSAGE, 1",
        "423, resourceLocked, page, RETRY, 1",
        "429, ApplicationThrottled, page, THROTTLED, 1",
        "429, TooManyRequests, content, THROTTLED, 1",
        "429, activityLimitReached, folders, THROTTLED, 7",
        "429, throttledRequest, page, THROTTLED, 1",
        "429, ErrorTooManyObjectsOpened, page, THROTTLED, 1",
        "500, ErrorTooManyObjectsOpened, page, THROTTLED, 1",
        "500, ErrorInternalServerError, content, RETRY, 1",
        "500, ErrorInternalServerTransientError, page, RETRY, 1",
        "500, generalException, page, RETRY, 1",
        "500, ErrorCorruptData, content, SKIP_MESSAGE, 1",
        "500, ErrorCannotOpenFileAttachment, content, SKIP_MESSAGE, 1",
        "500, ErrorInvalidRecipients, content, SKIP_MESSAGE, 1",
        "502, UnknownError, page, RETRY, 1",
        "503, MailboxInfoStale, page, PARKED, 1",
        "503, ErrorServerBusy, page, THROTTLED, 1",
        "503, serviceNotAvailable, page, RETRY, 1",
        "503, ErrorMailboxStoreUnavailable, page, PARKED, 1",
        "503, ErrorMailboxMoveInProgress, page, PARKED, 1",
        "500, ErrorMailboxMoveInProgress, content, PARKED, 1",
        "504, UnknownError, page, RETRY_SMALLER, 1",
        "504, UnknownError, content, RETRY, 1",
        "509, UnknownError, page, THROTTLED, 1",
        "503, ErrorMailboxInMaintenance, page, RETRY, 1"
    })
    void everyErrorIsSentOnceAndUnderstood(int status, String code, String where, Kind kind, int requests) {
        graph.faults().always(match(where), error(status, code));
        long before = graph.journal().total();

        SourceException failure = failure(where);

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.code()).isEqualTo(code);
        assertThat(graph.journal().total() - before).isEqualTo(requests);
    }

    @ParameterizedTest
    @CsvSource({
        "429, 0, THROTTLED, 1",
        "429, 7, THROTTLED, 7",
        "429, '31,120', THROTTLED, 120",
        "429, 1200, PARKED, 1200",
        "429, soon, THROTTLED, -1",
        "503, 0, THROTTLED, 1",
        "503, 5, THROTTLED, 5",
        "503, 1200, PARKED, 1200",
        "504, 5, RETRY_SMALLER, -1"
    })
    void aRetryAfterIsToldToTheEngineAndNeverSlept(int status, String retryAfter, Kind kind, long seconds) {
        // Five seconds are more than the whole call may take: an SDK that slept would end in a timeout.
        graph.faults().always(PAGES, Fault.status(status).retryAfter(retryAfter));
        long before = graph.journal().total();

        SourceException failure = page();

        assertThat(failure.kind()).isEqualTo(kind);
        if (seconds < 0) {
            assertThat(failure.retryAt()).isEmpty();
        } else {
            assertThat(failure.retryAt()).contains(NOW.plusSeconds(seconds));
        }
        assertThat(graph.journal().total() - before).isEqualTo(1);
    }

    @Test
    void whatWaitsWithoutBeingToldWaitsAsLongAsItsCauseLasts() {
        for (List<String> row : List.of(
                List.of("503", "MailboxInfoStale", "PT1M"),
                List.of("503", "ErrorMailboxStoreUnavailable", "PT1M"),
                List.of("500", "ErrorTooManyObjectsOpened", "PT1M"),
                List.of("503", "ErrorMailboxMoveInProgress", "PT15M"))) {
            graph.faults().clear();
            graph.faults().always(PAGES, error(Integer.parseInt(row.get(0)), row.get(1)));
            assertThat(page().retryAt()).as(row.get(1)).contains(NOW.plus(Duration.parse(row.get(2))));
        }
    }

    @Test
    void answersThatAreNoneOfGraphsAreSentOnceAndJudgedByTheirStatus() {
        List<Fault> faults = List.of(
                Fault.status(503),
                Fault.html(502),
                Fault.html(503),
                new Fault.Truncate(40, true),
                new Fault.Truncate(40, false),
                new Fault.Drop());
        for (Fault fault : faults) {
            graph.faults().clear();
            graph.faults().always(PAGES, fault);
            long before = graph.journal().total();

            SourceException failure = page();

            assertThat(failure.kind()).as(fault.toString()).isEqualTo(Kind.RETRY);
            assertThat(failure.getMessage()).as(fault.toString()).isNotBlank();
            assertThat(graph.journal().total() - before).as(fault.toString()).isEqualTo(1);
        }
    }

    @Test
    void aHungConnectionAsksForLessAndIsNotTriedAgain() {
        graph.faults().always(PAGES, new Fault.Hang());
        long before = graph.journal().total();

        SourceException failure = page();

        assertThat(failure.kind()).isEqualTo(Kind.RETRY_SMALLER);
        assertThat(failure.code()).isEqualTo("TIMEOUT");
        assertThat(graph.journal().total() - before).isEqualTo(1);
    }

    @Test
    void aPageThatAnInternalErrorSpoilsIsReadSingly() throws Exception {
        graph.faults().always(PAGES.query("$select", "body"), error(500, "ErrorInternalServerError"));
        long before = graph.journal().total();
        PageCollector page = new PageCollector();
        mailbox.fetch(INBOX, window, Position.START, Crawl.limit(10), page);

        assertThat(page.ids()).hasSameElementsAs(Graphs.ids(graph, MAILS)).doesNotHaveDuplicates();
        // The page, its ids, each message.
        assertThat(graph.journal().total() - before).isEqualTo(2 + MAILS.size());
    }
}
