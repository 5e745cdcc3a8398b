package dev.backfill.provider.microsoft;

import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * How far a window is walked: the second of the last message handed over, and which messages of that second were. Graph shows
 * whole seconds, so a walk goes on at the last second, not after it, and knows its messages again by their ids' hashes.
 *
 * <p>As text: {@code k1;second;hashes} with 11 characters a hash, or, where a second holds more messages than fit,
 * {@code s2;second;skip;hashes}: the walk stays inside the second, and goes on behind so many of its messages, in the server's
 * order; the hashes are those of the messages that come next there and were handed over too. A page that does not begin with
 * one of them shows that the second has changed.
 *
 * @param second the second in epoch seconds
 * @param border the hashes of messages of that second which were handed over: all of them, or the last
 * @param skip how many of that second go before the border; -1 if the border is whole
 */
record KeysetPosition(long second, Set<String> border, int skip) {
    /** The most hashes that a position holds. */
    static final int MAX_BORDER = 360;

    /** How many of the last messages of a crowded second are remembered; they are read again with each page. */
    static final int REMEMBERED = 20;

    private static final int HASH_LENGTH = 11;

    KeysetPosition {
        border = Set.copyOf(border);
    }

    static KeysetPosition at(long second, Collection<String> border) {
        return new KeysetPosition(second, new LinkedHashSet<>(border), -1);
    }

    static KeysetPosition within(long second, int skip, Collection<String> border) {
        return new KeysetPosition(second, new LinkedHashSet<>(border), skip);
    }

    /** {@return true if the walk stands inside a second that holds too many messages} */
    boolean isWithinSecond() {
        return skip >= 0;
    }

    static KeysetPosition decode(Position position) {
        String[] parts = position.value().split(";", -1);
        try {
            if (parts.length == 3 && parts[0].equals("k1")) {
                return at(Long.parseLong(parts[1]), hashes(parts[2]));
            }
            if (parts.length == 4 && parts[0].equals("s2")) {
                return within(Long.parseLong(parts[1]), Integer.parseUnsignedInt(parts[2]), hashes(parts[3]));
            }
        } catch (NumberFormatException | IndexOutOfBoundsException unreadable) {
            throw unknown();
        }
        throw unknown();
    }

    private static Set<String> hashes(String text) {
        Set<String> hashes = new LinkedHashSet<>();
        for (int at = 0; at < text.length(); at += HASH_LENGTH) {
            hashes.add(text.substring(at, at + HASH_LENGTH));
        }
        return hashes;
    }

    private static SourceException unknown() {
        return SourceException.of(
                        SourceException.Kind.RESTART_PARTITION, SourceException.Scope.PARTITION, "UNKNOWN_POSITION")
                .build("The stored position was not written by this version of the Microsoft provider");
    }

    Position encode() {
        String place = isWithinSecond() ? "s2;" + second + ";" + skip : "k1;" + second;
        return new Position(place + ";" + String.join("", new TreeSet<>(border)));
    }

    /** Shortens a message id to 64 bits, plenty for the messages of one second. */
    static String hash(String id) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(Hashes.sha256(id), 8));
    }
}
