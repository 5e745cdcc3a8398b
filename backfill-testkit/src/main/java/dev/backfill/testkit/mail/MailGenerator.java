package dev.backfill.testkit.mail;

import static java.util.Objects.requireNonNull;

import dev.backfill.model.Importance;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Makes a mailbox of invented mail: the same bytes, ids and dates for the same options on every machine and JDK. Each message
 * is made from the seed and its index alone, when it is asked for, so a generator of a million messages costs a few megabytes.
 * Immutable and thread-safe.
 *
 * <p>The mix: one in five messages has an attachment; half of the threads have 1 message, 20 % have 2, 10 % 3, 7 % 4, 9 % 5 to
 * 10 and 4 % 11 to 30; plain, HTML and alternative bodies in the charsets and transfer encodings mail comes in; folders nested
 * and with non-ASCII names; bursts of many messages in the same second; and one message in six has an oddity of the list below
 * in turn, so that 192 messages hold each at least once: empty, missing and very long subjects, characters split between
 * encoded words, emoji, right-to-left text, missing and absurd dates, no, hidden, grouped and more than a hundred recipients,
 * no Message-ID, raw 8-bit headers, wrong and missing charset labels, empty and large bodies, bare line feeds, several inline
 * texts, an unclosed multipart, signed mail, delivery reports, calendar invitations, winmail.dat, forwarded messages, inline
 * images, file names by RFC 2231 and RFC 2047, attached text, Bcc and Reply-To.
 */
public final class MailGenerator {
    private static final long ID_STREAM = 0x1D;
    private static final int BURSTS = 24;

    private static final List<FolderPath> FOLDERS = List.of(
            FolderPath.INBOX,
            FolderPath.INBOX,
            FolderPath.INBOX,
            FolderPath.of("Inbox", "Projects"),
            FolderPath.of("Inbox", "Projects", "2024"),
            FolderPath.ARCHIVE,
            FolderPath.of("Archive", "Rechnungen", "März"),
            FolderPath.of("顧客", "東京"),
            FolderPath.of("R&D (old)"),
            FolderPath.INBOX);

    private final GeneratorOptions options;
    private final ThreadPlan threads;
    private final DraftMaker drafts;

    /**
     * Prepares a mailbox; makes no mail yet.
     *
     * @param options what to make
     */
    public MailGenerator(GeneratorOptions options) {
        this.options = requireNonNull(options, "options");
        this.threads = new ThreadPlan(options.seed(), options.count());
        this.drafts = new DraftMaker(options, threads);
    }

    /** {@return what this generator was asked for} */
    public GeneratorOptions options() {
        return options;
    }

    /** {@return the number of messages} */
    public int count() {
        return options.count();
    }

    /** {@return all messages in the order of their index, which is not the order of their dates; a new stream each time} */
    public Stream<StoredMail> mails() {
        return IntStream.range(0, options.count()).mapToObj(this::at);
    }

    /**
     * Gives one message; its MIME is made when it is first asked for.
     *
     * @param index from 0 to {@link #count()} - 1
     * @return the message
     * @throws IndexOutOfBoundsException if there is no such message
     */
    public StoredMail at(int index) {
        Objects.checkIndex(index, options.count());
        Dice dice = new Dice(options.seed() ^ 0xF1A6, index);
        DraftMaker.MessagePlan plan = plan(index);
        return StoredMail.builder(id(index), plan.receivedAt())
                .threadKey(id(threads.first(index)))
                .folder(plan.folder())
                .read(dice.percent(75))
                .starred(dice.percent(4))
                .importance(plan.importance())
                .mime(() -> DraftWriter.write(drafts.make(index, plan)))
                .build();
    }

    /** Gives what a message was made from, for tests of the reader. */
    Draft draft(int index) {
        return drafts.make(index, plan(index));
    }

    private String id(int index) {
        return MailIds.of(Dice.mix(Dice.mix(options.seed() + ID_STREAM) + index));
    }

    private DraftMaker.MessagePlan plan(int index) {
        Dice dice = new Dice(options.seed() ^ 0x91A7, index);
        boolean sent = threads.place(index) % 2 == 1;
        int importance = dice.below(100);
        return new DraftMaker.MessagePlan(
                receivedAt(index),
                folder(index, sent, dice),
                sent,
                importance < 3 ? Importance.HIGH : importance < 5 ? Importance.LOW : Importance.NORMAL);
    }

    private FolderPath folder(int index, boolean sent, Dice dice) {
        int roll = dice.below(100);
        if (roll < 5) {
            return FolderPath.DELETED;
        }
        if (roll < 8) {
            return sent ? FolderPath.DRAFTS : FolderPath.JUNK;
        }
        if (sent) {
            return FolderPath.SENT;
        }
        return new Dice(options.seed() ^ 0xF01D, threads.first(index)).pick(FOLDERS);
    }

    private Instant receivedAt(int index) {
        int first = threads.first(index);
        Dice thread = new Dice(options.seed() ^ 0xDA7E, first);
        long spanMillis = Duration.between(options.from(), options.to()).toMillis();
        long millis;
        if (thread.percent(10)) {
            // Newsletters: many messages in one of a few seconds, none the less apart in milliseconds.
            Dice burst = new Dice(options.seed() ^ 0xB025, thread.below(BURSTS));
            millis = burst.below(spanMillis) / 1_000 * 1_000 + thread.below(1_000);
        } else {
            millis = thread.below(spanMillis);
            millis = thread.percent(60) ? millis / 1_000 * 1_000 : millis;
        }
        for (int i = first + 1; i <= index; i++) {
            // Answers come after minutes to days, some within the same second.
            int pause = thread.below(100);
            long after = pause < 5
                    ? 0
                    : pause < 60 ? thread.between(40, 14_400) * 1_000L : thread.between(4, 90) * 3_600_000L;
            millis += after * options.threadPace();
        }
        // Slow threads go round, or half a mailbox would arrive at its last moment.
        long within = options.threadPace() > 1 ? millis % spanMillis : Math.min(millis, spanMillis - 1);
        return options.from().plusMillis(within);
    }
}
