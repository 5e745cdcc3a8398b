package dev.backfill.testkit.graph;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind the text of a state token: the place in a round, and the options of the round's first request, which
 * hold for all that follows. Immutable.
 *
 * @param scope the folder's id; empty for the list of folders
 * @param serial the token's number among those of its mailbox
 * @param cursor the number of the last change that was given
 * @param base the number of the last change before the round; what left earlier is not told
 * @param initial true in a round that gives what is there
 * @param given how many messages the round gave so far
 * @param select {@code $select} of the first request; empty for none
 * @param expand {@code $expand} of the first request; empty for none
 * @param changeType {@code changeType} of the first request; empty for none
 * @param fromMillis the least received time, inclusive
 * @param filtered true if the round is filtered
 * @param top {@code $top} of the first request; 0 for none
 */
record DeltaToken(
        String scope,
        long serial,
        long cursor,
        long base,
        boolean initial,
        int given,
        String select,
        String expand,
        String changeType,
        long fromMillis,
        boolean filtered,
        int top) {
    private static final String SEPARATOR = "\n";
    private static final int PARTS = 12;

    /** {@return the token a page later} */
    DeltaToken at(long newSerial, long newCursor, int nowGiven) {
        return new DeltaToken(
                scope,
                newSerial,
                newCursor,
                base,
                initial,
                nowGiven,
                select,
                expand,
                changeType,
                fromMillis,
                filtered,
                top);
    }

    /** {@return the token of the next round} */
    DeltaToken round(long newSerial, long newCursor) {
        return new DeltaToken(
                scope,
                newSerial,
                newCursor,
                newCursor,
                false,
                0,
                select,
                expand,
                changeType,
                fromMillis,
                filtered,
                top);
    }

    String encode(int length) {
        String text = String.join(
                SEPARATOR,
                scope,
                Long.toString(serial),
                Long.toString(cursor),
                Long.toString(base),
                Boolean.toString(initial),
                Integer.toString(given),
                select,
                expand,
                changeType,
                Long.toString(fromMillis),
                Boolean.toString(filtered),
                Integer.toString(top));
        int missing = length * 3 / 4 - text.length();
        String padded = missing > 0 ? text + SEPARATOR + "x".repeat(missing) : text;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(padded.getBytes(StandardCharsets.UTF_8));
    }

    /** Reads a token; null if the text is none. */
    static @Nullable DeltaToken decode(String text) {
        try {
            List<String> parts = List.of(
                    new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8).split(SEPARATOR, -1));
            if (parts.size() < PARTS) {
                return null;
            }
            return new DeltaToken(
                    parts.get(0),
                    Long.parseLong(parts.get(1)),
                    Long.parseLong(parts.get(2)),
                    Long.parseLong(parts.get(3)),
                    Boolean.parseBoolean(parts.get(4)),
                    Integer.parseInt(parts.get(5)),
                    parts.get(6),
                    parts.get(7),
                    parts.get(8),
                    Long.parseLong(parts.get(9)),
                    Boolean.parseBoolean(parts.get(10)),
                    Integer.parseInt(parts.get(11)));
        } catch (IllegalArgumentException notOurs) {
            return null;
        }
    }
}
