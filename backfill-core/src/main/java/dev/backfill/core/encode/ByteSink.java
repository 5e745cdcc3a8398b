package dev.backfill.core.encode;

import java.io.OutputStream;
import java.util.Arrays;

/** Bytes in one array that is given away uncopied when it was guessed right. Not thread-safe. */
final class ByteSink extends OutputStream {
    /** The largest array a virtual machine is sure to make. */
    static final int MAX_BYTES = Integer.MAX_VALUE - 8;

    private byte[] bytes;
    private int size;

    ByteSink(long expectedBytes) {
        this.bytes = new byte[(int) Math.min(MAX_BYTES, expectedBytes)];
    }

    @Override
    public void write(int value) {
        ensureRoom(1);
        bytes[size++] = (byte) value;
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        ensureRoom(length);
        System.arraycopy(source, offset, bytes, size, length);
        size += length;
    }

    private void ensureRoom(int more) {
        long needed = (long) size + more;
        if (needed > MAX_BYTES) {
            throw new OutOfMemoryError("a message of more than " + MAX_BYTES + " bytes");
        }
        if (needed > bytes.length) {
            long grown = Math.max(needed, bytes.length + (long) bytes.length / 2);
            bytes = Arrays.copyOf(bytes, (int) Math.min(MAX_BYTES, grown));
        }
    }

    int size() {
        return size;
    }

    byte[] toBytes() {
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }
}
