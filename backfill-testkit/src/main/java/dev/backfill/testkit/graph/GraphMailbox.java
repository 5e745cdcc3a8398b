package dev.backfill.testkit.graph;

import static java.util.Objects.requireNonNull;

import dev.backfill.model.FolderRole;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One mailbox of a {@link FakeGraph}: its folders and messages, which a test may change while it is crawled. Messages are
 * named by {@link StoredMail#id()}. Thread-safe.
 */
public final class GraphMailbox {
    private final Object lock = new Object();
    private final String address;
    private final String userId;
    private final GraphFolders folders;
    private final Map<String, GraphItem> items = new HashMap<>();
    private final Set<String> corrupt = new HashSet<>();
    private final TokenLife tokens = new TokenLife();
    private long sequence;
    private long lastChange;
    private boolean full;

    GraphMailbox(String address, Map<FolderRole, String> displayNames) {
        this.address = requireNonNull(address, "address");
        this.userId = GraphIds.user(address);
        this.folders = new GraphFolders(address, displayNames, () -> ++lastChange);
    }

    /** {@return the address the mailbox was made with} */
    public String address() {
        return address;
    }

    /** {@return the id of the mailbox's user, a GUID} */
    public String userId() {
        return userId;
    }

    /**
     * Gives the id under which a message is served to those who ask for immutable ids.
     *
     * @param mail the message
     * @return the immutable id, 72 characters
     */
    public String messageId(StoredMail mail) {
        return GraphIds.immutable(address, mail.id());
    }

    /**
     * Gives the conversation id of a message.
     *
     * @param mail the message
     * @return the id
     */
    public String conversationId(StoredMail mail) {
        return GraphIds.conversation(address, mail.threadKey());
    }

    /** {@return the id of the well-known folder {@code msgfolderroot}, which holds all folders that users see} */
    public String rootFolderId() {
        return folders.root().id;
    }

    /**
     * Gives the id of a folder.
     *
     * @param path the folder
     * @return the id
     * @throws NoSuchElementException if there is no such folder
     */
    public String folderId(FolderPath path) {
        return locked(() -> folders.at(path).id);
    }

    /**
     * Makes a folder and those above it, unless they are there.
     *
     * @param path the folder
     * @return this mailbox
     */
    public GraphMailbox addFolder(FolderPath path) {
        locked(() -> folders.ensure(path, GraphFolder.Kind.PLAIN));
        return this;
    }

    /**
     * Makes a folder that is listed only on request.
     *
     * @param path the folder
     * @return this mailbox
     */
    public GraphMailbox addHiddenFolder(FolderPath path) {
        locked(() -> folders.ensure(path, GraphFolder.Kind.HIDDEN));
        return this;
    }

    /**
     * Makes a folder that the service knows by a name of its own, beside those that every mailbox has here.
     *
     * @param wellKnownName the service's name, for instance {@code conversationhistory}
     * @param path the folder
     * @return this mailbox
     */
    public GraphMailbox addWellKnownFolder(String wellKnownName, FolderPath path) {
        locked(() -> folders.name(wellKnownName, folders.ensure(path, GraphFolder.Kind.PLAIN)));
        return this;
    }

    /**
     * Makes a folder that shows all messages of the inbox again, as search folders do.
     *
     * @param path the folder
     * @return this mailbox
     */
    public GraphMailbox addSearchFolder(FolderPath path) {
        locked(() -> folders.ensure(path, GraphFolder.Kind.SEARCH));
        return this;
    }

    /**
     * Takes a folder away, with what is in it.
     *
     * @param path the folder, without folders inside it
     */
    public void removeFolder(FolderPath path) {
        locked(() -> {
            GraphFolder folder = folders.remove(path);
            if (folder != null) {
                folder.items.forEach(item -> items.remove(item.mail.id()));
            }
            return path;
        });
    }

    /**
     * Moves a folder, with what is in it and the folders inside. Its id stays, and to its messages nothing happens.
     *
     * @param path the folder; from here on it is known by its new path
     * @param into the folder it comes to lie in; made if it is not there
     */
    public void moveFolder(FolderPath path, FolderPath into) {
        locked(() -> folders.move(path, into));
    }

    /** Lets every token of a change list die that was given so far. */
    public void forgetChanges() {
        locked(() -> {
            tokens.forgetAll();
            return this;
        });
    }

    /**
     * Lets the tokens of one folder's changes die that were given so far.
     *
     * @param path the folder
     */
    public void forgetChanges(FolderPath path) {
        String id = folderId(path);
        locked(() -> {
            tokens.forget(id);
            return this;
        });
    }

    /**
     * Says whether the mailbox is over its quota: then its change lists fail, and all else works.
     *
     * @param value true if it is
     */
    public void full(boolean value) {
        locked(() -> full = value);
    }

    /**
     * Lets a message arrive.
     *
     * @param mail the message; its folder is made if it is not there
     * @return this mailbox
     */
    public GraphMailbox add(StoredMail mail) {
        return addAll(List.of(mail));
    }

    /**
     * Lets messages arrive.
     *
     * @param mails the messages, in the order of their arrival
     * @return this mailbox
     */
    public GraphMailbox addAll(Collection<StoredMail> mails) {
        return locked(() -> {
            for (StoredMail mail : mails) {
                GraphFolder folder = folders.ensure(mail.folder(), GraphFolder.Kind.PLAIN);
                GraphItem item = GraphItem.arrived(mail, sequence++, folder);
                if (items.putIfAbsent(mail.id(), item) != null) {
                    throw new IllegalArgumentException("a message with the id " + mail.id() + " is there already");
                }
                folder.add(item);
                folder.changes.came(++lastChange, item);
            }
            return this;
        });
    }

    /**
     * Moves a message; its immutable id stays, its classic one changes.
     *
     * @param storedId the message
     * @param to where it goes; made if it is not there
     * @param now the time of the move
     */
    public void move(String storedId, FolderPath to, Instant now) {
        locked(() ->
                replace(require(storedId), require(storedId).moved(folders.ensure(to, GraphFolder.Kind.PLAIN), now)));
    }

    /**
     * Deletes a message for good, past the deleted items, so that it lies among the recoverable ones.
     *
     * @param storedId the message
     * @param now the time of the deletion
     */
    public void delete(String storedId, Instant now) {
        locked(() -> replace(require(storedId), require(storedId).moved(folders.recoverable(), now)));
    }

    /**
     * Takes a message away without a trace.
     *
     * @param storedId the message
     */
    public void purge(String storedId) {
        locked(() -> {
            GraphItem item = require(storedId);
            item.folder.remove(item);
            item.folder.changes.left(++lastChange, item);
            return items.remove(storedId);
        });
    }

    /**
     * Changes a message in place.
     *
     * @param changed the message as it shall be, with the same id; its received time and folder stay as they were
     * @param categories its categories
     * @param now the time of the change
     */
    public void change(StoredMail changed, List<String> categories, Instant now) {
        locked(() -> {
            GraphItem before = require(changed.id());
            StoredMail kept =
                    changed.toBuilder().receivedAt(before.mail.receivedAt()).build();
            return replace(before, before.changed(kept, categories, now));
        });
    }

    /**
     * Makes a message corrupt: whatever asks for more than its id fails, its whole page too.
     *
     * @param storedId the message
     */
    public void corrupt(String storedId) {
        locked(() -> corrupt.add(storedId));
    }

    /** {@return how many messages there are, the recoverable ones too} */
    public int size() {
        return locked(items::size);
    }

    private GraphItem replace(GraphItem before, GraphItem after) {
        before.folder.remove(before);
        after.folder.add(after);
        items.put(after.mail.id(), after);
        if (before.folder == after.folder) {
            after.folder.changes.changed(++lastChange, after);
        } else {
            before.folder.changes.left(++lastChange, before);
            after.folder.changes.came(++lastChange, after);
        }
        return after;
    }

    private GraphItem require(String storedId) {
        GraphItem item = items.get(storedId);
        if (item == null) {
            throw new NoSuchElementException("no message " + storedId);
        }
        return item;
    }

    <T> T locked(Supplier<T> work) {
        synchronized (lock) {
            return work.get();
        }
    }

    /** Finds a folder by id or well-known name; called under the lock. */
    @Nullable
    GraphFolder findFolder(String idOrName) {
        return folders.find(idOrName);
    }

    /** Finds a message by its immutable id or its present classic one; called under the lock. */
    @Nullable
    GraphItem findItem(String id) {
        String storedId = GraphIds.storedId(id);
        GraphItem item = storedId == null ? null : items.get(storedId);
        if (item == null) {
            return null;
        }
        boolean same = id.equals(id(item, true)) || id.equals(id(item, false));
        return same ? item : null;
    }

    /** Gives a message's id in one of the two shapes. */
    String id(GraphItem item, boolean immutable) {
        return immutable
                ? GraphIds.immutable(address, item.mail.id())
                : GraphIds.classic(address, item.mail.id(), item.folder.id, item.moves);
    }

    /** Gives all messages but the recoverable ones, in the order of the store; called under the lock. */
    List<GraphItem> allItems() {
        List<GraphItem> all = new ArrayList<>();
        for (GraphItem item : items.values()) {
            if (item.folder != folders.recoverable()) {
                all.add(item);
            }
        }
        all.sort(GraphItem.BY_TIME);
        return all;
    }

    /** Gives the messages that a folder shows; called under the lock. */
    List<GraphItem> shown(GraphFolder folder) {
        GraphFolder inbox = folders.find("inbox");
        return folder.kind == GraphFolder.Kind.SEARCH && inbox != null ? inbox.items : folder.items;
    }

    /** {@return the number of the last change of all; called under the lock} */
    long lastChange() {
        return lastChange;
    }

    /** {@return which tokens live; used under the lock} */
    TokenLife tokens() {
        return tokens;
    }

    boolean isFull() {
        return locked(() -> full);
    }

    /** Gives the folders below the root that users see, and those that went, in the order of their last change. */
    List<GraphFolder> foldersChangedAfter(long number) {
        return folders.changedAfter(number);
    }

    boolean isCorrupt(GraphItem item) {
        return corrupt.contains(item.mail.id());
    }

    GraphFolder root() {
        return folders.root();
    }
}
