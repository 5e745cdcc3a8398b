package dev.backfill.provider.microsoft;

import dev.backfill.spi.PageEnd;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A folder's pin: from where its changes are to be read. Immutable.
 *
 * @param newFrom the epoch second of received time from which on no message was handed over as new; the messages of a mailbox
 *     that came since can be told from those that only changed by it
 * @param query the query that begins the next round; null where the folder's changes cannot be had
 */
record PinToken(long newFrom, @Nullable String query) {
    /**
     * Mail that is dated later than this from now has a wrong date: it is left to its time, as the windows leave it, and tells
     * nothing of what is new. The service's clock may go before ours.
     */
    private static final Duration AHEAD = Duration.ofHours(1);

    private static final String VERSION = "g1";
    private static final String NONE = "-";

    /** Makes the pin of a folder whose changes cannot be had. */
    static PinToken none(Instant newFrom) {
        return new PinToken(newFrom.getEpochSecond(), null);
    }

    /** {@return true if mail of this time may have come by now} */
    static boolean mayHaveCome(Instant received, Instant now) {
        return received.isBefore(now.plus(AHEAD));
    }

    /** {@return the text that is stored} */
    String encode() {
        return VERSION + " " + newFrom + " " + (query == null ? NONE : query);
    }

    /** Reads a stored text; null if it is none of this version, so that the pin counts as dead. */
    static @Nullable PinToken decode(@Nullable String text) {
        String[] parts = text == null ? new String[0] : text.split(" ", -1);
        if (parts.length != 3 || !parts[0].equals(VERSION) || parts[2].isEmpty()) {
            return null;
        }
        try {
            return new PinToken(Long.parseLong(parts[1]), parts[2].equals(NONE) ? null : parts[2]);
        } catch (NumberFormatException notOurs) {
            return null;
        }
    }

    /** {@return true if it can be kept} */
    boolean fits() {
        return encode().length() <= PageEnd.MAX_TOKEN;
    }

    /** {@return the same round, with another beginning of what is new} */
    PinToken newFrom(long second) {
        return new PinToken(second, query);
    }
}
