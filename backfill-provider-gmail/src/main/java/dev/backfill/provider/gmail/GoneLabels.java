package dev.backfill.provider.gmail;

import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.Partition;
import dev.backfill.spi.SourceException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a window when a label that the job was asked for is deleted in the middle: it is walked by the labels that are
 * left, and the one that is gone is a partition by itself, which is skipped so that the engine names it among the job's notes.
 * Gmail answers a list by such a label with an error that may mean other things too, so the labels decide. Thread-safe.
 */
final class GoneLabels {
    /** The code by which a label that is gone is noted. */
    static final String FOLDER_GONE = "FOLDER_GONE";

    private final GmailClient client;
    private final ApiCalls calls;
    private final QuotaRegime regime;

    GoneLabels(GmailClient client, ApiCalls calls, QuotaRegime regime) {
        this.client = client;
        this.calls = calls;
        this.regime = regime;
    }

    /**
     * Finds out whether an error came of a label that is gone.
     *
     * @param query the job's query
     * @param window the window that was asked for; what was handed over of it comes again
     * @param error what its list came to
     * @return what to walk instead; null if the error has another reason
     */
    @Nullable
    PageEnd instead(MailQuery query, Partition window, SourceException error) {
        List<String> meant = Scopes.labelIds(Scopes.base(window.scope()));
        if (meant == null || !error.code().equals(GmailErrors.LABEL_REFUSED)) {
            return null;
        }
        Set<String> gone = new LinkedHashSet<>(meant);
        calls.call(regime.labels(), client::labels).forEach(label -> gone.remove(label.id()));
        if (gone.isEmpty()) {
            return null;
        }
        List<String> left = meant.stream().filter(id -> !gone.contains(id)).toList();
        List<Partition> instead = new ArrayList<>();
        if (!Selection.of(query, left).queries("").isEmpty()) {
            instead.add(Scopes.window(Scopes.left(left), window.from(), window.to()));
        }
        for (String labelId : gone) {
            instead.add(Scopes.window(Scopes.gone(labelId), window.from(), window.to()));
        }
        return PageEnd.replaced(instead, 0, 0);
    }

    /** {@return what the walk of a label that is gone comes to} */
    static SourceException skipped() {
        return SourceException.of(SourceException.Kind.SKIP_PARTITION, SourceException.Scope.PARTITION, FOLDER_GONE)
                .build("a label that the job was asked for was deleted in the middle of it");
    }
}
