package dev.backfill.provider.gmail;

/** A message's MIME, which a record may not hold as an array. Immutable as long as nobody writes to the bytes. */
final class RawBytes {
    private final byte[] bytes;

    RawBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The bytes themselves, read only. */
    byte[] bytes() {
        return bytes;
    }
}
