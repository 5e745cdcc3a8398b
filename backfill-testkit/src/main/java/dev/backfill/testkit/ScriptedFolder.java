package dev.backfill.testkit;

import static java.util.Objects.requireNonNull;

import dev.backfill.model.FolderRole;
import java.time.Duration;
import java.time.Instant;

/**
 * A folder of a {@link ScriptedSource} whose messages are made when they are asked for, the same for the same values, so that
 * a million of them cost nothing. Message n (from 0, the oldest) has the id {@code <folder>-<n in seven digits>} and was
 * received {@code spacing} after the one before; with {@code perSecond} more than one, so many share a second. Immutable and
 * thread-safe.
 *
 * @param id the folder's id and scope, {@code [a-z0-9-]}
 * @param role what the folder is for
 * @param count how many messages, 0 or more
 * @param oldest when the first was received, whole seconds
 * @param spacing the time between two seconds that have messages, whole seconds, 1 or more
 * @param perSecond how many messages share a second, 1 or more
 * @param bodyBytes how many characters (all ASCII) a body has, 0 or more
 * @param attachmentEvery every how many-th message has an attachment; 0 for none
 * @param attachmentBytes how many bytes an attachment has, 0 or more
 */
public record ScriptedFolder(
        String id,
        FolderRole role,
        int count,
        Instant oldest,
        Duration spacing,
        int perSecond,
        int bodyBytes,
        int attachmentEvery,
        int attachmentBytes) {
    /** When the oldest message was received unless a test says otherwise. */
    public static final Instant DEFAULT_OLDEST = Instant.parse("2021-03-04T05:06:07Z");

    /** The size of a body unless a test says otherwise: {@value}. */
    public static final int DEFAULT_BODY_BYTES = 200;

    /** Checks the bounds. */
    public ScriptedFolder {
        requireNonNull(id, "id");
        requireNonNull(role, "role");
        if (count < 0 || perSecond < 1 || bodyBytes < 0 || attachmentEvery < 0 || attachmentBytes < 0) {
            throw new IllegalArgumentException("a number of folder " + id + " is out of range");
        }
        if (oldest.getNano() != 0 || spacing.getNano() != 0 || spacing.toSeconds() < 1) {
            throw new IllegalArgumentException("times of folder " + id + " must be whole seconds, spacing 1 or more");
        }
    }

    /**
     * Makes a folder with a message a minute.
     *
     * @param id the folder's id
     * @param role what it is for
     * @param count how many messages
     * @return the folder
     */
    public static ScriptedFolder of(String id, FolderRole role, int count) {
        return new ScriptedFolder(id, role, count, DEFAULT_OLDEST, Duration.ofMinutes(1), 1, DEFAULT_BODY_BYTES, 0, 0);
    }

    /**
     * Makes an inbox with the id {@code inbox}.
     *
     * @param count how many messages
     * @return the folder
     */
    public static ScriptedFolder inbox(int count) {
        return of("inbox", FolderRole.INBOX, count);
    }

    /**
     * Gives this folder with other times.
     *
     * @param newOldest when the first message was received
     * @param newSpacing the time between two seconds that have messages
     * @param newPerSecond how many messages share a second
     * @return the folder
     */
    public ScriptedFolder times(Instant newOldest, Duration newSpacing, int newPerSecond) {
        return new ScriptedFolder(
                id, role, count, newOldest, newSpacing, newPerSecond, bodyBytes, attachmentEvery, attachmentBytes);
    }

    /**
     * Gives this folder with bodies of another size.
     *
     * @param bytes how many characters a body has
     * @return the folder
     */
    public ScriptedFolder bodies(int bytes) {
        return new ScriptedFolder(id, role, count, oldest, spacing, perSecond, bytes, attachmentEvery, attachmentBytes);
    }

    /**
     * Gives this folder with attachments.
     *
     * @param every every how many-th message has one
     * @param bytes how many bytes it has
     * @return the folder
     */
    public ScriptedFolder attachments(int every, int bytes) {
        return new ScriptedFolder(id, role, count, oldest, spacing, perSecond, bodyBytes, every, bytes);
    }

    /**
     * Gives the id of a message.
     *
     * @param number the message's number, 0 for the oldest
     * @return its id
     */
    public String messageId(int number) {
        String digits = Integer.toString(number);
        return id + "-" + "0".repeat(Math.max(0, 7 - digits.length())) + digits;
    }

    /**
     * Tells when a message was received.
     *
     * @param number the message's number, 0 for the oldest
     * @return the time
     */
    public Instant receivedAt(int number) {
        return Instant.ofEpochSecond(second(number));
    }

    long second(int number) {
        return oldest.getEpochSecond() + number / perSecond * spacing.toSeconds();
    }

    /** How many messages were received before a second. */
    int before(long second) {
        // Bounds that nobody set are the ends of the number range, so nothing is subtracted before it is compared.
        if (second <= oldest.getEpochSecond()) {
            return 0;
        }
        long lastSecond = oldest.getEpochSecond() + count / perSecond * spacing.toSeconds();
        if (second > lastSecond) {
            return count;
        }
        long past = second - oldest.getEpochSecond();
        long steps = (past + spacing.toSeconds() - 1) / spacing.toSeconds();
        return (int) Math.min(count, steps * perSecond);
    }
}
