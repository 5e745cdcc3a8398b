package dev.backfill.model;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A message's whole MIME (RFC 5322), or why it could not be had. Thread-safe as long as nobody writes to {@link #bytes()}, which
 * nobody may.
 */
public final class RawMime {
    /** Why there is none. The names are part of the published message. */
    public enum Missing {
        /** It is larger than what the sink takes in one message, the attachments' contents counted. */
        TOO_LARGE,
        /** The provider did not give it, however often it was asked. */
        UNAVAILABLE
    }

    private final byte @Nullable [] bytes;
    private final @Nullable Missing missing;

    private RawMime(byte @Nullable [] bytes, @Nullable Missing missing) {
        this.bytes = bytes;
        this.missing = missing;
    }

    /**
     * Makes the MIME that came.
     *
     * @param bytes its bytes; not copied, and not to be changed afterwards
     * @return the MIME
     */
    public static RawMime of(byte[] bytes) {
        return new RawMime(requireNonNull(bytes, "bytes"), null);
    }

    /**
     * Says that there is none.
     *
     * @param why why
     * @return a MIME without bytes
     */
    public static RawMime missing(Missing why) {
        return new RawMime(null, requireNonNull(why, "why"));
    }

    /** {@return the bytes themselves, not a copy, read only; null where they are missing} */
    public byte @Nullable [] bytes() {
        return bytes;
    }

    /** {@return why the bytes are missing; null where they came} */
    public @Nullable Missing missing() {
        return missing;
    }

    /** {@return a text without content} */
    @Override
    public String toString() {
        return "RawMime[" + (bytes == null ? String.valueOf(missing) : bytes.length + " bytes") + "]";
    }
}
