package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.testkit.DirectMailboxContext;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.gmail.GmailMailbox;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.MailBytes;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Threads of random shapes over windows cut at random, read in pages of random sizes, with restarts and with mail that comes and
 * goes: every message comes once, and never for more than one get a message.
 */
class ThreadPlanTest {
    private static final String ADDRESS = "ann@example.com";
    private static final Instant FROM = Instant.parse("2020-01-01T00:00:00Z");
    private static final Instant TO = Instant.parse("2021-01-01T00:00:00Z");
    private static final MailQuery QUERY = new MailQuery(FROM, TO, List.of(), false, false);
    private static final int SEEDS = 60;

    /** One mailbox and one way to read it. */
    private static final class Round {
        private final int seed;
        private final Random random;
        private final List<StoredMail> mails = new ArrayList<>();
        private final String quota;
        private final Map<String, Integer> seen = new TreeMap<>();
        private final Map<String, String> skipped = new TreeMap<>();
        private long listed;
        private long counted;
        private long units;
        private int lists;
        private int lives;
        private int windows;
        private int whole;
        private int gone;

        Round(int seed) {
            this.seed = seed;
            this.random = new Random(seed);
            this.quota = random.nextBoolean() ? "new" : "legacy";
            Duration span = random.nextBoolean() ? Duration.ofDays(200) : Duration.ofDays(3);
            int threads = 5 + random.nextInt(40);
            for (int thread = 0; thread < threads; thread++) {
                addThread(span);
            }
        }

        private void addThread(Duration span) {
            // Every third mailbox has no thread that is worth it: there nothing saved hides what is wasted.
            int longest = seed % 3 == 0 ? 2 : random.nextInt(3) == 0 ? 25 : 4;
            int length = 1 + random.nextInt(longest);
            String key = id();
            long begin = random.nextLong(Duration.between(FROM, TO).toSeconds() + 400_000) - 200_000;
            for (int i = 0; i < length; i++) {
                long second = begin + random.nextLong(span.toSeconds());
                mails.add(mail(i == 0 ? key : id(), key, FROM.plusSeconds(second)));
            }
        }

        private String id() {
            return String.format("%016x", random.nextLong());
        }

        private StoredMail mail(String id, String thread, Instant received) {
            String text = "x".repeat(random.nextInt(20) == 0 ? 30_000 : random.nextInt(2_000));
            return StoredMail.builder(id, received)
                    .threadKey(thread)
                    .folder(random.nextInt(12) == 0 ? FolderPath.DELETED : FolderPath.INBOX)
                    .mime(MailBytes.utf8("Subject: a mail\r\n\r\n" + text + "\r\n"))
                    .build();
        }

        List<String> wanted() {
            return mails.stream()
                    .filter(mail -> TestMail.isShown(mail) && Windows.within(mail.receivedAt(), FROM, TO))
                    .map(StoredMail::id)
                    .toList();
        }

        /** Windows whose borders lie anywhere, among them in the middle of threads. */
        List<Partition> windows() {
            List<Partition> windows = new ArrayList<>();
            Instant to = TO;
            while (to.isAfter(FROM)) {
                Instant from = to.minusSeconds(1 + random.nextInt(20_000_000));
                from = from.isBefore(FROM) ? FROM : from;
                windows.add(Scopes.window(Scopes.ALL, from, to));
                to = from;
            }
            return windows;
        }

        PageLimit limit() {
            return new PageLimit(
                    1 + random.nextInt(60), random.nextInt(4) == 0 ? 1 + random.nextInt(100_000) : 1 << 24);
        }

        private TestBox open(FakeGmail gmail) {
            return TestBox.open(gmail.rootUrl(), Map.of("quota", quota, "overlap-seconds", "0"));
        }

        /** Reads all windows; before a page the test may do something, or begin another life. */
        void read(FakeGmail gmail, List<Partition> plan, int restarts, Runnable beforePage) {
            Deque<Partition> left = new ArrayDeque<>(plan);
            TestBox box = open(gmail);
            try {
                while (!left.isEmpty()) {
                    Partition window = left.removeFirst();
                    windows++;
                    Position position = Position.START;
                    while (position != null) {
                        beforePage.run();
                        if (restarts > 0 && random.nextInt(restarts) == 0) {
                            close(box);
                            box = open(gmail);
                        }
                        PageEnd end = page(box.mailbox(), window, position);
                        end.replacedBy().forEach(left::addLast);
                        position = end.next();
                    }
                }
            } finally {
                close(box);
            }
        }

        private PageEnd page(Mailbox mailbox, Partition window, Position position) {
            PageLimit limit = limit();
            PageCollector collector = new PageCollector();
            PageEnd end = mailbox.fetch(QUERY, window, position, limit, collector);
            assertThat(collector.items()).as(this.toString()).hasSize(end.entries() - end.repeats());
            assertThat(collector.items()).as(this.toString()).hasSizeLessThanOrEqualTo(limit.messages());
            for (PageItem item : collector.items()) {
                String id = PageCollector.id(item);
                if (item instanceof PageItem.Skipped out) {
                    skipped.put(id, out.reason());
                } else {
                    seen.merge(id, 1, Integer::sum);
                }
            }
            listed += collector.items().size();
            counted += end.providerCount() == null ? 0 : end.providerCount();
            return end;
        }

        private void close(TestBox box) {
            DirectMailboxContext context = box.context();
            units += context.units() - 5L * context.requests("messages.list");
            lists += context.requests("messages.list");
            lives++;
            whole += context.requests("threads.get");
            box.close();
        }

        private long get() {
            return quota.equals("new") ? 20 : 5;
        }

        @Override
        public String toString() {
            return "seed " + seed;
        }
    }

    private static FakeGmail fake(Round round) throws Exception {
        return FakeGmail.builder().mailbox(ADDRESS, round.mails).start();
    }

    private static Map<String, Integer> once(List<String> ids) {
        return ids.stream().collect(Collectors.toMap(id -> id, id -> 1));
    }

    /** A message at a border is got by both of its windows, to see whose it is; one that is gone by then is asked for too. */
    private static void assertNotDearerThanAGetEach(Round round) {
        assertThat(round.units)
                .as(round.toString())
                .isLessThanOrEqualTo((round.wanted().size() + round.gone + 10) * round.get());
        // A window's list and its count, or in a life that takes it up the list again; now and then a border's, and
        // what is empty
        // is asked for twice.
        assertThat(round.lists)
                .as("lists, %s, %d windows, %d lives", round, round.windows, round.lives)
                .isLessThanOrEqualTo(3 * (round.windows + round.lives - 1));
    }

    @Test
    void everyMessageComesOnceAndNeverForMoreThanAGetEach() throws Exception {
        int whole = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            Round round = new Round(seed);
            try (FakeGmail gmail = fake(round)) {
                round.read(gmail, round.windows(), 0, () -> {});
            }
            assertThat(round.seen).as(round.toString()).isEqualTo(once(round.wanted()));
            assertThat(round.counted).as(round.toString()).isEqualTo(round.listed);
            assertNotDearerThanAGetEach(round);
            whole += round.whole;
        }
        assertThat(whole).isGreaterThan(SEEDS);
    }

    @Test
    void restartsInTheMiddleOfThreadsLoseAndDoubleNothing() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Round round = new Round(seed);
            try (FakeGmail gmail = fake(round)) {
                round.read(gmail, round.windows(), 2, () -> {});
            }
            assertNotDearerThanAGetEach(round);
            assertThat(round.seen).as(round.toString()).isEqualTo(once(round.wanted()));
            assertThat(round.counted).as(round.toString()).isEqualTo(round.listed);
        }
    }

    @Test
    void whatGoesInTheMiddleIsSkippedAndWhatComesIsRead() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Round round = new Round(seed);
            List<StoredMail> late = new ArrayList<>(round.mails.subList(0, round.mails.size() / 10));
            round.mails.removeAll(late);
            try (FakeGmail gmail = fake(round)) {
                GmailMailbox mailbox = gmail.mailbox(ADDRESS);
                round.read(gmail, round.windows(), 0, () -> change(round, mailbox, late));
            }
            assertNotDearerThanAGetEach(round);
            assertThat(round.seen.values()).as(round.toString()).allMatch(times -> times == 1);
            // Whatever stayed from beginning to end is there; of the rest it depends on when it came and went.
            assertThat(round.seen.keySet()).as(round.toString()).containsAll(round.wanted());
            assertThat(round.skipped.keySet()).as(round.toString()).doesNotContainAnyElementsOf(round.wanted());
        }
    }

    /** Deletes, moves to the trash or brings a message, now and then. */
    private static void change(Round round, GmailMailbox mailbox, List<StoredMail> late) {
        if (round.mails.isEmpty() || round.random.nextInt(3) != 0) {
            return;
        }
        round.gone++;
        StoredMail gone = round.mails.remove(round.random.nextInt(round.mails.size()));
        if (round.random.nextBoolean()) {
            mailbox.delete(gone.id());
        } else {
            mailbox.trash(gone.id());
        }
        if (!late.isEmpty()) {
            mailbox.add(late.remove(0));
        }
    }

    @Test
    void whatComesAndGoesBetweenRestartsCostsNoMoreAndLosesNothing() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Round round = new Round(seed);
            List<StoredMail> late = new ArrayList<>(round.mails.subList(0, round.mails.size() / 10));
            round.mails.removeAll(late);
            try (FakeGmail gmail = fake(round)) {
                GmailMailbox mailbox = gmail.mailbox(ADDRESS);
                round.read(gmail, round.windows(), 3, () -> change(round, mailbox, late));
            }
            assertNotDearerThanAGetEach(round);
            assertThat(round.seen.values()).as(round.toString()).allMatch(times -> times == 1);
            assertThat(round.seen.keySet()).as(round.toString()).containsAll(round.wanted());
        }
    }
}
