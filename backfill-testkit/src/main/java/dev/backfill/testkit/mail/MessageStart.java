package dev.backfill.testkit.mail;

import java.util.Arrays;

/**
 * Mends the first lines of a message before it is parsed: an mbox "From " line and blank lines above the headers go, and
 * where the body starts without a blank line one is put in.
 */
final class MessageStart {
    private final byte[] bytes;

    private MessageStart(byte[] bytes) {
        this.bytes = bytes;
    }

    static byte[] mended(byte[] bytes) {
        return new MessageStart(bytes).mended();
    }

    private byte[] mended() {
        int start = firstHeader();
        int bodyFrom = bodyWithoutBlankLine(start);
        if (bodyFrom < 0) {
            return start == 0 ? bytes : Arrays.copyOfRange(bytes, start, bytes.length);
        }
        byte[] mended = new byte[bytes.length - start + 2];
        System.arraycopy(bytes, start, mended, 0, bodyFrom - start);
        mended[bodyFrom - start] = '\r';
        mended[bodyFrom - start + 1] = '\n';
        System.arraycopy(bytes, bodyFrom, mended, bodyFrom - start + 2, bytes.length - bodyFrom);
        return mended;
    }

    /** Where the headers begin: behind blank lines and envelope lines if a header follows them, else at 0. */
    private int firstHeader() {
        int at = 0;
        while (at < bytes.length && (isBlank(at) || isEnvelope(at))) {
            at = nextLine(at);
        }
        return at > 0 && at < bytes.length && isHeader(at) || at > 0 && isEnvelope(0) ? at : 0;
    }

    /**
     * Finds the line that is no header and has none after it up to the next blank line: it is the body's first. A line
     * that is no header but is followed by headers is only a bad header, which mime4j skips.
     */
    private int bodyWithoutBlankLine(int start) {
        int firstBad = -1;
        int at = start;
        while (at < bytes.length && !isBlank(at)) {
            boolean continuation = at > start && (bytes[at] == ' ' || bytes[at] == '\t');
            if (!continuation) {
                if (isHeader(at) || isEnvelope(at)) {
                    firstBad = -1;
                } else if (firstBad < 0) {
                    firstBad = at;
                }
            }
            at = nextLine(at);
        }
        return firstBad;
    }

    private boolean isBlank(int at) {
        return bytes[at] == '\n' || bytes[at] == '\r' && (at + 1 == bytes.length || bytes[at + 1] == '\n');
    }

    private boolean isEnvelope(int at) {
        int from = bytes[at] == '>' ? at + 1 : at;
        byte[] mark = {'F', 'r', 'o', 'm', ' '};
        return from + mark.length <= bytes.length
                && Arrays.equals(bytes, from, from + mark.length, mark, 0, mark.length);
    }

    /** A name of printable ASCII without blanks, then a colon, blanks before it allowed as they once were. */
    private boolean isHeader(int at) {
        int i = at;
        while (i < bytes.length && bytes[i] > ' ' && bytes[i] < 127 && bytes[i] != ':') {
            i++;
        }
        boolean named = i > at;
        while (i < bytes.length && (bytes[i] == ' ' || bytes[i] == '\t')) {
            i++;
        }
        return named && i < bytes.length && bytes[i] == ':';
    }

    private int nextLine(int at) {
        int i = at;
        while (i < bytes.length && bytes[i] != '\n') {
            i++;
        }
        return Math.min(bytes.length, i + 1);
    }
}
