package dev.backfill.core.encode;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Bytes on their way into an array of just their size, and not more of them than are allowed. Long texts that are there already are
 * pointed at until the end, so that they are copied once. Not thread-safe.
 */
final class ByteSink extends OutputStream {
    /** More was to be written than there may be. */
    static final class Full extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** The largest array a virtual machine is sure to make. */
    static final int MAX_BYTES = Integer.MAX_VALUE - 8;

    private final long maxBytes;
    private final List<Text> texts = new ArrayList<>();
    private byte[] written;
    private int writtenSize;
    private int size;

    /** What stands between two of the bytes that were written one by one. */
    private static final class Text {
        private final int at;
        private final byte[] bytes;

        Text(int at, byte[] bytes) {
            this.at = at;
            this.bytes = bytes;
        }
    }

    /**
     * Makes an empty one.
     *
     * @param expectedBytes how many bytes will be written, by a guess and without long texts
     * @param maxBytes how many there may be in all
     */
    ByteSink(long expectedBytes, long maxBytes) {
        this.maxBytes = Math.max(0, Math.min(MAX_BYTES, maxBytes));
        this.written = new byte[(int) Math.min(this.maxBytes, expectedBytes)];
    }

    @Override
    public void write(int value) throws Full {
        ensureRoom(1);
        written[writtenSize++] = (byte) value;
    }

    @Override
    public void write(byte[] source, int offset, int length) throws Full {
        ensureRoom(length);
        System.arraycopy(source, offset, written, writtenSize, length);
        writtenSize += length;
    }

    /** Puts a long text behind what was written; nobody may change it any more. */
    void put(byte[] text) throws Full {
        count(text.length);
        texts.add(new Text(writtenSize, text));
    }

    private void ensureRoom(int more) throws Full {
        count(more);
        long needed = (long) writtenSize + more;
        if (needed > written.length) {
            long grown = Math.max(needed, written.length + (long) written.length / 2);
            written = Arrays.copyOf(written, (int) Math.min(maxBytes, grown));
        }
    }

    private void count(int more) throws Full {
        if (more > maxBytes - size) {
            throw new Full();
        }
        size += more;
    }

    int size() {
        return size;
    }

    /** Gives all of it; where no text was put and the guess was right, uncopied. */
    byte[] toBytes() {
        if (writtenSize == size && size == written.length) {
            return written;
        }
        byte[] all = new byte[size];
        int from = 0;
        int to = 0;
        for (Text text : texts) {
            System.arraycopy(written, from, all, to, text.at - from);
            to += text.at - from;
            from = text.at;
            System.arraycopy(text.bytes, 0, all, to, text.bytes.length);
            to += text.bytes.length;
        }
        System.arraycopy(written, from, all, to, writtenSize - from);
        return all;
    }
}
