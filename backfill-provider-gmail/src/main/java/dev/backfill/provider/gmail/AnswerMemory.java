package dev.backfill.provider.gmail;

import java.io.InputStream;
import java.util.function.LongConsumer;

/**
 * Sees to it that one answer of Gmail's finds room before it is read, if it is large. How large a message is comes with it alone: Gmail
 * says the size before the content, as far as it has been seen; where it does not, the answer counts as far as it has come, once it is
 * more than {@value #LARGE} bytes. Used by the request's thread alone.
 */
final class AnswerMemory {
    /** What is no larger is read without asking: as much is under way in any case, by as many requests as go side by side. */
    static final int LARGE = 1 << 20;

    /**
     * A content is first a text, a third longer, of two bytes a character, then itself beside it; later itself, what is decoded from
     * it, and once more that while it is put together.
     */
    static final int HELD_PER_BYTE = 4;

    /** The engine has room for three of these four where it opens a content. */
    static final int HELD_PER_BYTE_OPENED = 1;

    private final LongConsumer room;
    private final int heldPerByte;
    private long asked = LARGE;

    /**
     * @param room waits for so many bytes of memory the first time, and takes what is more the next times
     * @param heldPerByte how many bytes of memory to ask for, a byte of content
     */
    AnswerMemory(LongConsumer room, int heldPerByte) {
        this.heldPerByte = heldPerByte;
        this.room = room;
    }

    /** Hears how large a content is that comes next, in bytes. */
    void expect(long size) {
        // No array is longer, whatever a server says.
        long possible = Math.min(size, Integer.MAX_VALUE);
        if (possible > asked) {
            asked = possible;
            room.accept(heldPerByte * possible);
        }
    }

    /** Counts what is read of the answer. */
    InputStream counting(InputStream content) {
        return new Counting(content);
    }

    private final class Counting extends CountingStream {
        private long read;

        private Counting(InputStream content) {
            super(content);
        }

        /** As text a content is a third longer than by itself; what stands around it, or was estimated too low, is not much. */
        @Override
        void came(int count) {
            read += count;
            if (read / 4 * 3 > asked + LARGE / 4) {
                expect(2 * asked);
            }
        }
    }
}
