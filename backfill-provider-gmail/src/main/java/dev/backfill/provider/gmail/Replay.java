package dev.backfill.provider.gmail;

import dev.backfill.provider.gmail.MessageFetcher.Fetched;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/** Reads again what failed: single messages, and stretches of time. Immutable and thread-safe. */
final class Replay {
    private static final int CHUNK = 50;

    private final Windows windows;
    private final MessageFetcher fetcher;

    Replay(Windows windows, MessageFetcher fetcher) {
        this.windows = windows;
        this.fetcher = fetcher;
    }

    /**
     * Reads.
     *
     * @param query the query of the job that failed on them
     * @param selections gives what the query means in a scope
     * @param labels the mailbox's labels
     * @param refs what to read
     * @param writer takes the items
     */
    void run(
            MailQuery query,
            Function<String, Selection> selections,
            Labels labels,
            List<FailureRef> refs,
            PageWriter writer) {
        Map<String, List<String>> idsByScope = new LinkedHashMap<>();
        for (FailureRef ref : refs) {
            String scope = Scopes.base(ref.scope());
            if (ref.messageId() != null) {
                idsByScope.computeIfAbsent(scope, unused -> new ArrayList<>()).add(ref.messageId());
            } else {
                stretch(query, selections.apply(scope), labels, ref, writer);
            }
        }
        idsByScope.forEach((scope, ids) -> read(ids, scope, selections.apply(scope), labels, writer, one -> true));
    }

    private void stretch(MailQuery query, Selection selection, Labels labels, FailureRef ref, PageWriter writer) {
        String scope = Scopes.base(ref.scope());
        Partition window = Scopes.window(scope, ref.from(), ref.to());
        List<String> ids =
                windows.list(query, selection, window, Integer.MAX_VALUE).ids().sorted();
        WindowShare share = new WindowShare(windows, query, selection, window);
        read(ids, scope, selection, labels, writer, one -> one.error() != null || one.wanted() && share.holds(one));
    }

    private void read(
            List<String> ids,
            String scope,
            Selection selection,
            Labels labels,
            PageWriter writer,
            Predicate<Fetched> meant) {
        for (int from = 0; from < ids.size(); from += CHUNK) {
            List<String> chunk = ids.subList(from, Math.min(ids.size(), from + CHUNK));
            for (Fetched one : fetcher.fetch(chunk, selection, labels)) {
                if (one.error() != null && one.stopsPage()) {
                    throw one.error();
                }
                if (meant.test(one)) {
                    writer.write(WindowPage.item(one, scope));
                }
            }
        }
    }
}
