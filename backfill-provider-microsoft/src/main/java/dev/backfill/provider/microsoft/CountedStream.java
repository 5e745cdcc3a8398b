package dev.backfill.provider.microsoft;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;

/** An answer that says how many of its bytes were read, unzipped, once it is closed. Not thread-safe. */
final class CountedStream extends FilterInputStream {
    private final LongConsumer received;
    private long bytes;

    CountedStream(InputStream answer, LongConsumer received) {
        super(answer);
        this.received = received;
    }

    @Override
    public int read() throws IOException {
        int value = super.read();
        bytes += value < 0 ? 0 : 1;
        return value;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int read = super.read(into, offset, length);
        bytes += Math.max(0, read);
        return read;
    }

    @Override
    public void close() throws IOException {
        received.accept(bytes);
        bytes = 0;
        super.close();
    }
}
