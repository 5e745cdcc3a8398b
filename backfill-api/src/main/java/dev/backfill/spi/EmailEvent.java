package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

import dev.backfill.api.AccountRef;
import dev.backfill.api.JobId;
import dev.backfill.model.EmailMessage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is published about one message. Immutable and thread-safe.
 *
 * @param change what happened to the message
 * @param syncType whether it was met in history or among changes
 * @param account whose mail it is, and the provider
 * @param mailboxKey see {@link Mailbox#key()}
 * @param jobId the job that met it
 * @param messageId the provider's message id
 * @param revision the provider's mark of the message's state; empty where there is none
 * @param email the message; null for a DELETE and only there
 * @param contents the attachments' contents that were asked for and fetched
 * @param omitted the attachments whose contents were asked for and are not in {@link #contents()}
 * @param at when the event was read
 */
public record EmailEvent(
        Change change,
        SyncType syncType,
        AccountRef account,
        String mailboxKey,
        JobId jobId,
        String messageId,
        String revision,
        @Nullable EmailMessage email,
        List<AttachmentContent> contents,
        List<OmittedContent> omitted,
        Instant at) {
    /** What happened to a message. */
    public enum Change {
        /** It is there. */
        CREATE("create"),
        /** It changed. */
        UPDATE("update"),
        /** It is gone. */
        DELETE("delete");

        private final String code;

        Change(String code) {
            this.code = code;
        }

        /** {@return the word on the wire} */
        public String code() {
            return code;
        }
    }

    /** Where a message was met. */
    public enum SyncType {
        /** In a walk over history. */
        BACKFILL("backfill"),
        /** Among the changes since a pin. */
        INCREMENTAL("incremental");

        private final String code;

        SyncType(String code) {
            this.code = code;
        }

        /** {@return the word on the wire} */
        public String code() {
            return code;
        }
    }

    /** Checks what must be present. */
    public EmailEvent {
        requireNonNull(change, "change");
        requireNonNull(syncType, "syncType");
        requireNonNull(account, "account");
        requireNonNull(mailboxKey, "mailboxKey");
        requireNonNull(jobId, "jobId");
        requireNonNull(messageId, "messageId");
        requireNonNull(revision, "revision");
        contents = List.copyOf(contents);
        omitted = List.copyOf(omitted);
        requireNonNull(at, "at");
        if ((change == Change.DELETE) != (email == null)) {
            throw new IllegalArgumentException("a DELETE, and nothing else, has no email; change was " + change);
        }
    }

    /** {@return a text with ids alone} */
    @Override
    public String toString() {
        return "EmailEvent[" + change + ", " + jobId + ", " + messageId + "]";
    }
}
