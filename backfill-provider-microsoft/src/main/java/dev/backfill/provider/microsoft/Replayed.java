package dev.backfill.provider.microsoft;

import dev.backfill.model.EmailMessage;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.SourceException;
import java.time.Instant;

/**
 * What is told of a message on which a job failed, as it is when it is read again. Where the reading of a change failed an earlier event may
 * have told of it, as there or as deleted: then it is an update as old as its reading, like those of a folder that came back
 * ({@link Upserts}), and a delete where it is gone or lies outside the job's folders, unless it is the folder that left.
 *
 * <p>The keys are those of the state that is found, and of being read again: not of the retry, for who tries twice must not publish the
 * same twice; nor of the plain revision, for that may have been told before, and a deletion behind it. Whatever was told behind a replay
 * gives another state, or a folder that comes back, which is told whole in a round of its own. For one call; confined to one thread.
 */
final class Replayed {
    private static final String PREFIX = "replay:";

    private final MailQuery query;
    private final MailboxFolders folders;
    private final PinnedFolders pinned;

    /**
     * @param query the query of the job that failed
     * @param folders knows which folders it means
     * @param pinned the folders that tell by themselves that they left
     */
    Replayed(MailQuery query, MailboxFolders folders, PinnedFolders pinned) {
        this.query = query;
        this.folders = folders;
        this.pinned = pinned;
    }

    /**
     * Tells.
     *
     * @param ref what failed: a message
     * @param found what became of it
     * @param askedAt when it was asked for, or before, by the clock of the mailbox
     */
    PageItem item(FailureRef ref, SingleMessages.Found found, Instant askedAt) {
        boolean change = ref.isOfChange();
        String id = String.valueOf(ref.messageId());
        PageItem item = found.item();
        if (item instanceof PageItem.Skipped) {
            return change ? new PageItem.Deleted(id, Hashes.hex(PREFIX + "gone"), Upserts.goneBy(askedAt)) : item;
        }
        if (!(item instanceof PageItem.Message message)) {
            return item;
        }
        EmailMessage email = message.email();
        if (!query.coversChange(email.receivedAt())) {
            return new PageItem.Skipped(id, "OUT_OF_RANGE");
        }
        String folderId = found.folderId();
        if (!isMeant(folderId)) {
            return change ? left(ref, id, email, folderId, askedAt) : new PageItem.Skipped(id, "LEFT");
        }
        if (change && pinned.areAll() && !pinned.contains(folderId)) {
            // The folder is new, or back from where it was told as gone: should it go before it has a mark, nobody
            // would tell of it.
            return new PageItem.Failed(ref, SourceException.Kind.RETRY, "FOLDER_WITHOUT_MARK");
        }
        return change
                ? new PageItem.Message(
                        PageItem.Change.UPDATE, Upserts.readAgain(email, Upserts.round(PREFIX + folderId), askedAt))
                : item;
    }

    /**
     * What is told of a message that a change was about and that lies outside the job's folders. A folder that left tells that by itself, of
     * all that is in it; told singly, the message would stay deleted should the folder come back before it did. The one in which the change
     * was met may be such a one. Whether it told already a life does not know that planned no changes: the next incremental run does, which
     * reads the same failure again.
     */
    private PageItem left(FailureRef ref, String id, EmailMessage email, String folderId, Instant askedAt) {
        if (pinned.contains(folderId)) {
            return new PageItem.Skipped(id, "LEFT");
        }
        if (!pinned.areAll() && folderId.equals(ref.metIn())) {
            return new PageItem.Failed(ref, SourceException.Kind.RETRY, "FOLDER_LEFT");
        }
        String revision = Hashes.hex(PREFIX + folderId + "\n" + email.revision());
        return new PageItem.Deleted(id, revision, Upserts.notBefore(email.modifiedAt(), askedAt));
    }

    private boolean isMeant(String folderId) {
        try {
            return folders.isMeant(query, folderId);
        } catch (SourceException unknown) {
            if (unknown.kind() == SourceException.Kind.FAIL_JOB
                    && unknown.code().equals(FolderChoice.NOT_FOUND)) {
                // A folder that the request names is gone: then nobody can say what it would have meant.
                return true;
            }
            throw unknown;
        }
    }
}
