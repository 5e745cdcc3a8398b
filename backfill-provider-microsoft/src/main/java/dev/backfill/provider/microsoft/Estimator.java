package dev.backfill.provider.microsoft;

import dev.backfill.api.CountKind;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.MailEstimate;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Outcome;
import dev.backfill.spi.SourceException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Says what a query would read and how many requests it takes: one count a folder, and where attachments are opened what
 * {@link AttachmentCounts} says. Graph counts no bytes. Thread-safe.
 */
final class Estimator {
    private static final int USUAL_PAGE = 100;

    /** How a folder is refused that has gone or may not be read. */
    private static final Set<SourceException.Kind> REFUSALS = Set.of(SourceException.Kind.SKIP_PARTITION);

    private final GraphClient client;
    private final GraphRequests requests;
    private final ApiCalls calls;
    private final MailboxFolders folders;
    private final AttachmentCounts attachments;

    /**
     * Messages of a folder.
     *
     * @param stretch where they are
     * @param messages how many there are
     */
    record Counted(GraphRequests.Stretch stretch, long messages) {}

    /** What was counted, and how far it can be trusted. */
    private record Counts(List<Counted> folders, CountKind kind) {
        long emails() {
            return folders.stream().mapToLong(Counted::messages).sum();
        }
    }

    Estimator(GraphClient client, GraphRequests requests, ApiCalls calls, MailboxFolders folders, InstantSource clock) {
        this.client = client;
        this.requests = requests;
        this.calls = calls;
        this.folders = folders;
        this.attachments = new AttachmentCounts(client, requests, calls, clock);
    }

    /** The number of messages alone. */
    MailEstimate count(MailQuery query) {
        Counts counts = counts(query);
        return counts.kind() == CountKind.UNKNOWN
                ? MailEstimate.unknown()
                : new MailEstimate(counts.emails(), counts.kind(), 0, 0);
    }

    MailEstimate estimate(MailQuery query) {
        Counts counts = counts(query);
        if (counts.kind() == CountKind.UNKNOWN) {
            return MailEstimate.unknown();
        }
        long all = query.attachments() ? attachments.of(query, counts.folders()) : 0;
        for (Counted folder : counts.folders()) {
            all += calls(folder.messages(), query);
        }
        return new MailEstimate(counts.emails(), counts.kind(), all, all);
    }

    private Counts counts(MailQuery query) {
        FolderTree.Tree tree = folders.tree(query);
        List<Folder> chosen = folders.chosen(tree, query);
        List<GraphRequests.Stretch> stretches = chosen.stream()
                .map(folder -> new GraphRequests.Stretch(folder.id(), query.from(), query.to()))
                .toList();
        List<Outcome<@Nullable Long>> outcomes =
                calls.all(stretches.stream().map(this::count).toList());
        List<Counted> counted = new ArrayList<>();
        CountKind kind = Subfolders.areHidden(tree, query) ? CountKind.ESTIMATE : CountKind.EXACT;
        for (int i = 0; i < outcomes.size(); i++) {
            Long count = outcomes.get(i).get();
            if (count == null) {
                count = chosen.get(i).items();
                kind = count == null ? CountKind.UNKNOWN : worse(kind);
            }
            counted.add(new Counted(stretches.get(i), count == null ? 0 : count));
        }
        return new Counts(counted, kind);
    }

    /** A folder that is gone holds nothing; its refusal would end the whole batch, and leave those behind it uncounted. */
    private ApiRequest<@Nullable Long> count(GraphRequests.Stretch stretch) {
        ApiRequest<@Nullable Long> request = client.request(
                GraphOperations.COUNT,
                GraphErrors.Target.FOLDER,
                () -> requests.edge(stretch, false),
                body -> PageReader.read(body, countFrame()).count());
        return new ApiRequest<>(request.operation(), () -> unlessRefused(request.body(), REFUSALS, 0L));
    }

    /** What a body gives, or something else where it is refused in one of some ways. */
    static <T extends @Nullable Object> T unlessRefused(
            Callable<T> body, Set<SourceException.Kind> refusals, T otherwise) throws Exception {
        try {
            return body.call();
        } catch (SourceException refused) {
            if (refusals.contains(refused.kind())) {
                return otherwise;
            }
            throw refused;
        }
    }

    /** About how many requests a folder costs: its pages, its windows and their cut, its pin, and the MIME of each message where asked for. */
    private static long calls(long messages, MailQuery query) {
        long pages = 1 + messages / USUAL_PAGE + WindowPlanner.windowsOf(messages);
        long pin = query.pins() ? 1 + messages / DeltaRequests.MAX_PAGE : 0;
        return pages + pin + (query.rawMime() ? messages : 0);
    }

    private static PageReader.Frame countFrame() {
        return new PageReader.Frame("", "", Set.of(), Seconds.FIRST, Seconds.END, 1, 1, GraphRequests.Detail.IDS);
    }

    private static CountKind worse(CountKind kind) {
        return kind == CountKind.UNKNOWN ? CountKind.UNKNOWN : CountKind.ESTIMATE;
    }
}
