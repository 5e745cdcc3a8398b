package dev.backfill.provider.gmail;

import dev.backfill.model.EmailMessage;
import dev.backfill.provider.gmail.GetPlan.Get;
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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads again what failed: single messages, and stretches of time. A message that is said to be gone is skipped, or told as
 * deleted, only if the list of the window it failed in does not name it either; that window may be the whole mailbox, and its list
 * is made once a replay at the most. A change is told as the history told it: a message that it was about may be gone or out of the
 * folders by now, which those who know it must hear, and of one that is gone the history and the server say the same. A stretch is
 * walked as any window is. Confined to one replay.
 */
final class Replay {
    private static final int CHUNK = 50;
    private static final PageLimit PAGE = new PageLimit(CHUNK, 8L << 20);

    private final Reading reading;
    private final Windows windows;
    private final MailQuery query;
    private final Function<String, Selection> selections;
    private final Labels labels;
    private final PageWriter writer;
    private final Map<Partition, Predicate<String>> lists = new HashMap<>();

    /**
     * @param query the query of the job that failed on them
     * @param selections gives what the query means in a scope
     * @param labels the mailbox's labels
     * @param writer takes the items
     */
    Replay(
            Reading reading,
            Windows windows,
            MailQuery query,
            Function<String, Selection> selections,
            Labels labels,
            PageWriter writer) {
        this.reading = reading;
        this.windows = windows;
        this.query = query;
        this.selections = selections;
        this.labels = labels;
        this.writer = writer;
    }

    void run(List<FailureRef> refs) {
        Map<String, List<FailureRef>> messagesByScope = new LinkedHashMap<>();
        for (FailureRef ref : refs) {
            if (ref.messageId() == null) {
                stretch(window(ref));
            } else {
                messagesByScope
                        .computeIfAbsent(Scopes.base(ref.metIn()), unused -> new ArrayList<>())
                        .add(ref);
            }
        }
        messagesByScope.forEach((scope, ofScope) -> {
            for (int from = 0; from < ofScope.size(); from += CHUNK) {
                read(scope, ofScope.subList(from, Math.min(ofScope.size(), from + CHUNK)));
            }
        });
    }

    /** Where a reference was met. */
    private static Partition window(FailureRef ref) {
        return Scopes.window(Scopes.base(ref.metIn()), ref.from(), ref.to());
    }

    private void stretch(Partition stretch) {
        Deque<Partition> left = new ArrayDeque<>(List.of(stretch));
        while (!left.isEmpty()) {
            Partition window = left.removeFirst();
            Selection selection = selections.apply(Scopes.base(window.scope()));
            WindowWalk.Job job = new WindowWalk.Job(query, selection, labels, window);
            Position position = Scopes.isGone(window.scope()) ? null : Position.START;
            while (position != null) {
                PageEnd end = reading.walk().fetch(job, position, PAGE, writer);
                left.addAll(end.replacedBy());
                position = end.next();
            }
        }
    }

    /** Reads as many at once as there is room for, and hands them over before it asks for more. */
    private void read(String scope, List<FailureRef> refs) {
        Map<String, List<FailureRef>> left = refs.stream()
                .collect(Collectors.groupingBy(
                        ref -> Objects.requireNonNull(ref.messageId()), LinkedHashMap::new, Collectors.toList()));
        while (!left.isEmpty()) {
            List<Get> gets = left.keySet().stream().map(Get::single).toList();
            List<Fetched> came = reading.fetcher()
                    .fetch(gets, selections.apply(scope), labels, PAGE.bytes())
                    .messages();
            for (Fetched one : came) {
                if (one.error() != null && one.stopsPage()) {
                    throw one.error();
                }
            }
            for (Fetched one : came) {
                Objects.requireNonNull(left.remove(one.id())).forEach(ref -> writer.write(item(one, ref)));
            }
        }
    }

    private PageItem item(Fetched one, FailureRef ref) {
        Scopes.Told told = Scopes.told(ref.metIn());
        if (told == null && one.gone() && isListed(one.id(), window(ref))) {
            return new PageItem.Failed(ref, SourceException.Kind.SKIP_MESSAGE, WindowItem.STILL_LISTED);
        }
        return told == null && !ref.isOfChange() ? WindowItem.of(one, window(ref), false) : asTold(one, ref, told);
    }

    /** As {@link ChangesPage} would have told it; what its labels were before nobody knows any more, so that it may be a delete too many. */
    private PageItem asTold(Fetched one, FailureRef ref, Scopes.@Nullable Told told) {
        SourceException error = one.error();
        if (error != null) {
            return one.gone()
                    ? new PageItem.Deleted(one.id(), told == null ? revision(ref) : told.revision())
                    : new PageItem.Failed(ref, error.kind(), error.code());
        }
        Instant dated = one.dated();
        if (dated != null && !query.coversChange(dated)) {
            return new PageItem.Skipped(one.id(), WindowItem.OUT_OF_SCOPE);
        }
        EmailMessage email = one.email();
        return email == null
                ? new PageItem.Deleted(one.id(), one.historyId())
                : new PageItem.Message(
                        told != null && told.came() ? PageItem.Change.CREATE : PageItem.Change.UPDATE, email);
    }

    /** The mark of a delete that no record tells of: the same at each retry, for an id that is gone does not come back. */
    private static String revision(FailureRef ref) {
        return Hashes.sha256("replay:" + ref.metIn() + " " + ref.messageId());
    }

    private boolean isListed(String id, Partition window) {
        Selection selection = selections.apply(window.scope());
        return lists.computeIfAbsent(
                        window,
                        unused -> new StillListed(() -> windows.list(query, selection, window, Integer.MAX_VALUE)))
                .test(id);
    }
}
