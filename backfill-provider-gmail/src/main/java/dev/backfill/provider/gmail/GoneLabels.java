package dev.backfill.provider.gmail;

import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.Partition;
import dev.backfill.spi.SourceException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The labels that a job was asked for and that were deleted in the middle of it. Its windows are walked on by the labels that are
 * left, and each label that is gone becomes a partition by itself, which is skipped so that the engine names it among the job's
 * notes. Gmail answers a list by such a label with an error that may mean other things too, so the labels decide. A label's id
 * never comes back. Thread-safe.
 */
final class GoneLabels {
    /** The code by which a label that is gone is noted. */
    static final String FOLDER_GONE = "FOLDER_GONE";

    private final GmailClient client;
    private final ApiCalls calls;
    private final Prices prices;
    private final Set<String> gone = ConcurrentHashMap.newKeySet();

    GoneLabels(GmailClient client, ApiCalls calls, Prices prices) {
        this.client = client;
        this.calls = calls;
        this.prices = prices;
    }

    /**
     * Finds out whether an error came of a label that is gone.
     *
     * @param scope the scope of the window that was asked for
     * @param error what its list came to
     * @return false if the error has another reason
     */
    boolean explain(String scope, SourceException error) {
        List<String> meant = Scopes.labelIds(Scopes.base(scope));
        if (meant == null || !error.code().equals(GmailErrors.LABEL_REFUSED)) {
            return false;
        }
        List<String> there = calls.call(prices.labels(), client::labels).stream()
                .map(ListJson.Label::id)
                .toList();
        List<String> missing = meant.stream().filter(id -> !there.contains(id)).toList();
        gone.addAll(missing);
        return !missing.isEmpty();
    }

    /** {@return those of some labels that are not known to be gone} */
    List<String> left(List<String> labelIds) {
        return labelIds.stream().filter(id -> !gone.contains(id)).toList();
    }

    /** {@return a partition for each label of a window that is gone} */
    List<Partition> of(Partition window) {
        List<String> meant = Scopes.labelIds(Scopes.base(window.scope()));
        return meant == null
                ? List.of()
                : meant.stream()
                        .filter(gone::contains)
                        .map(id -> Scopes.window(Scopes.gone(id), window.from(), window.to()))
                        .toList();
    }

    /** {@return what the walk of a label that is gone comes to} */
    static SourceException skipped() {
        return SourceException.of(SourceException.Kind.SKIP_PARTITION, SourceException.Scope.PARTITION, FOLDER_GONE)
                .build("a label that the job was asked for was deleted in the middle of it");
    }
}
