package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

import dev.backfill.model.EmailMessage;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One entry of a page and what became of it. Immutable and thread-safe. */
public sealed interface PageItem {
    /**
     * A message to publish.
     *
     * @param change whether the message is new to the job or changed
     * @param email the message
     */
    record Message(Change change, EmailMessage email) implements PageItem {
        /** Checks what must be present. */
        public Message {
            requireNonNull(change, "change");
            requireNonNull(email, "email");
        }
    }

    /**
     * A message that is gone from the mailbox or from the job's scope.
     *
     * @param messageId the provider's message id
     * @param revision the provider's mark of the removal; where it has none, a hash of the token its round began from
     * @param seenAt when it was surely gone, by the clock and in the steps of the times that the provider gives its messages; it
     *     becomes the event's {@code last_updated}. A message that comes back must not be older than its own removal, so a source whose
     *     messages have times of modification gives what was before it asked for the message. Null for the moment of handing over
     */
    record Deleted(
            String messageId, String revision, @Nullable Instant seenAt) implements PageItem {
        /** Checks what must be present. */
        public Deleted {
            requireNonNull(messageId, "messageId");
            requireNonNull(revision, "revision");
        }

        /**
         * Makes a removal that is as old as its handing over.
         *
         * @param messageId the provider's message id
         * @param revision the mark of the removal
         */
        public Deleted(String messageId, String revision) {
            this(messageId, revision, null);
        }
    }

    /**
     * An entry that could not be read; it becomes a failure row.
     *
     * @param ref what to replay
     * @param kind how the provider answered
     * @param reason a stable code without content, for instance {@code ErrorCorruptData}
     */
    record Failed(FailureRef ref, SourceException.Kind kind, String reason) implements PageItem {
        /** Checks what must be present. */
        public Failed {
            requireNonNull(ref, "ref");
            requireNonNull(kind, "kind");
            requireNonNull(reason, "reason");
        }
    }

    /**
     * An entry left out for a good reason, for instance deleted since it was listed.
     *
     * @param messageId the provider's message id
     * @param reason a stable code, for instance {@code GONE} or {@code OUT_OF_RANGE}
     */
    record Skipped(String messageId, String reason) implements PageItem {
        /** Checks what must be present. */
        public Skipped {
            requireNonNull(messageId, "messageId");
            requireNonNull(reason, "reason");
        }
    }

    /** Whether a message is new or changed. */
    enum Change {
        /** A message the walk lists. */
        CREATE,
        /** A message that changed since the pin. */
        UPDATE
    }
}
