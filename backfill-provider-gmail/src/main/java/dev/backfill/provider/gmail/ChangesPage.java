package dev.backfill.provider.gmail;

import dev.backfill.model.EmailMessage;
import dev.backfill.provider.gmail.GetPlan.Get;
import dev.backfill.provider.gmail.HistoryJson.Change;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import dev.backfill.spi.SourceException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One page of changes: each message that one of them names is read as it is now. What a change means:
 *
 * <ul>
 *   <li>a message that is there, in the query's range and meant by it: a CREATE where the record says that it came, else an
 *       UPDATE; and an UPDATE besides the CREATE where it changed after it came, since those who know it from the walk know
 *       the CREATE's key as well and would pass it over;
 *   <li>a message that is there but outside the range: nothing;
 *   <li>a message that is not meant any more (trashed, or out of the folders) or is gone: a delete, unless its labels show
 *       that the job never meant it since the pin ({@link PastLabels}). When a message that is gone was received nobody
 *       knows, so its delete is published though it may lie outside the range and never have been published: such a delete
 *       changes nothing for those who keep messages by their ids, while a delete left out would leave them one that is gone,
 *       for ever. The drain of a FULL job goes by the same rule.
 * </ul>
 *
 * <p>Confined to its thread.
 */
final class ChangesPage {
    private final MailQuery query;
    private final Selection selection;
    private final Partition partition;
    private final ListedChanges listed;
    private final List<Change> changes;
    private final Set<String> bigThreads = new HashSet<>();
    private final Map<String, Integer> handled = new HashMap<>();
    private final Map<String, Fetched> fetched = new HashMap<>();
    private final PageLimit limit;
    private final AverageBytes averageBytes;
    private long bytes;
    private int used;
    private int repeats;

    /**
     * @param listed what the page is about
     * @param limit how many bytes of messages it may hold; one message is always allowed
     * @param averageBytes says how many messages to get at once for that
     */
    ChangesPage(
            MailQuery query,
            Selection selection,
            Partition partition,
            ListedChanges listed,
            PageLimit limit,
            AverageBytes averageBytes) {
        this.query = query;
        this.selection = selection;
        this.partition = partition;
        this.listed = listed;
        this.changes = listed.ofPage();
        this.limit = limit;
        this.averageBytes = averageBytes;
        for (Change change : changes) {
            if (listed.endsDeleted(change.messageId())) {
                fetched.put(change.messageId(), Fetched.deleted(change.messageId()));
            }
        }
    }

    void walk(MessageFetcher fetcher, GetPlan plan, Labels labels, PageWriter writer) {
        boolean room = true;
        while (room && used < changes.size() && bytes < limit.bytes()) {
            String id = changes.get(used).messageId();
            while (!fetched.containsKey(id)) {
                // A thread may be too big to give what it was asked for: then its messages are asked for by themselves.
                MessageFetcher.Batch batch =
                        fetcher.fetch(next(plan), selection, labels, WindowList.toGet(limit.bytes() - bytes, ahead()));
                bigThreads.addAll(batch.bigThreads());
                batch.messages().forEach(one -> fetched.put(one.id(), one));
            }
            Fetched one = Objects.requireNonNull(fetched.get(id));
            if (one.stopsPage() && one.error() != null) {
                if (used == 0) {
                    throw one.error();
                }
                return;
            }
            PageItem item = item(one, handled.getOrDefault(id, 0));
            long size = item instanceof PageItem.Message ? one.heapBytes() : 0;
            if (bytes > 0 && bytes + size > limit.bytes()) {
                return;
            }
            used++;
            bytes += size;
            if (size > 0) {
                averageBytes.saw(one.bytes());
            }
            handled.merge(id, 1, Integer::sum);
            if (item == null) {
                repeats++;
            } else {
                room = writer.write(item) == PageWriter.Verdict.CONTINUE;
            }
        }
    }

    /** The heap of what was fetched and not handed over yet. */
    private long ahead() {
        return changes.subList(used, changes.size()).stream()
                .map(change -> fetched.get(change.messageId()))
                .filter(Objects::nonNull)
                .distinct()
                .mapToLong(Fetched::heapBytes)
                .sum();
    }

    /**
     * What to get next: as many messages as are likely to fit, and of a thread of which so many changed that it is cheaper whole all
     * that did. Who archives, labels or reads in Gmail does it to whole conversations.
     */
    private List<Get> next(GetPlan plan) {
        Map<String, Set<String>> byThread = new LinkedHashMap<>();
        for (Change change : changes.subList(used, changes.size())) {
            if (!fetched.containsKey(change.messageId())) {
                byThread.computeIfAbsent(change.threadId(), unused -> new LinkedHashSet<>())
                        .add(change.messageId());
            }
        }
        // As in WindowPage: what others overtook is asked for by itself.
        int left =
                ahead() > WindowList.MAX_AHEAD_BYTES ? 1 : averageBytes.fitting(limit.bytes() - bytes, changes.size());
        List<Get> gets = new ArrayList<>();
        for (Map.Entry<String, Set<String>> thread : byThread.entrySet()) {
            List<String> ids = List.copyOf(thread.getValue());
            if (plan.isCheaperWhole(ids.size()) && !bigThreads.contains(thread.getKey())) {
                gets.add(new Get(thread.getKey(), ids));
            } else {
                ids.stream().limit(left).map(Get::single).forEach(gets::add);
            }
            left -= ids.size();
            if (left <= 0) {
                break;
            }
        }
        return gets;
    }

    /** How many of the changes are done. */
    int used() {
        return used;
    }

    /** How many of these were nothing to hand over. */
    int repeats() {
        return repeats;
    }

    /** What the nth change of a message in this page means, from 0; null if nothing that an earlier one did not say. */
    private @Nullable PageItem item(Fetched one, int nth) {
        List<Change> ofMessage = listed.inPage(one.id());
        SourceException error = one.error();
        if (error != null && !one.gone()) {
            return nth > 0 ? null : new PageItem.Failed(failed(ofMessage), error.kind(), error.code());
        }
        Instant dated = one.dated();
        if (dated != null && !query.coversChange(dated)) {
            return null;
        }
        if (one.email() != null) {
            return message(one.email(), ofMessage, nth);
        }
        if (listed.endsDeleted(one.id())) {
            return deleted(one.id(), nth);
        }
        return nth == 0 ? left(one, ofMessage) : null;
    }

    /**
     * What the history calls deleted is a delete once, wherever pages end: with the last change from which on the records show
     * that it was meant.
     */
    private @Nullable PageItem deleted(String id, int nth) {
        List<Change> all = listed.fromHere(id);
        int next = nth + 1;
        boolean later = next < all.size() && mayHaveBeenMeant(all.subList(next, all.size()));
        return later || !mayHaveBeenMeant(all.subList(nth, all.size()))
                ? null
                : new PageItem.Deleted(id, revision(all.get(all.size() - 1)));
    }

    private boolean mayHaveBeenMeant(List<Change> untilItWasDeleted) {
        return PastLabels.mayHaveBeenMeant(selection, untilItWasDeleted, null);
    }

    private @Nullable PageItem left(Fetched one, List<Change> ofMessage) {
        return PastLabels.mayHaveBeenMeant(selection, ofMessage, one.labelIds())
                ? new PageItem.Deleted(one.id(), one.gone() ? revision(ofMessage.get(0)) : one.historyId())
                : null;
    }

    /** What names a change that failed: whoever reads the message again tells what it came to, and not what a walk would. */
    private FailureRef failed(List<Change> ofMessage) {
        Change last = ofMessage.get(ofMessage.size() - 1);
        boolean came = ofMessage.stream().allMatch(Change::added);
        String scope = Scopes.told(partition.scope(), new Scopes.Told(revision(last), came));
        return FailureRef.message(scope, last.messageId());
    }

    private static @Nullable PageItem message(EmailMessage email, List<Change> ofMessage, int nth) {
        boolean came = ofMessage.get(nth).added();
        if (nth == 0) {
            return new PageItem.Message(came ? PageItem.Change.CREATE : PageItem.Change.UPDATE, email);
        }
        boolean changedAfterItCame = nth == 1 && ofMessage.get(0).added() && !came;
        return changedAfterItCame ? new PageItem.Message(PageItem.Change.UPDATE, email) : null;
    }

    private String revision(Change change) {
        return change.recordId().isEmpty() ? Hashes.sha256("history:" + partition.token()) : change.recordId();
    }
}
