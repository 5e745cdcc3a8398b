package dev.backfill.testkit.gmail;

import static java.util.Objects.requireNonNull;

import dev.backfill.model.FolderRole;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One mailbox of a {@link FakeGmail}: messages, labels and history, which a test may change while it is crawled. Thread-safe. */
public final class GmailMailbox {
    static final String TRASH = "TRASH";
    static final String SPAM = "SPAM";

    private static final Map<FolderRole, String> SYSTEM = Map.of(
            FolderRole.INBOX, "INBOX",
            FolderRole.SENT, "SENT",
            FolderRole.DRAFTS, "DRAFT",
            FolderRole.DELETED, TRASH,
            FolderRole.JUNK, SPAM);
    private static final List<String> SYSTEM_LABELS = List.of(
            "CHAT",
            "SENT",
            "INBOX",
            "IMPORTANT",
            TRASH,
            "DRAFT",
            SPAM,
            "CATEGORY_FORUMS",
            "CATEGORY_UPDATES",
            "CATEGORY_PERSONAL",
            "CATEGORY_PROMOTIONS",
            "CATEGORY_SOCIAL",
            "STARRED",
            "UNREAD");
    private static final Comparator<GmailItem> NEWEST_FIRST = Comparator.comparingLong(GmailItem::millis)
            .thenComparing(GmailItem::id)
            .reversed();

    private final Object lock = new Object();
    private final String address;
    private final Map<String, GmailItem> items = new HashMap<>();
    private final Map<String, Set<String>> threads = new HashMap<>();
    private final Map<String, String> userLabels = new LinkedHashMap<>();
    private int labelsMade;
    private final List<HistoryRecord> history = new ArrayList<>();
    private final Set<String> spoilt = new HashSet<>();
    private long historyId = 1_000;
    private long oldestHistoryId = historyId;
    private GmailItem @Nullable [] sorted;

    /** What happened to a message. */
    enum Happened {
        MESSAGE_ADDED,
        MESSAGE_DELETED,
        LABELS_ADDED,
        LABELS_REMOVED
    }

    /**
     * One record of the history.
     *
     * @param id its number
     * @param happened what happened
     * @param messageId to which message
     * @param threadId its thread
     * @param labelIds the message's labels after it; of a deleted one those it had
     * @param changed the labels that were added or removed; empty where the message came or went
     */
    record HistoryRecord(
            long id,
            Happened happened,
            String messageId,
            String threadId,
            List<String> labelIds,
            List<String> changed) {}

    GmailMailbox(String address) {
        this.address = requireNonNull(address, "address");
    }

    /** {@return the mailbox's address} */
    public String address() {
        return address;
    }

    /**
     * Adds a message, labelled by its folder: a well-known folder's label, the user's own label named by the path for any
     * other, none for the archive; and UNREAD and STARRED where they hold.
     *
     * @param mail the message
     */
    public void add(StoredMail mail) {
        synchronized (lock) {
            SortedSet<String> labels = new TreeSet<>();
            FolderPath folder = mail.folder();
            String system = SYSTEM.get(folder.role());
            if (system != null) {
                labels.add(system);
            } else if (folder.role() == FolderRole.OTHER) {
                labels.add(labelId(folder.path()));
            }
            if (!mail.isRead()) {
                labels.add("UNREAD");
            }
            if (mail.isStarred()) {
                labels.add("STARRED");
            }
            GmailItem item = new GmailItem(mail, labels, ++historyId);
            if (items.putIfAbsent(item.id(), item) != null) {
                throw new IllegalArgumentException("there is a message of that id already: " + item.id());
            }
            threads.computeIfAbsent(item.threadId(), unused -> new HashSet<>()).add(item.id());
            sorted = null;
            record(Happened.MESSAGE_ADDED, item, List.of());
        }
    }

    /**
     * Adds messages.
     *
     * @param mails the messages
     * @return this mailbox
     */
    public GmailMailbox addAll(Collection<StoredMail> mails) {
        mails.forEach(this::add);
        return this;
    }

    /**
     * Spoils the lists that a message stands in: each page that would hold it is answered with status 500, whatever is searched
     * for. The message itself can be had.
     *
     * @param messageId the message's id
     */
    public void spoilLists(String messageId) {
        synchronized (lock) {
            spoilt.add(messageId);
        }
    }

    /** Lets all lists be had again. */
    public void mendLists() {
        synchronized (lock) {
            spoilt.clear();
        }
    }

    boolean isSpoilt(Collection<GmailItem> page) {
        synchronized (lock) {
            return page.stream().anyMatch(item -> spoilt.contains(item.id()));
        }
    }

    /**
     * Gives one of the user's labels another name; its id stays.
     *
     * @param from its name
     * @param to its new name
     */
    public void renameLabel(String from, String to) {
        synchronized (lock) {
            String id = userLabels.remove(from);
            if (id == null) {
                throw new IllegalArgumentException("there is no such label");
            }
            userLabels.put(to, id);
        }
    }

    /**
     * Deletes one of the user's labels; the messages that bore it stay.
     *
     * @param name its name
     */
    public void deleteLabel(String name) {
        synchronized (lock) {
            String id = userLabels.remove(name);
            if (id == null) {
                throw new IllegalArgumentException("there is no such label");
            }
            for (GmailItem item : List.copyOf(items.values())) {
                if (item.labelIds().contains(id)) {
                    label(item.id(), List.of(), List.of(id));
                }
            }
        }
    }

    /**
     * Deletes a message for good.
     *
     * @param messageId its id
     */
    public void delete(String messageId) {
        synchronized (lock) {
            GmailItem item = require(messageId);
            items.remove(messageId);
            threads.getOrDefault(item.threadId(), Set.of()).remove(messageId);
            sorted = null;
            historyId++;
            record(Happened.MESSAGE_DELETED, item, List.of());
        }
    }

    /**
     * Adds and removes labels of a message; the history tells of those that really came or went.
     *
     * @param messageId its id
     * @param added ids of labels
     * @param removed ids of labels
     */
    public void label(String messageId, List<String> added, List<String> removed) {
        synchronized (lock) {
            GmailItem item = require(messageId);
            NavigableSet<String> labels = new TreeSet<>(item.labelIds());
            List<String> came = added.stream().filter(labels::add).toList();
            List<String> went = removed.stream().filter(labels::remove).toList();
            GmailItem changed = new GmailItem(item.mail(), labels, ++historyId);
            items.put(messageId, changed);
            sorted = null;
            if (!came.isEmpty()) {
                record(Happened.LABELS_ADDED, changed, came);
            }
            if (!went.isEmpty()) {
                record(Happened.LABELS_REMOVED, changed, went);
            }
        }
    }

    /**
     * Moves a message to the trash.
     *
     * @param messageId its id
     */
    public void trash(String messageId) {
        label(messageId, List.of(TRASH), List.of("INBOX"));
    }

    private void record(Happened happened, GmailItem item, List<String> changed) {
        history.add(new HistoryRecord(
                historyId, happened, item.id(), item.threadId(), List.copyOf(item.labelIds()), List.copyOf(changed)));
    }

    private GmailItem require(String messageId) {
        GmailItem item = items.get(messageId);
        if (item == null) {
            throw new NoSuchElementException("no such message: " + messageId);
        }
        return item;
    }

    /**
     * Gives the id of a label, which is made if it is not there.
     *
     * @param name the label's name, slashes where it is nested; or a label of Gmail's own
     * @return the id
     */
    public String labelId(String name) {
        synchronized (lock) {
            if (SYSTEM_LABELS.contains(name)) {
                return name;
            }
            return userLabels.computeIfAbsent(name, unused -> "Label_" + ++labelsMade);
        }
    }

    /** {@return the ids of all messages, deleted and junk ones too, newest first} */
    public List<String> messageIds() {
        return Arrays.stream(newestFirst()).map(GmailItem::id).toList();
    }

    /**
     * Gives what a message bears.
     *
     * @param messageId its id
     * @return the labels as a reader sees them: Gmail's own by their ids, the user's by their names
     */
    public Set<String> labelNames(String messageId) {
        synchronized (lock) {
            Map<String, String> names = labels();
            Set<String> shown = new TreeSet<>();
            require(messageId).labelIds().forEach(id -> shown.add(names.getOrDefault(id, id)));
            return shown;
        }
    }

    /** {@return the newest history record} */
    public long historyId() {
        synchronized (lock) {
            return historyId;
        }
    }

    /** Forgets the history up to now, so that any record before is too old. */
    public void forgetHistory() {
        forgetHistory(historyId());
    }

    /**
     * Forgets the history up to a record, as time does it.
     *
     * @param upTo the newest record that is forgotten; every one before it is too old to begin after
     */
    public void forgetHistory(long upTo) {
        synchronized (lock) {
            history.removeIf(record -> record.id() <= upTo);
            oldestHistoryId = Math.max(oldestHistoryId, upTo);
        }
    }

    /** The records after one; null if the history does not reach back so far. */
    @Nullable
    List<HistoryRecord> historyAfter(long startId) {
        synchronized (lock) {
            if (startId < oldestHistoryId) {
                return null;
            }
            return history.stream().filter(record -> record.id() > startId).toList();
        }
    }

    @Nullable
    GmailItem item(String messageId) {
        synchronized (lock) {
            return items.get(messageId);
        }
    }

    /** The messages of a thread, oldest first; none if there is no such thread. */
    List<GmailItem> thread(String threadId) {
        synchronized (lock) {
            return threads.getOrDefault(threadId, Set.of()).stream()
                    .map(items::get)
                    .sorted(NEWEST_FIRST.reversed())
                    .toList();
        }
    }

    /** All messages newest first; nobody changes the array. */
    GmailItem[] newestFirst() {
        synchronized (lock) {
            GmailItem[] known = sorted;
            if (known == null) {
                known = items.values().toArray(new GmailItem[0]);
                Arrays.sort(known, NEWEST_FIRST);
                sorted = known;
            }
            return known;
        }
    }

    /** The names of all labels by their ids, Gmail's own first. */
    Map<String, String> labels() {
        synchronized (lock) {
            Map<String, String> byId = new LinkedHashMap<>();
            SYSTEM_LABELS.forEach(label -> byId.put(label, label));
            userLabels.forEach((name, id) -> byId.put(id, name));
            return byId;
        }
    }

    static boolean isSystem(String labelId) {
        return SYSTEM_LABELS.contains(labelId);
    }

    long count(String labelId) {
        return Arrays.stream(newestFirst()).filter(item -> item.has(labelId)).count();
    }

    /** {@return a text without the address} */
    @Override
    public String toString() {
        synchronized (lock) {
            return "GmailMailbox[" + items.size() + " messages]";
        }
    }
}
