package dev.backfill.provider.gmail;

import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.SourceException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The mailbox's labels, asked for once, and again when a message bears one that was made since: readers know a label of the user's
 * own by its name. Thread-safe.
 */
final class KnownLabels {
    private final GmailClient client;
    private final ApiCalls calls;
    private final Prices prices;

    /** Labels whose names cannot be had: asked for again they would cost a unit a message. */
    private final Set<String> nameless = ConcurrentHashMap.newKeySet();

    private volatile @Nullable Labels labels;

    KnownLabels(GmailClient client, ApiCalls calls, Prices prices) {
        this.client = client;
        this.calls = calls;
        this.prices = prices;
    }

    /** Hears of labels that were asked for otherwise. */
    void set(Labels fresh) {
        labels = fresh;
    }

    Labels get() {
        Labels known = labels;
        return known == null ? refreshed() : known;
    }

    private Labels refreshed() {
        Labels fresh = Labels.of(calls.call(prices.labels(), client::labels));
        labels = fresh;
        return fresh;
    }

    /** The labels for the names of the user's own; where a server does not have them their ids must do. */
    Labels orNone() {
        try {
            return get();
        } catch (SourceException missing) {
            if (missing.code().equals(GmailErrors.NOT_SERVED)) {
                return Labels.of(List.of());
            }
            throw missing;
        }
    }

    /** Hands items on with the names of labels that were made since the labels were asked for. */
    PageWriter naming(PageWriter writer) {
        return item -> writer.write(item instanceof PageItem.Message message ? named(message) : item);
    }

    private PageItem.Message named(PageItem.Message message) {
        List<String> shown = message.email().labels();
        Labels known = labels;
        if (known == null) {
            return message;
        }
        if (lacks(known, shown)) {
            Labels fresh = refreshed();
            shown.stream().filter(label -> !fresh.shows(label)).forEach(nameless::add);
            known = fresh;
        }
        // A message of the same answer may have been decoded before the labels were asked for again.
        List<String> names = known.shown(shown);
        return names.equals(shown)
                ? message
                : new PageItem.Message(message.change(), message.email().withLabels(names));
    }

    private boolean lacks(Labels known, List<String> shown) {
        return shown.stream().anyMatch(label -> !known.shows(label) && !nameless.contains(label));
    }
}
