package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.gmail.GmailMailbox;
import dev.backfill.testkit.mail.MailBytes;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mail that comes into a window behind the walk's back costs no more than what was there: threads of it are got whole too. */
class LateMailTest {
    private static final String ADDRESS = "ann@example.com";
    private static final Instant BEGIN = Instant.parse("2020-01-01T00:00:00Z");
    private static final MailQuery QUERY = Crawl.everything();
    private static final int ALONE = 20;
    private static final int FIRST_THREAD = 1_000;

    private final List<String> read = new ArrayList<>();

    private static StoredMail mail(int number, int thread) {
        return StoredMail.builder(id(number), BEGIN.plusSeconds(number))
                .threadKey(id(thread))
                .mime(MailBytes.utf8("Subject: number " + number + "\r\n\r\nText\r\n"))
                .build();
    }

    private static String id(int number) {
        return String.format("%016x", number);
    }

    private static List<StoredMail> alone() {
        return IntStream.rangeClosed(1, ALONE)
                .mapToObj(number -> mail(number, number))
                .toList();
    }

    private static List<StoredMail> thread(int first, int length) {
        return IntStream.range(first, first + length)
                .mapToObj(number -> mail(number, first))
                .toList();
    }

    /** Reads a window; once its first page is read, mail comes. */
    private void walk(TestBox box, GmailMailbox mailbox, int page, List<StoredMail> late) {
        Deque<Partition> left = new ArrayDeque<>(List.of(Scopes.window(Scopes.ALL, null, Crawl.TO)));
        boolean came = false;
        while (!left.isEmpty()) {
            Partition partition = left.removeFirst();
            Position position = Position.START;
            while (position != null) {
                PageCollector collector = new PageCollector();
                PageEnd end =
                        box.mailbox().fetch(QUERY, partition, position, new PageLimit(page, 50_000_000), collector);
                read.addAll(collector.ids());
                left.addAll(end.replacedBy());
                position = end.next();
                if (!came) {
                    mailbox.addAll(late);
                    came = true;
                }
            }
        }
    }

    private static List<String> ids(List<StoredMail> some, List<StoredMail> others) {
        List<String> ids = new ArrayList<>();
        some.forEach(mail -> ids.add(mail.id()));
        others.forEach(mail -> ids.add(mail.id()));
        return ids;
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 10})
    void aThreadThatComesLateIsGotWhole(int page) throws Exception {
        List<StoredMail> late = thread(FIRST_THREAD, 12);
        try (FakeGmail gmail = FakeGmail.builder().mailbox(ADDRESS, alone()).start();
                TestBox box = TestBox.open(gmail)) {
            walk(box, gmail.mailbox(ADDRESS), page, late);

            assertThat(read).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(ids(alone(), late));
            assertThat(box.context().requests("messages.get")).isEqualTo(ALONE);
            assertThat(box.context().requests("threads.get")).isEqualTo(1);
        }
    }

    /** Seven threads of five, two messages alone, and a thread that is longer than what is read at a time. */
    @Test
    void noThreadIsTornUnlessItIsVeryLong() throws Exception {
        List<StoredMail> late = new ArrayList<>();
        for (int number = 0; number < 7; number++) {
            late.addAll(thread(FIRST_THREAD + 100 * number, 5));
        }
        late.addAll(thread(FIRST_THREAD + 1_000, 1));
        late.addAll(thread(FIRST_THREAD + 1_100, 1));
        late.addAll(thread(FIRST_THREAD + 2_000, 40));
        try (FakeGmail gmail = FakeGmail.builder().mailbox(ADDRESS, alone()).start();
                TestBox box = TestBox.open(gmail)) {
            walk(box, gmail.mailbox(ADDRESS), 10, late);

            assertThat(read).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(ids(alone(), late));
            assertThat(box.context().requests("messages.get")).isEqualTo(ALONE + 2);
            assertThat(box.context().requests("threads.get")).isEqualTo(7 + 3);
        }
    }

    @Test
    void aScopeKeepsThreadsAndReadsThoseOfEarlierVersionsWithoutThem() {
        List<ThreadedIds.Entry> messages = List.of(new ThreadedIds.Entry("a", "a"), new ThreadedIds.Entry("a", "b"));
        String scope = Scopes.late("labels:Label_1", messages);
        assertThat(scope).isEqualTo("ids:a,b@a;labels:Label_1");
        assertThat(Scopes.late(scope)).isEqualTo(messages);
        assertThat(Scopes.base(scope)).isEqualTo("labels:Label_1");
        assertThat(Scopes.late("ids:a,b"))
                .containsExactly(new ThreadedIds.Entry("a", "a"), new ThreadedIds.Entry("b", "b"));
        assertThat(Scopes.late("all")).isNull();
    }
}
