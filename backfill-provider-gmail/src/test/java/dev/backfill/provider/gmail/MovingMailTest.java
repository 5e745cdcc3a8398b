package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.gmail.GmailFault;
import dev.backfill.testkit.gmail.GmailMailbox;
import dev.backfill.testkit.gmail.GmailQuirks;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.StoredMail;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mail that comes and goes behind the back of a walk that is begun in one life and ended in another. */
class MovingMailTest {
    private static final String ADDRESS = "ann@example.com";
    private static final MailQuery QUERY = Crawl.everything();
    private static final RequestMatch LIST = RequestMatch.path("/messages$");
    private static final RequestMatch FURTHER_PAGE =
            RequestMatch.path("/messages$").query("pageToken", "");
    private static final Fault INVALID_TOKEN =
            GmailFault.of(400, "invalidArgument", "Invalid pageToken").asFault();
    private static final PageLimit PAGE = new PageLimit(100, 50_000_000);

    /** Each a thread by itself, in the order of the walk. */
    private final List<StoredMail> mails = TestMail.alone(600).stream()
            .filter(TestMail::isShown)
            .sorted(Comparator.comparing(StoredMail::id))
            .toList();

    private final List<PageItem> items = new ArrayList<>();

    private static FakeGmail fake(List<StoredMail> mails) throws Exception {
        return FakeGmail.builder().mailbox(ADDRESS, mails).start();
    }

    /** Reads one page, of 200 messages, of the window that holds everything, and forgets all but where it stands. */
    private Position firstLife(FakeGmail gmail) {
        return firstLife(gmail, 200);
    }

    private Position firstLife(FakeGmail gmail, int messages) {
        try (TestBox box = TestBox.open(gmail)) {
            PageCollector collector = new PageCollector();
            PageEnd end = box.mailbox()
                    .fetch(QUERY, window(), Position.START, new PageLimit(messages, 50_000_000), collector);
            items.addAll(collector.items());
            return Objects.requireNonNull(end.next());
        }
    }

    private static Partition window() {
        return Scopes.window(Scopes.ALL, null, Crawl.TO);
    }

    /** Reads the rest in a life of its own; gives how many messages it got. */
    private int secondLife(FakeGmail gmail, Position from) {
        try (TestBox box = TestBox.open(gmail)) {
            readOn(box, from);
            return box.context().requests("messages.get");
        }
    }

    private void readOn(TestBox box, Position from) {
        Deque<Partition> left = new ArrayDeque<>(List.of(window()));
        Position position = from;
        while (!left.isEmpty()) {
            Partition partition = left.removeFirst();
            while (position != null) {
                PageEnd end = page(box, partition, position);
                left.addAll(end.replacedBy());
                position = end.next();
            }
            position = Position.START;
        }
    }

    private PageEnd page(TestBox box, Partition partition, Position position) {
        PageCollector collector = new PageCollector();
        PageEnd end = box.mailbox().fetch(QUERY, partition, position, PAGE, collector);
        items.addAll(collector.items());
        return end;
    }

    private Stream<String> read() {
        return items.stream().filter(PageItem.Message.class::isInstance).map(PageCollector::id);
    }

    private static List<String> ids(List<StoredMail> mails) {
        return mails.stream().map(StoredMail::id).toList();
    }

    /** Would the walk end with it, what it had published in the life before would be published again. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aPageTokenThatDiesWhileAWalkIsTakenUpHasTheListBegunAgainAndNotTheWalk(int dead) throws Exception {
        try (FakeGmail gmail = fake(mails)) {
            Position position = firstLife(gmail);
            gmail.journal().clear();
            for (int nth = 1; nth <= dead; nth++) {
                gmail.faults().nth(FURTHER_PAGE, nth, INVALID_TOKEN);
            }
            secondLife(gmail, position);

            assertThat(read()).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(ids(mails));
        }
    }

    @Test
    void aListWhosePageTokensAllDieLeavesTheWalkWhereItIs() throws Exception {
        try (FakeGmail gmail = fake(mails)) {
            Position position = firstLife(gmail);
            gmail.faults().always(FURTHER_PAGE, INVALID_TOKEN);

            assertThatThrownBy(() -> secondLife(gmail, position))
                    .isInstanceOfSatisfying(
                            SourceException.class,
                            error -> assertThat(error.kind()).isEqualTo(SourceException.Kind.RETRY));
        }
    }

    @Test
    void oneThatComesInFrontOfThePlaceIsReadAloneThoughAnotherWent() throws Exception {
        StoredMail late = mails.get(50);
        List<StoredMail> early = mails.stream().filter(mail -> mail != late).toList();
        for (int gone : new int[] {10, 400}) {
            items.clear();
            try (FakeGmail gmail = fake(early)) {
                Position position = firstLife(gmail);
                gmail.mailbox(ADDRESS).add(late);
                gmail.mailbox(ADDRESS).delete(mails.get(gone).id());
                int gets = secondLife(gmail, position);
                List<String> expected = new ArrayList<>(ids(mails));
                if (gone > 200) {
                    expected.remove(mails.get(gone).id());
                }
                assertThat(read()).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(expected);
                assertThat(gets).as("gets of the second life").isLessThanOrEqualTo(mails.size() - 200 + 1);
            }
        }
    }

    @Test
    void oneThatComesInFrontOfThePlaceCostsOneGet() throws Exception {
        StoredMail late = mails.get(50);
        List<StoredMail> early = mails.stream().filter(mail -> mail != late).toList();
        try (FakeGmail gmail = fake(early)) {
            Position position = firstLife(gmail);
            gmail.mailbox(ADDRESS).add(late);
            assertThat(secondLife(gmail, position)).isEqualTo(mails.size() - 200);
            assertThat(read()).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(ids(mails));
        }
    }

    @Test
    void oneThatAShiftingPageLeftOutIsReadThoughTheWalkWasBegunInAnotherLife() throws Exception {
        FakeGmail[] holder = new FakeGmail[1];
        List<String> gone = mails.stream()
                .sorted(Comparator.comparing(StoredMail::receivedAt).reversed())
                .limit(3)
                .map(StoredMail::id)
                .toList();
        try (FakeGmail gmail = FakeGmail.builder()
                .mailbox(ADDRESS, mails)
                .quirks(GmailQuirks.DEFAULT.withShiftingPages())
                .beforeList(number -> {
                    if (number == 2) {
                        // The second page of the first list: as many at its border as go are in neither.
                        gone.forEach(holder[0].mailbox(ADDRESS)::delete);
                    }
                })
                .start()) {
            holder[0] = gmail;
            secondLife(gmail, firstLife(gmail, mails.size() - 10));
            List<String> expected = new ArrayList<>(ids(mails));
            expected.removeAll(gone);
            assertThat(mails).hasSizeGreaterThan(510);
            assertThat(read()).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void whereMoreMovedThanCanBeToldTheWindowIsReadAgain() throws Exception {
        List<StoredMail> late = mails.subList(0, 100);
        try (FakeGmail gmail = fake(mails.subList(100, mails.size()))) {
            Position position = firstLife(gmail);
            GmailMailbox mailbox = gmail.mailbox(ADDRESS);
            late.forEach(mailbox::add);
            mails.subList(120, 220).forEach(mail -> mailbox.delete(mail.id()));
            SourceException error = catchThrowableOfType(SourceException.class, () -> secondLife(gmail, position));
            assertThat(error.kind()).isEqualTo(SourceException.Kind.RESTART_PARTITION);
            gmail.journal().clear();
            int gets = secondLife(gmail, Position.START);
            assertThat(read()).containsAll(ids(late)).containsAll(ids(mails.subList(220, mails.size())));
            int there = mailbox.messageIds().size();
            assertThat(gets).as("a get each of what is there").isEqualTo(there);
            assertThat(gmail.journal().count(LIST))
                    .as("the window's list and its count, a page each of 500")
                    .isLessThanOrEqualTo(2 * (1 + there / 500));
            assertThat(read().distinct().count())
                    .as("what the first life read comes again, and nothing a third time")
                    .isGreaterThanOrEqualTo(read().count() - 200);
        }
    }

    @Test
    void oneThatIsCalledGoneAndStillListedIsAskedForAgain() throws Exception {
        String id = mails.get(20).id();
        try (FakeGmail gmail = fake(mails)) {
            gmail.faults()
                    .always(
                            RequestMatch.path("/messages/" + id),
                            GmailFault.notFound().asFault());
            Position position = firstLife(gmail);
            gmail.faults().clear();
            secondLife(gmail, position);
            assertThat(read()).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(ids(mails));
        }
    }

    @Test
    void oneThatIsCalledGoneForEverAndStillListedIsAFailureRow() throws Exception {
        String id = mails.get(20).id();
        for (boolean restarts : new boolean[] {true, false}) {
            items.clear();
            try (FakeGmail gmail = fake(mails)) {
                gmail.faults()
                        .always(
                                RequestMatch.path("/messages/" + id),
                                GmailFault.notFound().asFault());
                secondLife(gmail, restarts ? firstLife(gmail) : Position.START);
                assertThat(read()).hasSize(mails.size() - 1).doesNotHaveDuplicates();
                assertThat(items.stream().filter(PageItem.Failed.class::isInstance))
                        .singleElement()
                        .satisfies(item -> assertThat(PageCollector.id(item)).isEqualTo(id));
            }
        }
    }

    @Test
    void oneThatIsCalledGoneIsNotForgottenOverAFurtherPass() throws Exception {
        String id = mails.get(20).id();
        try (FakeGmail gmail = fake(mails.subList(0, 150));
                TestBox box = TestBox.open(gmail)) {
            gmail.faults()
                    .always(
                            RequestMatch.path("/messages/" + id),
                            GmailFault.notFound().asFault());
            Position position =
                    Objects.requireNonNull(page(box, window(), Position.START).next());
            gmail.faults().clear();
            mails.subList(150, mails.size()).forEach(gmail.mailbox(ADDRESS)::add);
            readOn(box, position);
            assertThat(read()).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(ids(mails));
        }
    }

    @Test
    void aWindowOfWhichMostIsCalledGoneAndListedIsShortOfIt() throws Exception {
        try (FakeGmail gmail = fake(mails);
                TestBox box = TestBox.open(gmail)) {
            gmail.faults()
                    .always(
                            RequestMatch.path("/messages/[0-9a-f]+$"),
                            GmailFault.notFound().asFault());
            PageEnd end = null;
            Position position = Position.START;
            while (position != null) {
                end = page(box, window(), position);
                position = end.next();
            }
            assertThat(end.replacedBy()).isEmpty();
            assertThat(end.providerCount()).isGreaterThan(items.size());
        }
    }

    /** The engine begins a window again whose page tokens die for good, whatever is kept of its walk. */
    @Test
    void aWindowThatIsBegunAgainInTheMiddleOfAFurtherPassIsReadFromItsBeginning() throws Exception {
        try (FakeGmail gmail = fake(mails.subList(0, 150));
                TestBox box = TestBox.open(gmail)) {
            Position first =
                    Objects.requireNonNull(page(box, window(), Position.START).next());
            mails.subList(150, mails.size()).forEach(gmail.mailbox(ADDRESS)::add);
            Position further = Objects.requireNonNull(page(box, window(), first).next());
            assertThat(WindowPosition.of(further).pass()).isEqualTo(1);
            items.clear();
            readOn(box, Position.START);
            assertThat(read()).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(ids(mails));
        }
    }

    @Test
    void oneThatIsGoneIndeedIsSkippedAndNothingMore() throws Exception {
        try (FakeGmail gmail = fake(mails)) {
            Position position = firstLife(gmail);
            gmail.mailbox(ADDRESS).delete(mails.get(20).id());
            int gets = secondLife(gmail, position);
            assertThat(gets).isEqualTo(mails.size() - 200);
            assertThat(read()).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(ids(mails));
        }
    }
}
