package dev.backfill.core.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads a content whole. */
final class ContentBytes {
    private ContentBytes() {}

    /**
     * Reads a content. What a provider holds in an array already goes into one of just its size: read piece by piece and joined it would
     * be held thrice for a moment.
     *
     * @param content what is read, to one byte behind the most at the most
     * @param most the most bytes
     * @return its bytes; null if there are more
     */
    static byte @Nullable [] read(InputStream content, int most) throws IOException {
        byte[] there = new byte[Math.min(most, content.available())];
        int read = content.readNBytes(there, 0, there.length);
        byte[] first = read < there.length ? Arrays.copyOf(there, read) : there;
        byte[] bytes = joined(first, content.readNBytes(most - read));
        return bytes.length == most && content.read() >= 0 ? null : bytes;
    }

    private static byte[] joined(byte[] first, byte[] second) {
        if (first.length == 0 || second.length == 0) {
            return first.length == 0 ? second : first;
        }
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
