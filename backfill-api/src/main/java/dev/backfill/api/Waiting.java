package dev.backfill.api;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a job waits for. Immutable and thread-safe.
 *
 * @param reason what it waits for
 * @param until when the wait ends at the earliest; null when nobody knows
 */
public record Waiting(Reason reason, @Nullable Instant until) {
    /** What a job can wait for. */
    public enum Reason {
        /** A free slot. */
        SLOT("slot"),
        /** The provider's quota, or the end of a throttling. */
        QUOTA("quota"),
        /** The sink's acknowledgements. */
        SINK("sink"),
        /** The end of a block of hours that the provider named. */
        PARKED("parked"),
        /** The end of an outage: the provider answered no request properly, and is asked again at the time given. */
        PROVIDER("provider"),
        /** A token of the host. */
        TOKEN("token"),
        /** Another job that reads the same mailbox. */
        MAILBOX_BUSY("mailbox-busy");

        private final String code;

        Reason(String code) {
            this.code = code;
        }

        /** {@return the stable name for stores and the wire} */
        public String code() {
            return code;
        }
    }

    /** Checks that the reason is present. */
    public Waiting {
        requireNonNull(reason, "reason");
    }
}
