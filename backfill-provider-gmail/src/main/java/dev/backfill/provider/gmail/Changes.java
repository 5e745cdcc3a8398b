package dev.backfill.provider.gmail;

import dev.backfill.provider.gmail.HistoryJson.Change;
import dev.backfill.provider.gmail.MessageFetcher.Fetched;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Walks what changed since a history record: each message that a record names is read as it is now. History is only ever added
 * to, so a position is a record and how many changes after it are done. Stateless and thread-safe.
 */
final class Changes {
    private static final String VERSION = "h1:";
    private static final int MAX_CHUNK = 100;

    private final GmailClient client;
    private final ApiCalls calls;
    private final QuotaRegime regime;
    private final MessageFetcher fetcher;

    /** Where a walk stands: changes after the record, the first so many of them done. */
    private record Place(String recordId, int done) {
        private static Place of(Partition partition, Position position) {
            if (position.isStart()) {
                return new Place(partition.token() == null ? "" : partition.token(), 0);
            }
            String[] parts = position.value().split(":", 3);
            if (!position.value().startsWith(VERSION) || parts.length != 3 || !parts[2].matches("\\d{1,9}")) {
                throw WindowPosition.unreadable();
            }
            return new Place(parts[1], Integer.parseInt(parts[2]));
        }

        private Position position() {
            return new Position(VERSION + recordId + ":" + done);
        }

        /** The place after a change; a record that is finished becomes the one to begin after. */
        private Place after(List<Change> changes, int count) {
            int at = count;
            while (at > 0
                    && at < changes.size()
                    && changes.get(at).recordId().equals(changes.get(at - 1).recordId())) {
                at--;
            }
            return at == 0
                    ? new Place(recordId, count)
                    : new Place(changes.get(at - 1).recordId(), count - at);
        }
    }

    Changes(GmailClient client, ApiCalls calls, QuotaRegime regime, MessageFetcher fetcher) {
        this.client = client;
        this.calls = calls;
        this.regime = regime;
        this.fetcher = fetcher;
    }

    /**
     * Walks one page.
     *
     * @throws SourceException of kind RESTART_PARTITION and code HISTORY_GONE if the record is too old
     */
    PageEnd fetch(
            MailQuery query,
            Selection selection,
            Labels labels,
            Partition partition,
            Position position,
            PageLimit limit,
            PageWriter writer) {
        Place place = Place.of(partition, position);
        List<Change> changes = new ArrayList<>();
        String newest = list(place, limit.messages(), changes);
        int next = place.done();
        int wantedEnd = Math.min(changes.size(), next + Math.min(limit.messages(), MAX_CHUNK));
        Map<String, Boolean> added = new LinkedHashMap<>();
        for (Change change : changes.subList(Math.min(next, wantedEnd), wantedEnd)) {
            added.merge(change.messageId(), change.added(), Boolean::logicalOr);
        }
        List<Fetched> fetched = fetcher.fetch(List.copyOf(added.keySet()), selection, labels);
        Map<String, Fetched> byId = new LinkedHashMap<>();
        fetched.forEach(one -> byId.put(one.id(), one));
        int repeats = 0;
        boolean room = true;
        int first = next;
        while (room && next < wantedEnd) {
            Change change = changes.get(next);
            Fetched one = byId.remove(change.messageId());
            if (one != null && one.stopsPage() && one.error() != null) {
                if (next == first) {
                    throw one.error();
                }
                break;
            }
            next++;
            PageItem item =
                    one == null ? null : item(query, partition, one, change, Boolean.TRUE.equals(added.get(one.id())));
            if (item == null) {
                repeats++;
            } else {
                room = writer.write(item) == PageWriter.Verdict.CONTINUE;
            }
        }
        int entries = next - first;
        if (newest == null || next < changes.size()) {
            return PageEnd.more(place.after(changes, next).position(), entries, repeats);
        }
        return PageEnd.token(newest, entries, repeats);
    }

    /** Lists changes after a place; gives the newest record if they are all there, else null. */
    private @Nullable String list(Place place, int wanted, List<Change> changes) {
        String token = null;
        String newest = place.recordId();
        do {
            String pageToken = token;
            HistoryJson.Page page = calls.call(regime.history(), () -> client.history(place.recordId(), pageToken));
            changes.addAll(page.changes());
            newest = page.historyId().isEmpty() ? newest : page.historyId();
            token = page.nextPageToken();
            if (token != null && (token.equals(pageToken) || changes.size() > place.done() + wanted)) {
                return null;
            }
        } while (token != null);
        return newest;
    }

    /** What a change means for the job; null if nothing. */
    private static @Nullable PageItem item(
            MailQuery query, Partition partition, Fetched one, Change change, boolean added) {
        SourceException error = one.error();
        if (one.gone()) {
            return new PageItem.Deleted(
                    one.id(), change.recordId().isEmpty() ? revision(partition) : change.recordId());
        }
        if (error != null) {
            return new PageItem.Failed(FailureRef.message(partition.scope(), one.id()), error.kind(), error.code());
        }
        Instant dated = one.dated();
        boolean inRange = dated == null || query.coversChange(dated);
        if (!inRange || !one.wanted() && added) {
            return null;
        }
        if (one.email() == null) {
            return new PageItem.Deleted(one.id(), one.historyId());
        }
        return new PageItem.Message(added ? PageItem.Change.CREATE : PageItem.Change.UPDATE, one.email());
    }

    private static String revision(Partition partition) {
        return Hashes.sha256("history:" + partition.token());
    }
}
