package dev.backfill.provider.microsoft;

import dev.backfill.model.EmailMessage;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageItem.Change;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.SourceException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One page of a folder's changes: each message that an entry names is read as it is now. What an entry means:
 *
 * <ul>
 *   <li>a message that lies in a folder of the job, and in its range: an UPDATE, for nobody knows whether the walk or another
 *       folder's changes handed it over; a CREATE where it came after all that was handed over as new, and is as it came;
 *   <li>outside the range: nothing;
 *   <li>a message that left this folder and is gone, or lies outside the job's folders: a delete, unless it is that folder which left
 *       ({@link PinnedFolders}). When a message that is gone was
 *       received nobody knows, so its delete is handed over though it may never have been handed over itself: such a delete
 *       changes nothing for those who keep messages by their ids;
 *   <li>a message that is told of as being here, and is gone or elsewhere by now: nothing yet, the next round tells.
 * </ul>
 *
 * <p>Confined to its thread.
 */
final class ChangesPage {
    private static final int AT_ONCE = 16;

    /** What happens to a message within this time after it came may be told as its coming. */
    private static final Duration AS_IT_CAME = Duration.ofSeconds(5);

    private final Setting setting;
    private final DeltaPlace place;
    private final List<DeltaPage.Entry> entries;
    private final Map<String, SingleMessages.Found> read = new HashMap<>();
    private final Set<String> done;
    private final List<String> handed = new ArrayList<>();
    private final List<String> back = new ArrayList<>();
    private final Set<String> here = new HashSet<>();
    /** When the messages that are being looked at were asked for. */
    private Instant askedAt;

    private long newestEnd;
    private boolean settled;
    private long bytes;
    private int used;
    private int repeats;

    /**
     * What the pages of a partition share.
     *
     * @param query what the job covers
     * @param folderId the folder whose changes are walked
     * @param left true if the folder is none of the job's any more, so that all in it left
     * @param revision the revision of a removal
     * @param newFrom the epoch second of received time from which on a message is new
     * @param clock the time
     * @param folders knows which folders the job means
     * @param pinned the folders whose changes from here on are told
     * @param handedOver knows what other folders' changes told
     */
    record Setting(
            MailQuery query,
            String folderId,
            boolean left,
            String revision,
            long newFrom,
            InstantSource clock,
            MailboxFolders folders,
            PinnedFolders pinned,
            HandedOver handedOver) {}

    /**
     * @param setting what the pages share
     * @param place where the page is, and what of it was handed over
     * @param entries the page
     */
    ChangesPage(Setting setting, DeltaPlace place, List<DeltaPage.Entry> entries) {
        this.setting = setting;
        this.place = place;
        this.entries = entries;
        this.done = new HashSet<>(place.done());
        this.askedAt = setting.clock().instant();
        this.newestEnd = place.newFrom();
        this.settled = place.settled();
    }

    void walk(SingleMessages singles, PageLimit limit, PageWriter writer) {
        boolean room = true;
        int written = 0;
        while (room && used < entries.size()) {
            DeltaPage.Entry entry = entries.get(used);
            PageItem item = isKnown(entry) ? null : item(entry, singles);
            long size =
                    item instanceof PageItem.Message message ? message.email().heapBytes() : 0;
            if (item != null && written > 0 && (written >= limit.messages() || bytes + size > limit.bytes())) {
                return;
            }
            used++;
            done.add(entry.mark());
            if (item == null) {
                repeats++;
                continue;
            }
            bytes += size;
            written++;
            take(entry, item);
            room = writer.write(item) == PageWriter.Verdict.CONTINUE;
        }
    }

    private boolean isKnown(DeltaPage.Entry entry) {
        Instant received = entry.received();
        return place.done().contains(entry.mark())
                || (!entry.removed() && received != null && !setting.query().coversChange(received));
    }

    private void take(DeltaPage.Entry entry, PageItem item) {
        if (item instanceof PageItem.Message message) {
            handed.add(HandedOver.mark(entry.id(), message.email().revision()));
            back.add(HandedOver.mark(entry.id(), ""));
            if (message.change() == Change.CREATE) {
                newestEnd = Math.max(newestEnd, message.email().receivedAt().getEpochSecond() + 1);
            }
        } else if (item instanceof PageItem.Deleted) {
            handed.add(HandedOver.mark(entry.id(), ""));
        }
    }

    /** What an entry comes to; null for nothing. */
    private @Nullable PageItem item(DeltaPage.Entry entry, SingleMessages singles) {
        if (entry.id().isEmpty()) {
            FailureRef ref = FailureRef.stretch(
                    setting.folderId(), setting.query().from(), setting.query().to());
            return new PageItem.Failed(ref, SourceException.Kind.SKIP_MESSAGE, "UNREADABLE_CHANGE");
        }
        SingleMessages.Found found = found(entry.id(), singles);
        PageItem item = found.item();
        if (item instanceof PageItem.Skipped) {
            return entry.removed() ? deleted(entry.id(), setting.revision(), Upserts.goneBy(askedAt)) : item;
        }
        if (!(item instanceof PageItem.Message message)) {
            // Whether it is gone, no replay of the message alone would tell.
            settled &= !(entry.removed() && isForNow(item));
            return item;
        }
        EmailMessage email = message.email();
        if (!setting.query().coversChange(email.receivedAt())) {
            return null;
        }
        if (setting.left() && leftWithIt(found.folderId())) {
            return left(found, email);
        }
        if (setting.left() || isMeant(found.folderId())) {
            return told(entry, found, email);
        }
        boolean leaves = mayHaveLeftItself(found.folderId());
        // Whether the folder stays away shows in the next round.
        settled &= !leaves;
        return entry.removed() && !leaves ? left(found, email) : new PageItem.Skipped(entry.id(), "LEFT");
    }

    /**
     * Says whether what was in the folder that left is none of the job's where it lies now. In that folder it is not, should that be back
     * by now too: once it is told that it left it counts as new.
     */
    private boolean leftWithIt(String folderId) {
        return folderId.equals(setting.folderId()) || !setting.pinned().contains(folderId);
    }

    private boolean isMeant(String folderId) {
        return setting.folders().isMeant(setting.query(), folderId);
    }

    /**
     * Says whether a folder outside of the job is one that left it since the plan was made. Told as deleted singly, a message in it would
     * stay so should the folder come back, for that changes nothing of it.
     */
    private boolean mayHaveLeftItself(String folderId) {
        return folderId.equals(setting.folderId()) || setting.pinned().contains(folderId);
    }

    private static boolean isForNow(PageItem item) {
        return item instanceof PageItem.Failed failed
                && (failed.kind() == SourceException.Kind.RETRY || failed.kind() == SourceException.Kind.RETRY_SMALLER);
    }

    private @Nullable PageItem told(DeltaPage.Entry entry, SingleMessages.Found found, EmailMessage email) {
        // Of what leaves a folder without a pin nobody would tell, and this folder told already.
        settled &= !entry.removed() || setting.pinned().contains(found.folderId());
        String mark = HandedOver.mark(email.id(), email.revision());
        boolean again = !here.add(mark);
        if (again || setting.handedOver().byOther(setting.folderId(), mark)) {
            return null;
        }
        boolean came = !entry.removed() && found.folderId().equals(setting.folderId());
        return new PageItem.Message(came && isNew(email) ? Change.CREATE : Change.UPDATE, email);
    }

    private boolean isNew(EmailMessage email) {
        Instant modified = email.modifiedAt();
        boolean asItCame =
                modified == null || !modified.isAfter(email.receivedAt().plus(AS_IT_CAME));
        return asItCame
                && email.receivedAt().getEpochSecond() >= setting.newFrom()
                && PinToken.mayHaveCome(email.receivedAt(), askedAt);
    }

    /**
     * When a message that still lies somewhere had surely left: what brings it back happens later, in Graph's whole seconds too. Its
     * own time is not enough, for it stays as it is where a whole folder went.
     */
    private Instant leftAt(EmailMessage email) {
        return Upserts.notBefore(email.modifiedAt(), askedAt);
    }

    /**
     * Tells of a message as deleted that lies outside of the job. What it is named by has its state in it: a mark that is kept is read from
     * twice, and in between the message may have been back.
     */
    private @Nullable PageItem left(SingleMessages.Found found, EmailMessage email) {
        String revision = Hashes.hex(setting.revision() + "\n" + found.folderId() + "\n" + email.revision());
        return deleted(email.id(), revision, leftAt(email));
    }

    private @Nullable PageItem deleted(String id, String revision, Instant seenAt) {
        return setting.handedOver().byOther(setting.folderId(), HandedOver.mark(id, ""))
                ? null
                : new PageItem.Deleted(id, revision, seenAt);
    }

    /** Reads the message, and with it those that are likely to be next; the first to be read is the one itself. */
    private SingleMessages.Found found(String id, SingleMessages singles) {
        SingleMessages.Found known = read.remove(id);
        if (known != null) {
            return known;
        }
        List<String> ids = entries.subList(used, entries.size()).stream()
                .filter(entry -> !isKnown(entry))
                .map(DeltaPage.Entry::id)
                .filter(other -> !other.isEmpty() && !read.containsKey(other))
                .distinct()
                .limit(AT_ONCE)
                .toList();
        askedAt = setting.clock().instant();
        List<SingleMessages.Found> found = singles.find(
                setting.folderId(), ids, folder -> setting.folders().pathOr("", folder));
        for (int i = 1; i < ids.size(); i++) {
            read.put(ids.get(i), found.get(i));
        }
        return found.get(0);
    }

    /** True if every entry is done. */
    boolean isWhole() {
        return used == entries.size();
    }

    /** How many entries are done. */
    int used() {
        return used;
    }

    /** How many of these were nothing to hand over. */
    int repeats() {
        return repeats;
    }

    /** The place in the same page behind what is done. */
    DeltaPlace here() {
        return new DeltaPlace(newestEnd, settled, place.query(), done);
    }

    /** The second from which on nothing was handed over as new by now. */
    long newFrom() {
        return newestEnd;
    }

    /** False once a message was found in a folder that has no pin yet, here or on a page before: it must be looked for again. */
    boolean isSettled() {
        return settled;
    }

    /** Takes note of what was handed over. */
    void takeNote() {
        setting.handedOver().add(setting.folderId(), handed, back);
    }
}
