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
 * {@code s1;second;skip;count}: so many of the second's messages, in the server's order, are handed over, and so many there
 * were.
 *
 * @param second the second in epoch seconds
 * @param border the hashes of the messages of that second which were handed over; empty if {@code skip} is used
 * @param skip how many of that second were handed over; -1 if {@code border} is used
 * @param count how many messages the second held when the page was read; 0 if unknown
 */
record KeysetPosition(long second, Set<String> border, int skip, long count) {
    /** The most hashes that a position holds. */
    static final int MAX_BORDER = 360;

    private static final int HASH_LENGTH = 11;

    KeysetPosition {
        border = Set.copyOf(border);
    }

    static KeysetPosition at(long second, Collection<String> border) {
        return new KeysetPosition(second, new LinkedHashSet<>(border), -1, 0);
    }

    static KeysetPosition within(long second, int skip, long count) {
        return new KeysetPosition(second, Set.of(), skip, count);
    }

    /** {@return true if the walk stands inside a second that holds too many messages} */
    boolean isWithinSecond() {
        return skip >= 0;
    }

    static KeysetPosition decode(Position position) {
        String[] parts = position.value().split(";", -1);
        try {
            if (parts.length == 3 && parts[0].equals("k1")) {
                Set<String> border = new LinkedHashSet<>();
                for (int at = 0; at < parts[2].length(); at += HASH_LENGTH) {
                    border.add(parts[2].substring(at, at + HASH_LENGTH));
                }
                return at(Long.parseLong(parts[1]), border);
            }
            if (parts.length == 4 && parts[0].equals("s1")) {
                return within(Long.parseLong(parts[1]), Integer.parseInt(parts[2]), Long.parseLong(parts[3]));
            }
        } catch (NumberFormatException | IndexOutOfBoundsException unreadable) {
            throw unknown();
        }
        throw unknown();
    }

    private static SourceException unknown() {
        return SourceException.of(
                        SourceException.Kind.RESTART_PARTITION, SourceException.Scope.PARTITION, "UNKNOWN_POSITION")
                .build("The stored position was not written by this version of the Microsoft provider");
    }

    Position encode() {
        return new Position(
                isWithinSecond()
                        ? "s1;" + second + ";" + skip + ";" + count
                        : "k1;" + second + ";" + String.join("", new TreeSet<>(border)));
    }

    /** Shortens a message id to 64 bits, plenty for the messages of one second. */
    static String hash(String id) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(Hashes.sha256(id), 8));
    }
}
