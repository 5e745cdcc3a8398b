package dev.backfill.provider.gmail;

import dev.backfill.model.EmailMessage;
import dev.backfill.spi.SourceException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of one message that was asked for. Immutable and thread-safe.
 *
 * @param id the id
 * @param received when the mailbox took the message; null when it was not had or the server does not say
 * @param wanted true if the selection accepts the message as it is now
 * @param labelIds the ids of the labels it bears now; null when it was not had
 * @param historyId the message's revision; empty when it was not had
 * @param email the message; null when it is not wanted or was not had
 * @param error why it was not had; else null
 * @param inOutage true if it went unanswered together with everything else
 * @param contentBytes the contents of attachments that came with it and wait to be asked for
 * @param bytes how much it held while it was got: itself, or what it was decoded from if that was more
 */
record Fetched(
        String id,
        @Nullable Instant received,
        boolean wanted,
        @Nullable List<String> labelIds,
        String historyId,
        @Nullable EmailMessage email,
        @Nullable SourceException error,
        boolean inOutage,
        long contentBytes,
        long bytes) {
    static Fetched failed(String id, SourceException error) {
        return new Fetched(id, null, true, null, "", null, error, false, 0, 0);
    }

    /** One of which the history says that it was deleted: that need not be asked. */
    static Fetched deleted(String id) {
        return failed(
                id,
                SourceException.of(SourceException.Kind.SKIP_MESSAGE, SourceException.Scope.MESSAGE, GmailErrors.GONE)
                        .build("the history says that the message was deleted"));
    }

    Fetched ofOutage() {
        return unanswered()
                ? new Fetched(id, received, wanted, labelIds, historyId, email, error, true, contentBytes, bytes)
                : this;
    }

    /** When it was received: where the server does not say, what its sender says; null when neither does. */
    @Nullable
    Instant dated() {
        return received != null || email == null ? received : email.sentAt();
    }

    /** What it holds, the contents that wait for it counted. */
    long heapBytes() {
        return email == null ? 0 : email.heapBytes() + contentBytes;
    }

    /** True if the message is not in the mailbox any more. */
    boolean gone() {
        return error != null && error.code().equals(GmailErrors.GONE);
    }

    /** True if the server did not answer, or not usably, as often as it was asked. */
    boolean unanswered() {
        return error != null && Outages.isUnanswered(error);
    }

    /** True if the error says more of the mailbox than of this message, so that the page ends before it. */
    boolean stopsPage() {
        return error != null && (inOutage || !unanswered() && error.kind() != SourceException.Kind.SKIP_MESSAGE);
    }
}
