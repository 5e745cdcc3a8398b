package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.gmail.GmailMailbox;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lists that are never given, though the rest of the mailbox is. */
class SpoiltListTest {
    private static final PageLimit PAGE = new PageLimit(20, 50_000_000);
    private static final RequestMatch LIST = RequestMatch.path("/messages$");
    private static final Instant FROM = Instant.parse("2024-01-01T00:00:00Z");
    private static final Instant TO = Instant.parse("2025-01-01T00:00:00Z");
    private static final MailQuery YEAR = new MailQuery(FROM, TO, List.of(), false, false);

    private final List<StoredMail> mails = new ArrayList<>();
    private FakeGmail gmail;
    private GmailMailbox there;
    private TestBox box;

    @BeforeEach
    void start() throws Exception {
        List<StoredMail> some = TestMail.generated(60);
        for (int i = 0; i < some.size(); i++) {
            mails.add(some.get(i).toBuilder()
                    .folder(FolderPath.INBOX)
                    .receivedAt(FROM.plusSeconds(500_000L * i + 7))
                    .build());
        }
        gmail = FakeGmail.builder().mailbox("ann@example.com", mails).start();
        there = gmail.mailbox("ann@example.com");
        box = TestBox.open(gmail);
    }

    @AfterEach
    void stop() {
        box.close();
        gmail.close();
    }

    private static List<PageItem.Failed> failures(Crawl crawl) {
        return crawl.items().stream()
                .filter(PageItem.Failed.class::isInstance)
                .map(PageItem.Failed.class::cast)
                .toList();
    }

    private static List<String> emails(Crawl crawl) {
        return crawl.emails().stream().map(email -> email.id()).toList();
    }

    @Test
    void theSecondsWhoseListIsNeverGivenFailAndNothingElse() {
        StoredMail spoilt = mails.get(31);
        there.spoilLists(spoilt.id());

        Crawl crawl = Crawl.run(box.mailbox(), YEAR, PAGE);

        List<String> others = new ArrayList<>(mails.stream().map(StoredMail::id).toList());
        others.remove(spoilt.id());
        assertThat(emails(crawl)).containsExactlyInAnyOrderElementsOf(others);
        Instant second = spoilt.receivedAt();
        // The seconds on either side list the message as well.
        assertThat(failures(crawl)).hasSizeBetween(1, 3).allSatisfy(failed -> {
            assertThat(failed.ref().messageId()).isNull();
            assertThat(failed.ref().from()).isBetween(second.minusSeconds(2), second.plusSeconds(2));
            assertThat(failed.ref().to()).isEqualTo(failed.ref().from().plusSeconds(1));
            assertThat(failed.kind()).isEqualTo(SourceException.Kind.RETRY);
        });

        there.mendLists();
        PageCollector again = new PageCollector();
        List<FailureRef> refs =
                failures(crawl).stream().map(PageItem.Failed::ref).toList();
        box.mailbox().replay(YEAR, refs, again);
        assertThat(again.ids()).containsExactly(spoilt.id());
    }

    @Test
    void aListThatIsNotGivenAgainAtTheEndIsTheWindowsFailure() {
        // Planned, walked, and then not counted again; in pages that end with the last message, and beyond it.
        for (int messages : List.of(20, 50)) {
            gmail.faults().clear();
            gmail.faults().range(LIST, 3, Integer.MAX_VALUE, Fault.status(500));
            Crawl crawl = Crawl.run(box.mailbox(), YEAR, new PageLimit(messages, 50_000_000));
            assertThat(emails(crawl))
                    .containsExactlyInAnyOrderElementsOf(
                            mails.stream().map(StoredMail::id).toList());
            assertThat(failures(crawl))
                    .containsExactly(new PageItem.Failed(
                            FailureRef.stretch("all", FROM, TO), SourceException.Kind.RETRY, "HTTP_500"));
        }
    }

    /** Were it cut, all that was published of it would be published again. */
    @Test
    void aWindowThatIsTakenUpAndNotListedIsLeftAsItIs() {
        Partition window = Scopes.window(Scopes.ALL, FROM, TO);
        Position position = Objects.requireNonNull(
                fetch(window, Position.START, new PageLimit(20, 50_000_000)).next());
        box.close();
        box = TestBox.open(gmail);
        gmail.faults().always(LIST, Fault.status(500));

        assertThat(failure(window, position).kind()).isEqualTo(SourceException.Kind.RETRY);
    }

    /** The messages are not given and the profile is not, and when it is asked again it is: that says nothing of the list. */
    @Test
    void anOutageThatEndsWhileItIsLookedIntoCutsNoWindow() {
        Partition window = Scopes.window(Scopes.ALL, FROM, TO);
        gmail.faults().always(RequestMatch.path("/(messages|threads)/[^/]+$"), Fault.status(503));
        gmail.faults().nth(RequestMatch.path("/profile$"), 1, Fault.status(503));

        assertThat(failure(window, Position.START).kind()).isEqualTo(SourceException.Kind.RETRY);
    }

    private PageEnd fetch(Partition window, Position position, PageLimit limit) {
        return box.mailbox().fetch(YEAR, window, position, limit, new PageCollector());
    }

    private SourceException failure(Partition window, Position position) {
        return catchThrowableOfType(SourceException.class, () -> fetch(window, position, PAGE));
    }

    @Test
    void whereNothingElseIsAnsweredEitherItIsAnOutage() {
        there.spoilLists(mails.get(31).id());
        gmail.faults().always(RequestMatch.path("/profile$"), Fault.status(503));
        SourceException error = catchThrowableOfType(SourceException.class, () -> Crawl.run(box.mailbox(), YEAR, PAGE));
        assertThat(error).isNotNull();
        assertThat(error.kind()).isEqualTo(SourceException.Kind.RETRY);
    }
}
