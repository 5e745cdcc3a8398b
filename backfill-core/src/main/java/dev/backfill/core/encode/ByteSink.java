package dev.backfill.core.encode;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** Bytes in one array that is given away uncopied when it was guessed right; not more of them than are allowed. Not thread-safe. */
final class ByteSink extends OutputStream {
    /** More was to be written than there may be. */
    static final class Full extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** The largest array a virtual machine is sure to make. */
    static final int MAX_BYTES = Integer.MAX_VALUE - 8;

    private byte[] bytes;
    private final long maxBytes;
    private int size;

    /**
     * Makes an empty one.
     *
     * @param expectedBytes how many bytes will be written, by a guess
     * @param maxBytes how many may be written
     */
    ByteSink(long expectedBytes, long maxBytes) {
        this.maxBytes = Math.max(0, Math.min(MAX_BYTES, maxBytes));
        this.bytes = new byte[(int) Math.min(this.maxBytes, expectedBytes)];
    }

    @Override
    public void write(int value) throws Full {
        ensureRoom(1);
        bytes[size++] = (byte) value;
    }

    @Override
    public void write(byte[] source, int offset, int length) throws Full {
        ensureRoom(length);
        System.arraycopy(source, offset, bytes, size, length);
        size += length;
    }

    private void ensureRoom(int more) throws Full {
        long needed = (long) size + more;
        if (needed > maxBytes) {
            throw new Full();
        }
        if (needed > bytes.length) {
            long grown = Math.max(needed, bytes.length + (long) bytes.length / 2);
            bytes = Arrays.copyOf(bytes, (int) Math.min(maxBytes, grown));
        }
    }

    int size() {
        return size;
    }

    byte[] toBytes() {
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }
}
