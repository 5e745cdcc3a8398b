package dev.backfill.provider.gmail;

import dev.backfill.provider.gmail.GmailErrors.Asked;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.Operation;
import dev.backfill.spi.SourceException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Lists the ids of a stretch of time, page by page, at once: page tokens are short-lived and never kept. Thread-safe. */
final class IdLister {
    /** The most ids of one answer, by Google's documentation. */
    static final int PAGE_SIZE = 500;

    /** So many pages without an id on end lead nowhere. */
    private static final int MAX_EMPTY_PAGES = 1_000;

    private final GmailClient client;
    private final ApiCalls calls;
    private final Operation list;

    /**
     * What was listed.
     *
     * @param ids the ids in the server's order, each once
     * @param entries how many entries the answers held, counted as they came
     * @param whole false if there may be more than were wanted, or the server would not turn its pages
     * @param pages how many answers it took
     */
    record Listing(IdList ids, int entries, boolean whole, int pages) {}

    IdLister(GmailClient client, ApiCalls calls, Operation list) {
        this.client = client;
        this.calls = calls;
        this.list = list;
    }

    /** Lists as {@link #list(List, int, BooleanSupplier)} does, however long it takes. */
    Listing list(List<GmailClient.ListQuery> queries, int most) {
        return list(queries, most, () -> true);
    }

    /**
     * Lists.
     *
     * @param queries what is asked for; an id found by several counts once
     * @param most how many ids are wanted; listing ends with the page that exceeds it
     * @param wanted asked before each page; once false the listing ends
     * @return the ids
     * @throws SourceException of kind RETRY and code PAGE_TOKEN if a page token died each time, or the pages lead nowhere
     */
    Listing list(List<GmailClient.ListQuery> queries, int most, BooleanSupplier wanted) {
        Pass pass = new Pass(most, wanted);
        for (GmailClient.ListQuery query : queries) {
            if (!PageTokens.listed(() -> pass.turn(query))) {
                return pass.listing(false);
            }
        }
        return pass.listing(true);
    }

    /** One listing under way. Confined to its thread. */
    private final class Pass {
        private final int most;
        private final BooleanSupplier wanted;
        private final IdList ids = new IdList();
        private int entries;
        private int pages;

        Pass(int most, BooleanSupplier wanted) {
            this.most = most;
            this.wanted = wanted;
        }

        Listing listing(boolean whole) {
            return new Listing(ids, entries, whole, pages);
        }

        /** Turns the pages of a query from its first to its last; false if there may be more than are wanted. */
        boolean turn(GmailClient.ListQuery query) {
            String token = null;
            Set<String> tokens = new HashSet<>();
            int emptyPages = 0;
            do {
                if (ids.size() >= most || !wanted.getAsBoolean()) {
                    return false;
                }
                ListJson.IdPage page = next(query, token);
                int before = ids.size();
                page.messages().forEach(message -> ids.include(message.id(), message.threadId()));
                token = page.nextPageToken();
                emptyPages = page.messages().isEmpty() ? emptyPages + 1 : 0;
                boolean again = token != null && !tokens.add(token);
                if (token != null && (again && ids.size() == before || emptyPages > MAX_EMPTY_PAGES)) {
                    throw PageTokens.loop();
                }
            } while (token != null);
            return true;
        }

        private ListJson.IdPage next(GmailClient.ListQuery query, @Nullable String token) {
            ListJson.IdPage page = page(query, token);
            pages++;
            if (token == null && isNothing(page)) {
                // The server says so now and then where there is something. Asked once more it costs a quarter of a
                // message; believed, a mailbox would end as read of which nothing was.
                page = page(query, null);
                pages++;
            }
            entries += page.messages().size();
            return page;
        }
    }

    private static boolean isNothing(ListJson.IdPage page) {
        return page.messages().isEmpty() && page.nextPageToken() == null;
    }

    /** The sum of the server's own guesses, which are often wrong. */
    long guess(List<GmailClient.ListQuery> queries) {
        long sum = 0;
        for (GmailClient.ListQuery query : queries) {
            Long guess = page(query, null).sizeEstimate();
            sum += guess == null ? 0 : Math.max(0, guess);
        }
        return sum;
    }

    private ListJson.IdPage page(GmailClient.ListQuery query, @Nullable String token) {
        boolean own = query.labelId() != null && !Labels.isGmails(query.labelId());
        Asked asked = token != null ? Asked.PAGE : own ? Asked.LABEL : Asked.MAILBOX;
        return calls.call(list, () -> client.list(query, token, PAGE_SIZE, asked));
    }
}
