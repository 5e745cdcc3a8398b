package dev.backfill.provider.microsoft;

import dev.backfill.model.FolderRole;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.Outcome;
import dev.backfill.spi.SourceException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a mailbox's whole tree of folders, level by level, and finds out what each is for. Search folders are left out: they
 * hold no mail of their own. Stateless; thread-safe.
 */
final class FolderTree {
    /** How the service calls the well-known folders, in every language (learn.microsoft.com, mailFolder resource). */
    private static final Map<String, FolderRole> WELL_KNOWN = new LinkedHashMap<>();

    /** How they are called in English, for a server that does not know the well-known names. */
    private static final Map<String, FolderRole> ENGLISH = Map.of(
            "inbox", FolderRole.INBOX,
            "sent items", FolderRole.SENT,
            "drafts", FolderRole.DRAFTS,
            "archive", FolderRole.ARCHIVE,
            "deleted items", FolderRole.DELETED,
            "junk email", FolderRole.JUNK);

    /** The service's name of the folder of what was deleted past the deleted items. */
    static final String RECOVERABLE = "recoverableitemsdeletions";

    /** The service's other names (the same page), which are looked up only where a request has them. */
    private static final Set<String> FURTHER_NAMES = Set.of(
            "clutter",
            "conflicts",
            "conversationhistory",
            "localfailures",
            "msgfolderroot",
            "outbox",
            RECOVERABLE,
            "scheduled",
            "searchfolders",
            "serverfailures",
            "syncissues");

    private static final Set<Integer> NO_FOLDER = Set.of(400, 404, 501);

    static {
        WELL_KNOWN.put("inbox", FolderRole.INBOX);
        WELL_KNOWN.put("sentitems", FolderRole.SENT);
        WELL_KNOWN.put("drafts", FolderRole.DRAFTS);
        WELL_KNOWN.put("archive", FolderRole.ARCHIVE);
        WELL_KNOWN.put("deleteditems", FolderRole.DELETED);
        WELL_KNOWN.put("junkemail", FolderRole.JUNK);
    }

    private final GraphClient client;
    private final GraphRequests requests;
    private final FolderLists lists;
    private final ApiCalls calls;

    FolderTree(GraphClient client, GraphRequests requests, FolderLists lists, ApiCalls calls) {
        this.client = client;
        this.requests = requests;
        this.lists = lists;
        this.calls = calls;
    }

    /** Finds the role that a well-known name stands for; null if the text is none. */
    static @Nullable FolderRole roleOf(String wellKnownName) {
        return WELL_KNOWN.get(wellKnownName);
    }

    /** {@return true if the text, in lower case, is one of the service's names that stand for no role} */
    static boolean isFurtherName(String name) {
        return FURTHER_NAMES.contains(name);
    }

    /**
     * What was read.
     *
     * @param folders all folders that are shown, parents before children
     * @param closed by their ids, those whose folders inside were refused, at once or after some, with the refusal: nobody
     *     knows what else lies there
     * @param refused by their roles, the well-known folders that may not be read, by their well-known names alone
     */
    record Tree(List<Folder> folders, Map<String, SourceException> closed, Map<FolderRole, Folder> refused) {
        Tree {
            folders = List.copyOf(folders);
            closed = Map.copyOf(closed);
            refused = Map.copyOf(refused);
        }

        /** Finds a folder by its id. */
        Optional<Folder> find(String id) {
            return folders.stream().filter(folder -> folder.id().equals(id)).findFirst();
        }

        /** {@return the folders inside one, at any depth; itself left out} */
        List<Folder> below(String id) {
            Set<String> inside = new HashSet<>(Set.of(id));
            // Parents come first, so that one pass finds all.
            return folders.stream()
                    .filter(folder -> folder.parentId() != null && inside.contains(folder.parentId()))
                    .filter(folder -> inside.add(folder.id()))
                    .toList();
        }

        /** {@return the folders whose folders inside were refused} */
        List<Folder> closedFolders() {
            return folders.stream()
                    .filter(folder -> closed.containsKey(folder.id()))
                    .toList();
        }
    }

    /**
     * Reads all folders, parents before children.
     *
     * @param unseen where to look for hidden folders inside folders, too, that are said to have none inside, as
     *     {@link FolderChoice#unseen} gives it: whether that number counts hidden ones is not documented
     */
    Tree read(Set<FolderRole> unseen) {
        List<FolderJson> top = new ArrayList<>();
        Map<FolderRole, Folder> refused = new EnumMap<>(FolderRole.class);
        Map<String, FolderRole> roles = top(top, refused);
        List<Folder> all = new ArrayList<>();
        Map<String, SourceException> closed = new HashMap<>();
        Set<String> seen = new HashSet<>();
        List<Folder> level = new ArrayList<>();
        List<Folder> parents = new ArrayList<>();
        for (FolderJson folder : top) {
            add(folder, null, roles, seen, level, parents, unseen);
        }
        while (!level.isEmpty()) {
            all.addAll(level);
            level = new ArrayList<>();
            List<Folder> next = new ArrayList<>();
            List<List<FolderJson>> children = lists.inside(parents, closed);
            for (int i = 0; i < parents.size(); i++) {
                for (FolderJson child : children.get(i)) {
                    add(child, parents.get(i), roles, seen, level, next, unseen);
                }
            }
            parents = next;
        }
        return new Tree(all, closed, refused);
    }

    /** Adds a folder to its level, and to the parents of the next one if it may hold some. */
    static void add(
            FolderJson json,
            @Nullable Folder parent,
            Map<String, FolderRole> roles,
            Set<String> seen,
            List<Folder> level,
            List<Folder> parents,
            Set<FolderRole> unseen) {
        if (json.search() || json.id().isEmpty() || !seen.add(json.id())) {
            return;
        }
        FolderRole role = roles.getOrDefault(json.id(), FolderRole.OTHER);
        FolderRole within = role == FolderRole.OTHER && parent != null ? parent.within() : role;
        String path = parent == null ? json.name() : parent.path() + "/" + json.name();
        boolean hidden = json.hidden() || (parent != null && parent.hidden());
        String parentId = parent == null ? null : parent.id();
        Folder folder = new Folder(json.id(), parentId, json.name(), path, role, within, hidden, json.items());
        level.add(folder);
        if (unseen.contains(folder.place()) || json.children() == null || json.children() > 0) {
            parents.add(folder);
        }
    }

    /** Reads the folders at the top, and side by side with their list what the well-known ones are. */
    private Map<String, FolderRole> top(List<FolderJson> top, Map<FolderRole, Folder> refused) {
        List<ApiRequest<FolderJson.@Nullable Page>> asked = new ArrayList<>();
        asked.add(lists.askTop());
        for (String name : WELL_KNOWN.keySet()) {
            asked.add(named(name, FolderJson::alone));
        }
        List<Outcome<FolderJson.@Nullable Page>> outcomes = calls.all(asked);
        top.addAll(lists.top(outcomes.get(0).get()));
        return roles(top, outcomes.subList(1, outcomes.size()), refused);
    }

    /**
     * Finds the well-known folders. English names are a guess for servers that do not know the well-known ones alone: where a
     * name is refused, the folder that is called so may be any other.
     */
    private static Map<String, FolderRole> roles(
            List<FolderJson> top, List<Outcome<FolderJson.@Nullable Page>> named, Map<FolderRole, Folder> refused) {
        Map<String, FolderRole> roles = new HashMap<>();
        int place = 0;
        for (Map.Entry<String, FolderRole> known : WELL_KNOWN.entrySet()) {
            FolderRole role = known.getValue();
            Outcome<FolderJson.@Nullable Page> outcome = named.get(place++);
            if (outcome instanceof Outcome.Failure<FolderJson.@Nullable Page> failure
                    && failure.error().kind() == SourceException.Kind.SKIP_PARTITION) {
                refused.put(role, unread(known.getKey(), role, role));
                continue;
            }
            FolderJson.Page folder = outcome.get();
            if (folder != null) {
                roles.put(folder.folders().get(0).id(), role);
                continue;
            }
            for (FolderJson candidate : top) {
                if (ENGLISH.get(candidate.name().toLowerCase(Locale.ROOT)) == role) {
                    roles.putIfAbsent(candidate.id(), role);
                }
            }
        }
        return roles;
    }

    /**
     * Reads the folder of what was deleted past the deleted items.
     *
     * @return the folder; where it may not be read its well-known name alone, so that the walk finds the same and the job names
     *     it; null if the server has none
     */
    @Nullable
    Folder recoverable() {
        ApiRequest<@Nullable FolderJson> asked = client.optional(
                GraphOperations.FOLDER,
                GraphErrors.Target.FOLDER,
                NO_FOLDER,
                () -> requests.folder(RECOVERABLE),
                FolderJson::one);
        try {
            FolderJson json = calls.call(asked.operation(), asked.body());
            return json == null ? null : hidden(json);
        } catch (SourceException error) {
            if (error.kind() == SourceException.Kind.SKIP_PARTITION) {
                return unread(RECOVERABLE, FolderRole.OTHER, FolderRole.DELETED);
            }
            throw error;
        }
    }

    /**
     * Finds the folders that a request names as the service does, beside the well-known ones that are always looked for.
     *
     * @param tree all folders that are shown
     * @param names what the request names
     * @return by the service's names, in lower case, the folders there are; one that is refused is there by its name alone
     */
    Map<String, Folder> named(Tree tree, List<String> names) {
        List<String> wanted = names.stream()
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .filter(FURTHER_NAMES::contains)
                .distinct()
                .toList();
        List<ApiRequest<@Nullable FolderJson>> asked = new ArrayList<>();
        for (String name : wanted) {
            asked.add(named(name, FolderJson::one));
        }
        List<Outcome<@Nullable FolderJson>> outcomes = asked.isEmpty() ? List.of() : calls.all(asked);
        Map<String, Folder> found = new HashMap<>();
        for (int i = 0; i < wanted.size(); i++) {
            String name = wanted.get(i);
            if (outcomes.get(i) instanceof Outcome.Failure<@Nullable FolderJson> failure
                    && failure.error().kind() == SourceException.Kind.SKIP_PARTITION) {
                found.put(name, unread(name, FolderRole.OTHER, FolderRole.OTHER));
                continue;
            }
            FolderJson json = outcomes.get(i).get();
            if (json != null) {
                found.put(name, tree.find(json.id()).orElseGet(() -> hidden(json)));
            }
        }
        return found;
    }

    /** A folder that may not be read, by its well-known name: its walk finds the same, and the job names it. */
    static Folder unread(String wellKnownName, FolderRole role, FolderRole within) {
        return new Folder(wellKnownName, null, wellKnownName, wellKnownName, role, within, true, null);
    }

    /** Reads a folder that is not in the tree by its id. */
    Folder single(String id) {
        FolderJson json = client.call(
                GraphOperations.FOLDER, GraphErrors.Target.FOLDER, () -> requests.folder(id), FolderJson::one);
        return hidden(json);
    }

    private static Folder hidden(FolderJson json) {
        return new Folder(
                json.id(), null, json.name(), json.name(), FolderRole.OTHER, FolderRole.DELETED, true, json.items());
    }

    private <T> ApiRequest<@Nullable T> named(String name, GraphClient.Reader<@Nullable T> reader) {
        return client.optional(
                GraphOperations.FOLDER, GraphErrors.Target.FOLDER, NO_FOLDER, () -> requests.folder(name), reader);
    }
}
