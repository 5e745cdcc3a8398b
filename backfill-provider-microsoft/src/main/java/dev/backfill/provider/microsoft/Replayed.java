package dev.backfill.provider.microsoft;

import dev.backfill.model.EmailMessage;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.SourceException;
import java.time.Instant;

/**
 * What is told of a message on which a job failed, as it is when it is read again. Where the reading of a change failed an earlier event may
 * have told of it, as there or as deleted: then it is an update as old as its reading, like those of a folder that came back
 * ({@link Upserts}), and a delete where it is gone or lies outside the job's folders. For one call; confined to one thread.
 */
final class Replayed {
    private final MailQuery query;
    private final MailboxFolders folders;
    private final PinnedFolders pinned;
    private final String round;
    private final String revision;

    /**
     * @param query the query of the job that failed
     * @param folders knows which folders it means
     * @param pinned the folders that tell by themselves that they left
     */
    Replayed(MailQuery query, MailboxFolders folders, PinnedFolders pinned) {
        this.query = query;
        this.folders = folders;
        this.pinned = pinned;
        this.round = Upserts.round("replay:" + query.to());
        this.revision = Hashes.hex("replay:" + query.to());
    }

    /**
     * Tells.
     *
     * @param change true if what failed was a change
     * @param id the message's id
     * @param found what became of it
     * @param askedAt when it was asked for, or before, by the clock of the mailbox
     */
    PageItem item(boolean change, String id, SingleMessages.Found found, Instant askedAt) {
        PageItem item = found.item();
        if (item instanceof PageItem.Skipped) {
            return change ? new PageItem.Deleted(id, revision, Upserts.goneBy(askedAt)) : item;
        }
        if (!(item instanceof PageItem.Message message)) {
            return item;
        }
        EmailMessage email = message.email();
        if (!query.coversChange(email.receivedAt())) {
            return new PageItem.Skipped(id, "OUT_OF_RANGE");
        }
        if (!isMeant(found.folderId())) {
            return change && !pinned.contains(found.folderId())
                    ? new PageItem.Deleted(id, revision, Upserts.notBefore(email.modifiedAt(), askedAt))
                    : new PageItem.Skipped(id, "LEFT");
        }
        return change ? new PageItem.Message(PageItem.Change.UPDATE, Upserts.readAgain(email, round, askedAt)) : item;
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
