package dev.backfill.core.encode;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * Bytes on their way into an array of just their size, and not more of them than are allowed. Long texts and contents that are there
 * already are pointed at until the end, so that they are copied once. Not thread-safe.
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

    /** How many bytes are turned to Base64 at once: of three become four, and none is left over. */
    private static final int BASE64_PIECE = 3 << 14;

    /** What stands between two of the bytes that were written one by one, itself or as Base64. */
    private static final class Text {
        private final int at;
        private final byte[] bytes;
        private final boolean base64;

        Text(int at, byte[] bytes, boolean base64) {
            this.at = at;
            this.bytes = bytes;
            this.base64 = base64;
        }

        /** Copies it. Returns the place behind it. */
        int copy(byte[] all, int to) {
            if (!base64) {
                System.arraycopy(bytes, 0, all, to, bytes.length);
                return to + bytes.length;
            }
            int end = to;
            for (int from = 0; from < bytes.length; from += BASE64_PIECE) {
                int length = Math.min(BASE64_PIECE, bytes.length - from);
                ByteBuffer piece = Base64.getEncoder().encode(ByteBuffer.wrap(bytes, from, length));
                int encoded = piece.remaining();
                piece.get(all, end, encoded);
                end += encoded;
            }
            return end;
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
        texts.add(new Text(writtenSize, text, false));
    }

    /** Puts a content behind what was written, as Base64 in one line; nobody may change it any more. */
    void putBase64(byte[] content) throws Full {
        count((content.length + 2L) / 3 * 4);
        texts.add(new Text(writtenSize, content, true));
    }

    private void ensureRoom(int more) throws Full {
        count(more);
        long needed = (long) writtenSize + more;
        if (needed > written.length) {
            long grown = Math.max(needed, written.length + (long) written.length / 2);
            written = Arrays.copyOf(written, (int) Math.min(maxBytes, grown));
        }
    }

    private void count(long more) throws Full {
        if (more > maxBytes - size) {
            throw new Full();
        }
        size += (int) more;
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
            to = text.copy(all, to);
        }
        System.arraycopy(written, from, all, to, writtenSize - from);
        return all;
    }
}
