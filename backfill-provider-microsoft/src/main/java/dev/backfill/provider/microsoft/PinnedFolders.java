package dev.backfill.provider.microsoft;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The folders whose changes are told by themselves, from a pin on, as far as this life of the mailbox heard of them. Should such a folder
 * leave the job, all that lies in it is told as deleted at once and its pin ends: that is told by the folder alone, not by what changes
 * of others meet in it. Thread-safe.
 */
final class PinnedFolders {
    private final Set<String> ids = ConcurrentHashMap.newKeySet();
    private final Set<String> told = ConcurrentHashMap.newKeySet();
    private final Set<String> leaving = ConcurrentHashMap.newKeySet();
    private volatile boolean heardOfAll;

    /**
     * Hears of all pins, as changes are planned from them.
     *
     * @param pinned the folders that have one
     * @param left those whose pin says that they left
     * @param toLeave of the pinned, those of which it is planned to tell that they left
     */
    void planned(Set<String> pinned, Set<String> left, Set<String> toLeave) {
        leaving.removeAll(left);
        leaving.addAll(toLeave);
        ids.addAll(pinned);
        ids.removeAll(left);
        ids.removeAll(leaving);
        heardOfAll = true;
    }

    /** Hears of one pin more. A folder that is back is read anew behind it. */
    void pinned(String folderId) {
        told.remove(folderId);
        ids.add(folderId);
    }

    /** Hears that it is being told of a folder that it left. */
    void leaves(String folderId) {
        told.add(folderId);
        leaving.add(folderId);
        ids.remove(folderId);
    }

    /** {@return true if it is being told that the folder left, or was told, and no mark was taken of it since} */
    boolean isTold(String folderId) {
        return told.contains(folderId);
    }

    /** {@return true if it is being told that the folder left, after which it has a pin no more: back or not, nothing else is to be told} */
    boolean isLeaving(String folderId) {
        return leaving.contains(folderId);
    }

    /** {@return true if whatever leaves the folder from here on is told} */
    boolean contains(String folderId) {
        return ids.contains(folderId);
    }

    /** {@return true if no other folder has a pin; false before changes are planned, and where failures alone are read again} */
    boolean areAll() {
        return heardOfAll;
    }
}
