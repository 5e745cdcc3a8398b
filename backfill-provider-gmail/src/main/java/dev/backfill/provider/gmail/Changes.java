package dev.backfill.provider.gmail;

import dev.backfill.provider.gmail.HistoryJson.Change;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks what changed since a history record: what they mean says {@link ChangesPage}. History is only ever added to, so a
 * position is a record and how many changes after it are done. Stateless and thread-safe.
 */
final class Changes {
    private static final String VERSION = "h1:";
    private static final int MAX_CHUNK = 100;

    private final GmailClient client;
    private final ApiCalls calls;
    private final Prices prices;
    private final MessageFetcher fetcher;
    private final GetPlan plan;
    private final AverageBytes averageBytes;

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

    Changes(
            GmailClient client,
            ApiCalls calls,
            Prices prices,
            MessageFetcher fetcher,
            GetPlan plan,
            AverageBytes averageBytes) {
        this.client = client;
        this.calls = calls;
        this.prices = prices;
        this.fetcher = fetcher;
        this.plan = plan;
        this.averageBytes = averageBytes;
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
        Recorded recorded = PageTokens.listed(() -> list(place, limit.messages()));
        List<Change> changes = recorded.changes();
        String newest = recorded.newest();
        int end = Math.min(changes.size(), place.done() + Math.min(limit.messages(), MAX_CHUNK));
        int first = Math.min(place.done(), end);
        ListedChanges listed = new ListedChanges(changes, first, end);
        ChangesPage page = new ChangesPage(query, selection, partition, listed, limit, averageBytes);
        page.walk(fetcher, plan, labels, writer);
        int next = place.done() + page.used();
        if (newest == null || next < changes.size()) {
            return PageEnd.more(place.after(changes, next).position(), page.used(), page.repeats());
        }
        return PageEnd.token(newest, page.used(), page.repeats());
    }

    /**
     * What a history holds after a record.
     *
     * @param changes what changed, in order
     * @param newest where later changes begin if all are there, else null. That is what the first answer says: whether a change
     *     that comes between two answers is in the later one is not documented, so better it is read twice than never
     */
    private record Recorded(List<Change> changes, @Nullable String newest) {}

    /** Lists changes after a place, more than are wanted if there are. */
    private Recorded list(Place place, int wanted) {
        List<Change> changes = new ArrayList<>();
        String token = null;
        String newest = "";
        do {
            String pageToken = token;
            HistoryJson.Page page = calls.call(prices.history(), () -> client.history(place.recordId(), pageToken));
            changes.addAll(page.changes());
            newest = newest.isEmpty() ? page.historyId() : newest;
            token = page.nextPageToken();
            if (token != null && changes.size() > place.done() + wanted) {
                return new Recorded(changes, null);
            }
            if (token != null && token.equals(pageToken)) {
                throw PageTokens.loop();
            }
        } while (token != null);
        return new Recorded(changes, newest.isEmpty() ? place.recordId() : newest);
    }
}
