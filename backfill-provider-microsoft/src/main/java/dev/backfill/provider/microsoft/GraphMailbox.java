package dev.backfill.provider.microsoft;

import dev.backfill.api.AccountRef;
import dev.backfill.api.CountKind;
import dev.backfill.model.MailFolder;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.ContentRef;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailEstimate;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.MailboxContext;
import dev.backfill.spi.Outcome;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** One account of Microsoft Graph. Keeps nothing but the folders' paths, which it can read again. Thread-safe. */
final class GraphMailbox implements Mailbox {
    private static final int USUAL_PAGE = 100;
    private static final Set<Integer> NO_ROOT = Set.of(400, 404, 501);
    private static final int MAX_KEY = 320;

    private final MailboxContext context;
    private final GraphClient client;
    private final GraphRequests requests;
    private final FolderTree folders;
    private final WindowPlanner planner;
    private final PageWalker walker;
    private final SingleMessages singles;
    private final Map<String, String> paths = new ConcurrentHashMap<>();

    private GraphMailbox(MailboxContext context, GraphSettings settings) {
        ApiCalls calls = context.calls();
        this.context = context;
        this.client = new GraphClient(context, settings);
        this.requests = new GraphRequests(client.user(), settings.body());
        this.folders = new FolderTree(client, requests, calls);
        this.planner = new WindowPlanner(client, requests, calls);
        this.walker = new PageWalker(client, requests, calls, planner);
        this.singles = new SingleMessages(client, requests, calls);
    }

    static GraphMailbox open(MailboxContext context, GraphSettings settings) {
        return new GraphMailbox(context, settings);
    }

    /**
     * Gives the id of the mailbox's root folder: the one name that is the same for {@code me} and for an address, and that
     * every token can read that can read the mailbox. A refusal is an error, never another key, or the key would change
     * with the rights and the same mail would be published under other keys.
     */
    @Override
    public String key() {
        ApiRequest<@Nullable FolderJson> root = rootFolder();
        FolderJson folder = context.calls().call(root.operation(), root.body());
        if (folder == null) {
            return accountKey();
        }
        return folder.id().length() > MAX_KEY ? Hashes.hex(folder.id()) : folder.id();
    }

    /** Names the mailbox where the server has no name for it; each user's {@code me} is a mailbox of its own. */
    private String accountKey() {
        String account = context.account().account();
        String owner = account.equals(AccountRef.ME) ? context.account().user().value() + "\n" : "";
        return Hashes.hex("graph:" + owner + account.strip().toLowerCase(Locale.ROOT));
    }

    @Override
    public List<MailFolder> folders() {
        return tree().folders().stream().map(Folder::toMailFolder).toList();
    }

    private FolderTree.Tree tree() {
        FolderTree.Tree tree = folders.read();
        tree.folders().forEach(folder -> paths.put(folder.id(), folder.path()));
        return tree;
    }

    private List<Folder> chosen(FolderTree.Tree tree, MailQuery query) {
        Folder recoverable = query.includeDeleted() ? folders.recoverable() : null;
        if (recoverable != null) {
            paths.put(recoverable.id(), recoverable.path());
        }
        Map<String, Folder> named = folders.named(tree, query.folders());
        named.values().forEach(folder -> paths.put(folder.id(), folder.path()));
        return FolderChoice.choose(tree, named, recoverable, query);
    }

    /** Gives a folder's path; after a restart the tree is read for it once. */
    private String path(String folderId) {
        String known = paths.get(folderId);
        if (known != null) {
            return known;
        }
        tree();
        String read = paths.get(folderId);
        if (read != null) {
            return read;
        }
        String single = folders.single(folderId).path();
        paths.put(folderId, single);
        return single;
    }

    @Override
    public MailEstimate estimate(MailQuery query) {
        FolderTree.Tree tree = tree();
        List<Folder> chosen = chosen(tree, query);
        List<ApiRequest<@Nullable Long>> asked = new ArrayList<>();
        for (Folder folder : chosen) {
            GraphRequests.Stretch stretch = new GraphRequests.Stretch(folder.id(), query.from(), query.to());
            asked.add(client.request(
                    GraphOperations.COUNT,
                    GraphErrors.Target.FOLDER,
                    () -> requests.edge(stretch, false),
                    body -> PageReader.read(body, countFrame()).count()));
        }
        List<Outcome<@Nullable Long>> counts = context.calls().all(asked);
        long emails = 0;
        long calls = 0;
        CountKind kind = Subfolders.areHidden(tree, query) ? CountKind.ESTIMATE : CountKind.EXACT;
        for (int i = 0; i < counts.size(); i++) {
            Long count = exact(counts.get(i));
            if (count == null) {
                count = chosen.get(i).items();
                kind = count == null ? CountKind.UNKNOWN : worse(kind);
            }
            long messages = count == null ? 0 : count;
            emails += messages;
            calls += 1 + messages / USUAL_PAGE + messages / WindowPlanner.FIRST_WINDOW;
        }
        return kind == CountKind.UNKNOWN ? MailEstimate.unknown() : new MailEstimate(emails, kind, calls, calls);
    }

    private static PageReader.Frame countFrame() {
        return new PageReader.Frame("", "", Set.of(), Seconds.FIRST, Seconds.END, 1, 1, GraphRequests.Detail.IDS);
    }

    private static @Nullable Long exact(Outcome<@Nullable Long> outcome) {
        if (outcome instanceof Outcome.Failure<@Nullable Long> failure
                && failure.error().kind() == SourceException.Kind.SKIP_PARTITION) {
            return 0L;
        }
        return outcome.get();
    }

    private static CountKind worse(CountKind kind) {
        return kind == CountKind.UNKNOWN ? CountKind.UNKNOWN : CountKind.ESTIMATE;
    }

    @Override
    public List<Partition> plan(MailQuery query) {
        FolderTree.Tree tree = tree();
        Set<Folder> later = Subfolders.later(tree, tree.folders(), query);
        List<Folder> now = Subfolders.without(later, chosen(tree, query));
        List<Partition> plan = new ArrayList<>(planner.plan(now, query.from(), query.to()));
        plan.addAll(
                Subfolders.closed(tree, Subfolders.without(later, tree.folders()), query, query.from(), query.to()));
        return plan;
    }

    /** Gives none: pins come with incremental runs, and no plan of this version holds one. */
    @Override
    public List<Partition> planChanges(MailQuery query, Map<String, String> pins) {
        return List.of();
    }

    @Override
    public PageEnd fetch(MailQuery query, Partition partition, Position position, PageLimit limit, PageWriter writer) {
        if (partition.kind() != Partition.Kind.WINDOW) {
            throw SourceException.of(
                            SourceException.Kind.FAIL_JOB, SourceException.Scope.PARTITION, "UNKNOWN_PARTITION")
                    .build("The Microsoft provider plans windows alone, this partition is a " + partition.kind());
        }
        if (Subfolders.isRest(partition)) {
            throw Subfolders.unlisted();
        }
        if (Subfolders.isMeant(partition)) {
            return Subfolders.read(tree(), planner, query, partition);
        }
        boolean newest = query.to().equals(partition.to());
        try {
            return walker.fetch(partition, path(partition.scope()), position, limit, newest, writer);
        } catch (SourceException error) {
            if (error.kind() == SourceException.Kind.SKIP_PARTITION) {
                requireAccess();
            }
            throw error;
        }
    }

    /**
     * Fails the job where the mailbox itself may not be read: a token that lost its right is refused by every folder, and a job
     * that passed over one after the other would end as complete with next to nothing.
     */
    private void requireAccess() {
        ApiRequest<@Nullable FolderJson> root = rootFolder();
        context.calls().call(root.operation(), root.body());
    }

    private ApiRequest<@Nullable FolderJson> rootFolder() {
        return client.optional(
                GraphOperations.FOLDER,
                GraphErrors.Target.MAILBOX,
                NO_ROOT,
                () -> requests.folder("msgfolderroot"),
                FolderJson::one);
    }

    @Override
    public void replay(MailQuery query, List<FailureRef> refs, PageWriter writer) {
        Replay replay = new Replay(
                singles,
                this::path,
                (scope, folderId) -> paths.getOrDefault(folderId, scope),
                (window, position, limit, pages) -> fetch(query, window, position, limit, pages),
                writer);
        replay.run(refs);
    }

    @Override
    public InputStream open(ContentRef ref, long maxBytes) {
        String attachmentId = ref.attachmentId();
        byte[] content = client.call(
                GraphOperations.CONTENT,
                GraphErrors.Target.MESSAGE,
                () -> attachmentId == null
                        ? requests.mime(ref.messageId())
                        : requests.attachmentContent(ref.messageId(), attachmentId),
                body -> bounded(body, maxBytes));
        return new ByteArrayInputStream(content);
    }

    /** Reads the content while its request is counted as running, for the engine's gate consumes an answer inside. */
    private static byte[] bounded(InputStream body, long maxBytes) throws IOException {
        int most = (int) Math.min(maxBytes, Integer.MAX_VALUE - 16);
        byte[] bytes = body.readNBytes(most);
        if (bytes.length == most && body.read() >= 0) {
            throw SourceException.of(SourceException.Kind.SKIP_MESSAGE, SourceException.Scope.MESSAGE, "TOO_LARGE")
                    .build("The content is larger than the " + maxBytes + " bytes that may be read");
        }
        return bytes;
    }

    @Override
    public void close() {
        client.close();
    }
}
