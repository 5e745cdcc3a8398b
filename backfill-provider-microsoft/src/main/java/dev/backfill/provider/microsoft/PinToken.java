package dev.backfill.provider.microsoft;

import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageEnd;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A folder's pin: from where its changes are to be read. Immutable.
 *
 * @param newFrom the epoch second of received time from which on no message was handed over as new; the messages of a mailbox
 *     that came since can be told from those that only changed by it
 * @param query the query that begins the next round; null where the folder's changes cannot be had, or are not to be
 * @param left true if all that was in the folder was told as deleted, since it left the job: should it come back it is a new one,
 *     for nothing that happened to its messages tells that they are there again. Then there is no query
 */
record PinToken(long newFrom, @Nullable String query, boolean left) {
    /**
     * Mail that is dated later than this from now has a wrong date: it is left to its time, as the windows leave it, and tells
     * nothing of what is new. The service's clock may go before ours.
     */
    private static final Duration AHEAD = Duration.ofHours(1);

    private static final String VERSION = "g1";
    private static final String NONE = "-";
    private static final String LEFT = "left";

    /** Makes the pin of a folder from whose changes on is to be read. */
    PinToken(long newFrom, @Nullable String query) {
        this(newFrom, query, false);
    }

    /** Makes the pin of a folder whose changes cannot be had. */
    static PinToken none(Instant newFrom) {
        return new PinToken(newFrom.getEpochSecond(), null);
    }

    /**
     * Makes the pin of a folder that left the job with all that was in it.
     *
     * @param before the pin it had; null for one that is none of this version
     * @param query what the job covers
     */
    static PinToken left(@Nullable PinToken before, MailQuery query) {
        return new PinToken(before == null ? query.to().getEpochSecond() : before.newFrom(), null, true);
    }

    /** {@return true if mail of this time may have come by now} */
    static boolean mayHaveCome(Instant received, Instant now) {
        return received.isBefore(now.plus(AHEAD));
    }

    /** {@return the text that is stored} */
    String encode() {
        return VERSION + " " + newFrom + " " + (query == null ? left ? LEFT : NONE : query);
    }

    /** Reads a stored text; null if it is none of this version, so that the pin counts as dead. */
    static @Nullable PinToken decode(@Nullable String text) {
        String[] parts = text == null ? new String[0] : text.split(" ", -1);
        if (parts.length != 3 || !parts[0].equals(VERSION) || parts[2].isEmpty()) {
            return null;
        }
        try {
            boolean left = parts[2].equals(LEFT);
            return new PinToken(Long.parseLong(parts[1]), left || parts[2].equals(NONE) ? null : parts[2], left);
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
        return new PinToken(second, query, left);
    }
}
