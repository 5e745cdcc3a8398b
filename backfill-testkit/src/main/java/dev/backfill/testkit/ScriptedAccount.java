package dev.backfill.testkit;

import static java.util.Objects.requireNonNull;

import dev.backfill.model.FolderRole;
import dev.backfill.spi.MailQuery;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What lies in one account of a {@link ScriptedSource}: folders of generated messages, and what a test adds, deletes, updates
 * and moves, also while it is being crawled. Thread-safe.
 */
public final class ScriptedAccount {
    private final Monitor monitor = new Monitor();
    private final Map<String, ScriptedScope> scopes = new LinkedHashMap<>();
    private final Map<String, MailKey> addedKeys = new HashMap<>();
    private final Map<String, Integer> revisions = new HashMap<>();
    private final List<Change> changes = new ArrayList<>();
    private int oldestKnown;
    private final String key;

    /** What happened to a message. */
    enum ChangeKind {
        ADDED,
        UPDATED,
        REMOVED
    }

    /** One line of the account's history; its number is its place, from 1. */
    record Change(long number, ChangeKind kind, String scope, MailKey mail) {}

    /** Where a message lies. */
    record Located(String scope, MailKey mail, int revision) {}

    private ScriptedAccount(String key, Collection<ScriptedFolder> folders) {
        this.key = requireNonNull(key, "key");
        for (ScriptedFolder folder : folders) {
            if (scopes.put(folder.id(), new ScriptedScope(folder)) != null) {
                throw new IllegalArgumentException("two folders have the id " + folder.id());
            }
        }
    }

    /**
     * Makes an account.
     *
     * @param key the mailbox key, the same for two accounts that are one mailbox
     * @param folders its folders, ids unique
     * @return the account
     */
    public static ScriptedAccount of(String key, ScriptedFolder... folders) {
        return new ScriptedAccount(key, List.of(folders));
    }

    /** {@return the mailbox key} */
    public String key() {
        return key;
    }

    /** {@return the folders as they were made} */
    public List<ScriptedFolder> folders() {
        return monitor.locked(
                () -> scopes.values().stream().map(ScriptedScope::folder).toList());
    }

    /**
     * Delivers a message.
     *
     * @param folder the folder's id
     * @param id the message's id, not one that exists
     * @param receivedAt when it was received, whole seconds
     */
    public void add(String folder, String id, Instant receivedAt) {
        monitor.run(() -> {
            if (find(id) != null) {
                throw new IllegalArgumentException("there is a message " + id + " already");
            }
            MailKey mail = new MailKey(receivedAt.getEpochSecond(), id);
            addedKeys.put(id, mail);
            scope(folder).add(mail);
            note(ChangeKind.ADDED, folder, mail);
        });
    }

    /**
     * Deletes a message for good.
     *
     * @param id the message
     */
    public void delete(String id) {
        monitor.run(() -> {
            Located at = existing(id);
            scope(at.scope()).remove(at.mail());
            note(ChangeKind.REMOVED, at.scope(), at.mail());
        });
    }

    /**
     * Changes a message, so that it has a new revision.
     *
     * @param id the message
     */
    public void update(String id) {
        monitor.run(() -> {
            Located at = existing(id);
            revisions.merge(id, 1, Integer::sum);
            note(ChangeKind.UPDATED, at.scope(), at.mail());
        });
    }

    /**
     * Moves a message; its id and its received time stay.
     *
     * @param id the message
     * @param folder the id of the folder it goes to
     */
    public void move(String id, String folder) {
        monitor.run(() -> {
            Located at = existing(id);
            scope(at.scope()).remove(at.mail());
            note(ChangeKind.REMOVED, at.scope(), at.mail());
            addedKeys.put(id, at.mail());
            revisions.merge(id, 1, Integer::sum);
            scope(folder).add(at.mail());
            note(ChangeKind.ADDED, folder, at.mail());
        });
    }

    /**
     * Counts what a query covers now.
     *
     * @param query the query
     * @return how many messages
     */
    public long count(MailQuery query) {
        return monitor.locked(() -> scopesOf(query).stream()
                .mapToLong(scope -> scope(scope).count(fromSecond(query.from()), toSecond(query.to())))
                .sum());
    }

    /**
     * Lists what a query covers now. Holds all ids, so it is for mailboxes of a test's size.
     *
     * @param query the query
     * @return the ids, folder by folder, the oldest first
     */
    public List<String> ids(MailQuery query) {
        return monitor.locked(() -> scopesOf(query).stream()
                .flatMap(scope ->
                        scope(scope)
                                .page(fromSecond(query.from()), toSecond(query.to()), null, Integer.MAX_VALUE)
                                .stream())
                .map(MailKey::id)
                .toList());
    }

    /** The scopes a query covers, in the order of the folders. */
    List<String> scopesOf(MailQuery query) {
        return monitor.locked(() -> scopes.values().stream()
                .map(ScriptedScope::folder)
                .filter(folder -> covers(query, folder))
                .map(ScriptedFolder::id)
                .toList());
    }

    private static boolean covers(MailQuery query, ScriptedFolder folder) {
        if (query.includeDeleted() && folder.role() == FolderRole.DELETED) {
            return true;
        }
        boolean usual = folder.role() != FolderRole.DELETED && folder.role() != FolderRole.JUNK;
        if (query.folders().isEmpty()) {
            return usual;
        }
        for (String name : query.folders()) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.equals(folder.id())
                    || (lower.equals(FolderRole.ALL) && usual)
                    || FolderRole.ofCode(name).filter(folder.role()::equals).isPresent()) {
                return true;
            }
        }
        return false;
    }

    List<MailKey> page(String scope, long from, long to, @Nullable MailKey after, int most) {
        return monitor.locked(() -> scope(scope).page(from, to, after, most));
    }

    long count(String scope, long from, long to) {
        return monitor.locked(() -> scope(scope).count(from, to));
    }

    /** How many messages of the key's second come up to and with the key. */
    int upTo(String scope, MailKey last) {
        return monitor.locked(() ->
                (int) scope(scope).page(last.second(), last.second() + 1, null, Integer.MAX_VALUE).stream()
                        .filter(mail -> mail.compareTo(last) <= 0)
                        .count());
    }

    /** Every how many-th message of a scope begins a window, as seconds, the oldest first. */
    List<Long> cuts(String scope, long from, long to, int windowMessages) {
        return monitor.locked(() -> scope(scope).cuts(from, to, windowMessages));
    }

    @Nullable
    Located find(String id) {
        return monitor.locked(() -> {
            MailKey known = addedKeys.get(id);
            for (ScriptedScope scope : scopes.values()) {
                MailKey mail = known == null ? scope.generated(id) : known;
                if (mail != null && scope.contains(mail)) {
                    return new Located(scope.folder().id(), mail, revisions.getOrDefault(id, 0));
                }
            }
            return null;
        });
    }

    int revision(String id) {
        return monitor.locked(() -> revisions.getOrDefault(id, 0));
    }

    long lastChange() {
        return monitor.locked(() -> (long) changes.size());
    }

    /** Forgets all changes so far, so that marks taken before are of no use any more. */
    public void forgetChanges() {
        monitor.locked(() -> {
            oldestKnown = changes.size();
            return oldestKnown;
        });
    }

    /** True if changes since a mark have been forgotten. */
    boolean hasForgotten(long mark) {
        return monitor.locked(() -> mark < oldestKnown);
    }

    /** The last change of each message of a scope, of those after a number, in order. */
    List<Change> changesSince(String scope, long number, int most) {
        return monitor.locked(() -> {
            Map<String, Change> last = new LinkedHashMap<>();
            for (Change change : changes.subList((int) Math.min(number, changes.size()), changes.size())) {
                if (change.scope().equals(scope)) {
                    last.remove(change.mail().id());
                    last.put(change.mail().id(), change);
                }
            }
            return last.values().stream().limit(most).toList();
        });
    }

    private void note(ChangeKind kind, String scope, MailKey mail) {
        changes.add(new Change(changes.size() + 1L, kind, scope, mail));
    }

    private Located existing(String id) {
        Located at = find(id);
        if (at == null) {
            throw new IllegalArgumentException("there is no message " + id);
        }
        return at;
    }

    private ScriptedScope scope(String id) {
        ScriptedScope scope = scopes.get(id);
        if (scope == null) {
            throw new IllegalArgumentException("there is no folder " + id);
        }
        return scope;
    }

    boolean hasScope(String id) {
        return monitor.locked(() -> scopes.containsKey(id));
    }

    static long fromSecond(@Nullable Instant from) {
        return from == null ? Long.MIN_VALUE : from.getEpochSecond();
    }

    static long toSecond(@Nullable Instant to) {
        return to == null ? Long.MAX_VALUE : to.getEpochSecond();
    }
}
