package dev.backfill.examples.gmail;

import dev.backfill.testkit.gmail.GmailMailbox;
import dev.backfill.testkit.mail.StoredMail;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A mailbox whose owner is at work: mail arrives, is read, starred, labelled, archived, moved to the trash and to the spam and back, and
 * deleted for good, in an order that a seed decides. Thread-safe; the owner does one thing at a time.
 */
public final class ChangingMailbox {
    private static final String USER_LABEL = "Work/Projects";

    private final ReentrantLock lock = new ReentrantLock();
    private final GmailMailbox mailbox;
    private final Random random;
    private final List<StoredMail> arrivals;
    private long arrived = 0x7000_0000L;
    private int left;

    /**
     * @param mailbox the mailbox
     * @param seed decides what happens
     * @param arrivals what may arrive, again and again under other ids
     */
    public ChangingMailbox(GmailMailbox mailbox, long seed, List<StoredMail> arrivals) {
        this.mailbox = mailbox;
        this.random = new Random(seed);
        this.arrivals = arrivals;
    }

    /**
     * What a job should leave a consumer with: the labels of each message of its folders but the deleted and the junk.
     *
     * @param folders the labels of its folders; none for all mail
     */
    public static Map<String, Set<String>> shown(GmailMailbox mailbox, String... folders) {
        Map<String, Set<String>> shown = new TreeMap<>();
        for (String id : mailbox.messageIds()) {
            Set<String> labels = mailbox.labelNames(id);
            boolean meant = folders.length == 0 || labels.stream().anyMatch(List.of(folders)::contains);
            if (meant && !labels.contains("TRASH") && !labels.contains("SPAM")) {
                shown.put(id, labels);
            }
        }
        return shown;
    }

    /**
     * Lets the owner do so many things more.
     *
     * @param things how many, 0 or more
     */
    public void work(int things) {
        lock.lock();
        try {
            left = things;
        } finally {
            lock.unlock();
        }
    }

    /** The owner may do something now; one time in three does. */
    public void moment() {
        lock.lock();
        try {
            if (left > 0 && random.nextInt(3) == 0) {
                left--;
                doSomething();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The owner does what is left to do. */
    public void finish() {
        lock.lock();
        try {
            for (; left > 0; left--) {
                doSomething();
            }
        } finally {
            lock.unlock();
        }
    }

    private void doSomething() {
        List<String> ids = mailbox.messageIds();
        int what = ids.size() < 5 ? 0 : random.nextInt(12);
        String id = ids.isEmpty() ? "" : ids.get(random.nextInt(ids.size()));
        List<String> none = List.of();
        switch (what) {
            case 0, 1 -> arrive();
            case 2 -> mailbox.delete(id);
            case 3, 4 -> mailbox.trash(id);
            case 5 -> mailbox.label(id, List.of("INBOX"), List.of("TRASH"));
            case 6 -> mailbox.label(id, List.of("SPAM"), List.of("INBOX"));
            case 7 -> mailbox.label(id, List.of("INBOX"), List.of("SPAM"));
            case 8 -> mailbox.label(id, none, List.of("UNREAD"));
            case 9 -> mailbox.label(id, List.of("STARRED"), none);
            case 10 -> mailbox.label(id, List.of(mailbox.labelId(USER_LABEL)), List.of("INBOX"));
            default -> mailbox.label(id, none, List.of(mailbox.labelId(USER_LABEL)));
        }
    }

    /** Mostly mail of now; some that was received long ago, as when another mailbox is moved into this one. */
    private void arrive() {
        List<String> ids = new ArrayList<>(mailbox.messageIds());
        StoredMail like = arrivals.get(random.nextInt(arrivals.size()));
        String id = HexFormat.of().toHexDigits(++arrived);
        boolean moved = ids.size() > 10 && random.nextInt(4) == 0;
        mailbox.add(StoredMail.builder(
                        id, moved ? like.receivedAt() : like.receivedAt().plusSeconds(arrived - 0x7000_0000L))
                .folder(like.folder())
                .mime(like.mime())
                .build());
    }
}
