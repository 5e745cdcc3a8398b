package dev.backfill.provider.microsoft;

import dev.backfill.api.AccountRef;
import dev.backfill.model.MailFolder;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.ContentRef;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailEstimate;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.MailboxContext;
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
import org.jspecify.annotations.Nullable;

/**
 * One account of Microsoft Graph. Keeps what it can read again, the folders and what their changes told, and which folders its plans
 * have, which a later life does without. Thread-safe.
 */
final class GraphMailbox implements Mailbox {
    private static final Set<Integer> NO_ROOT = Set.of(400, 404, 501);
    private static final int MAX_KEY = 320;

    private final MailboxContext context;
    private final GraphClient client;
    private final GraphRequests requests;
    private final MailboxFolders folders;
    private final Estimator estimator;
    private final WindowPlanner planner;
    private final PageWalker walker;
    private final SingleMessages singles;
    private final Pins pins;
    private final Changes changes;
    private final ChangePlanner changePlanner;

    private GraphMailbox(MailboxContext context, GraphSettings settings) {
        ApiCalls calls = context.calls();
        this.context = context;
        this.client = new GraphClient(context, settings);
        this.requests = new GraphRequests(client.user(), settings.body());
        FolderLists folderLists = new FolderLists(client, requests, calls);
        this.folders = new MailboxFolders(new FolderTree(client, requests, folderLists, calls));
        this.estimator = new Estimator(client, requests, calls, folders, context.clock());
        this.planner = new WindowPlanner(client, requests, calls);
        this.walker = new PageWalker(client, requests, calls, planner);
        this.singles = new SingleMessages(client, requests, calls);
        DeltaRequests deltas = new DeltaRequests(client.user());
        DeltaLists lists = new DeltaLists(client, deltas);
        LongPositions positions = new LongPositions();
        this.pins = new Pins(lists, positions, this::requireAccess, client.clock());
        this.changes = new Changes(lists, singles, folders, planner, positions, this::requireAccess, client.clock());
        this.changePlanner = new ChangePlanner(folders, new FolderList(client, deltas, folderLists, calls), changes);
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
        return folders.tree().folders().stream().map(Folder::toMailFolder).toList();
    }

    @Override
    public MailEstimate estimate(MailQuery query) {
        return estimator.estimate(query);
    }

    @Override
    public MailEstimate count(MailQuery query) {
        return estimator.count(query);
    }

    @Override
    public List<Partition> plan(MailQuery query) {
        return plan(query, Map.of());
    }

    @Override
    public List<Partition> plan(MailQuery query, Map<String, String> tokens) {
        FolderTree.Tree tree = folders.tree(query);
        Set<Folder> later = Subfolders.later(tree, tree.folders(), query);
        List<Folder> now = Subfolders.without(later, folders.planned(tree, query, Partition.pin(FolderPin.SCOPE)));
        List<Partition> windows = new ArrayList<>(planner.plan(now, query.from(), query.to()));
        windows.addAll(
                Subfolders.closed(tree, Subfolders.without(later, tree.folders()), query, query.from(), query.to()));
        List<Partition> plan = ChangePlanner.whole(query, windows, tokens);
        return query.pins() ? ChangePlanner.withPins(plan) : plan;
    }

    @Override
    public List<Partition> planChanges(MailQuery query, Map<String, String> tokens) {
        return changePlanner.plan(query, tokens);
    }

    @Override
    public void resumed(Map<String, String> pins) {
        changePlanner.planned(pins);
    }

    @Override
    public PageEnd fetch(MailQuery query, Partition partition, Position position, PageLimit limit, PageWriter writer) {
        if (partition.scope().equals(FolderPin.SCOPE)) {
            return PageEnd.token(folders.pin(query, partition), 0, 0);
        }
        boolean updates = Upserts.isMeant(partition);
        PageWriter told =
                updates ? Upserts.writer(writer, partition, client.clock().instant()) : writer;
        PageEnd end = switch (partition.kind()) {
            case PIN -> pin(query, partition, position, limit);
            case CHANGES -> changes.fetch(query, partition, position, limit, writer);
            case WINDOW ->
                window(query, partition, position, limit, changes.handedOver().walking(told));
        };
        return updates ? Upserts.end(end, partition) : end;
    }

    private PageEnd pin(MailQuery query, Partition partition, Position position, PageLimit limit) {
        PageEnd end = pins.fetch(query, partition, position, limit);
        if (end.isLast()) {
            // One that says that there are no changes counts too: the folder still tells that it left as a whole, and
            // is read again by each
            // job; to look again for what moved into it would keep the marks of other folders for ever.
            changes.pinned().pinned(partition.scope());
        }
        return end;
    }

    private PageEnd window(
            MailQuery query, Partition partition, Position position, PageLimit limit, PageWriter writer) {
        if (Subfolders.isRest(partition)) {
            throw Subfolders.unlisted();
        }
        if (Subfolders.isMeant(partition)) {
            PageEnd end = Subfolders.read(folders.tree(query), planner, query, partition);
            return query.pins() && !end.replacedBy().isEmpty()
                    ? PageEnd.replaced(ChangePlanner.pinned(end.replacedBy()), end.entries(), end.repeats())
                    : end;
        }
        if (changes.pinned().isTold(partition.scope())) {
            // Read from here on its mail would be told as there behind its deletes. What waits the engine ends with the
            // scope.
            return PageEnd.last(0, 0, 0L);
        }
        boolean newest = query.to().equals(partition.to());
        try {
            return walker.fetch(partition, folders.path(partition.scope()), position, limit, newest, writer);
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
                new Replayed(query, folders, changes.pinned()),
                client.clock(),
                folders::path,
                folders::knownPath,
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

    /** Reads the content while its request is counted as running, for the engine's gate consumes an answer inside: so it is held whole, up to the bound. */
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
