package dev.backfill.provider.gmail;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream that hears how much is read of it. Used by one thread at a time. */
abstract class CountingStream extends FilterInputStream {
    CountingStream(InputStream in) {
        super(in);
    }

    /** Hears that so many bytes more came, 0 or more. */
    abstract void came(int count);

    @Override
    public int read() throws IOException {
        int one = super.read();
        came(one < 0 ? 0 : 1);
        return one;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int count = super.read(into, offset, length);
        came(Math.max(0, count));
        return count;
    }
}
