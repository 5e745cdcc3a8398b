package dev.backfill.provider.gmail;

import dev.backfill.provider.gmail.MessageFetcher.Fetched;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import java.util.ArrayList;
import java.util.List;

/** Reads again what failed: single messages, and stretches of time. Immutable and thread-safe. */
final class Replay {
    private static final int CHUNK = 50;

    private final Windows windows;
    private final MessageFetcher fetcher;

    Replay(Windows windows, MessageFetcher fetcher) {
        this.windows = windows;
        this.fetcher = fetcher;
    }

    void run(MailQuery query, Selection selection, Labels labels, List<FailureRef> refs, PageWriter writer) {
        List<String> ids = new ArrayList<>();
        for (FailureRef ref : refs) {
            if (ref.messageId() != null) {
                ids.add(ref.messageId());
            } else {
                stretch(query, selection, labels, ref, writer);
            }
        }
        for (int from = 0; from < ids.size(); from += CHUNK) {
            List<String> chunk = ids.subList(from, Math.min(ids.size(), from + CHUNK));
            for (Fetched one : fetcher.fetch(chunk, selection, labels)) {
                if (one.error() != null && one.stopsPage()) {
                    throw one.error();
                }
                writer.write(WindowPage.item(one));
            }
        }
    }

    private void stretch(MailQuery query, Selection selection, Labels labels, FailureRef ref, PageWriter writer) {
        Partition window = Partition.window(ref.scope(), ref.from(), ref.to());
        List<String> ids =
                windows.list(query, selection, window, Integer.MAX_VALUE).ids().sorted();
        WindowShare share = new WindowShare(windows, query, selection, window);
        for (int from = 0; from < ids.size(); from += CHUNK) {
            List<String> chunk = ids.subList(from, Math.min(ids.size(), from + CHUNK));
            for (Fetched one : fetcher.fetch(chunk, selection, labels)) {
                if (one.error() != null && one.stopsPage()) {
                    throw one.error();
                }
                if (one.error() != null || one.wanted() && share.holds(one)) {
                    writer.write(WindowPage.item(one));
                }
            }
        }
    }
}
