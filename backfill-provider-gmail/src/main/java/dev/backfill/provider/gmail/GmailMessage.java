package dev.backfill.provider.gmail;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One answer of messages.get, not decoded yet.
 *
 * @param id the message's id
 * @param threadId the thread's id; empty when the server does not say
 * @param labelIds the ids of its labels
 * @param historyId the history record that changed it last; empty when the server does not say
 * @param internalDate when the mailbox took it; null when the server does not say
 * @param sizeEstimate the size in bytes; null when the server does not say
 * @param payload the MIME tree; null where it was not asked for
 * @param raw the MIME; null where it was not asked for
 */
record GmailMessage(
        String id,
        String threadId,
        List<String> labelIds,
        String historyId,
        @Nullable Instant internalDate,
        @Nullable Long sizeEstimate,
        @Nullable GmailPart payload,
        @Nullable RawBytes raw) {
    boolean has(String labelId) {
        return labelIds.contains(labelId);
    }

    /** The message without what it holds. */
    GmailMessage withoutContent() {
        return new GmailMessage(id, threadId, labelIds, historyId, internalDate, sizeEstimate, null, null);
    }

    /** The message read from its MIME, which goes on with it or not. */
    GmailMessage parsed(GmailPart tree, boolean withMime) {
        return new GmailMessage(
                id, threadId, labelIds, historyId, internalDate, sizeEstimate, tree, withMime ? raw : null);
    }
}
