package dev.backfill.testkit.mail;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * What {@link MailGenerator} makes. Immutable and thread-safe; start from {@link #of} and change what should differ.
 *
 * @param seed two generators with equal options give the same bytes, ids and dates on every machine and JDK
 * @param count how many messages, 0 or more
 * @param from the earliest received time
 * @param to the end of the received times, exclusive; later than {@code from}
 * @param maxBodyBytes about how long the longest bodies are, one in a hundred, in characters; 0 or more
 * @param attachmentBytes the size of an attached file in bytes; 0 or more
 * @param owner the address of the mailbox's owner, ASCII
 * @param threadPace how many times slower answers come than after minutes to days; 1 or more
 */
public record GeneratorOptions(
        long seed,
        int count,
        Instant from,
        Instant to,
        int maxBodyBytes,
        int attachmentBytes,
        String owner,
        int threadPace) {
    /** The default of {@link #from()}: {@code 2019-01-01T00:00:00Z}. */
    public static final Instant DEFAULT_FROM = Instant.parse("2019-01-01T00:00:00Z");

    /** The default of {@link #to()}: {@code 2025-01-01T00:00:00Z}. */
    public static final Instant DEFAULT_TO = Instant.parse("2025-01-01T00:00:00Z");

    /** The default of {@link #maxBodyBytes()}: {@value}; a message is then about 3 KB on average. */
    public static final int DEFAULT_MAX_BODY_BYTES = 16_000;

    /** The default of {@link #attachmentBytes()}: {@value}. */
    public static final int DEFAULT_ATTACHMENT_BYTES = 600;

    /** The default of {@link #owner()}: {@value}. */
    public static final String DEFAULT_OWNER = "owner@example.com";

    /** Checks the ranges. */
    public GeneratorOptions {
        requireNonNull(from, "from");
        requireNonNull(to, "to");
        requireNonNull(owner, "owner");
        if (count < 0 || maxBodyBytes < 0 || attachmentBytes < 0) {
            throw new IllegalArgumentException("count, maxBodyBytes and attachmentBytes must be 0 or more, were "
                    + count + ", " + maxBodyBytes + ", " + attachmentBytes);
        }
        if (threadPace < 1) {
            throw new IllegalArgumentException("threadPace must be 1 or more, was " + threadPace);
        }
        if (!from.isBefore(to)) {
            throw new IllegalArgumentException("from must be before to, were " + from + " and " + to);
        }
    }

    /**
     * Gives the defaults.
     *
     * @param seed see {@link #seed()}
     * @param count see {@link #count()}
     * @return options with the default dates and sizes
     */
    public static GeneratorOptions of(long seed, int count) {
        return new GeneratorOptions(
                seed,
                count,
                DEFAULT_FROM,
                DEFAULT_TO,
                DEFAULT_MAX_BODY_BYTES,
                DEFAULT_ATTACHMENT_BYTES,
                DEFAULT_OWNER,
                1);
    }

    /**
     * Changes the dates.
     *
     * @param first see {@link #from()}
     * @param end see {@link #to()}
     * @return the changed options
     */
    public GeneratorOptions between(Instant first, Instant end) {
        return new GeneratorOptions(seed, count, first, end, maxBodyBytes, attachmentBytes, owner, threadPace);
    }

    /**
     * Changes the size of the longest bodies.
     *
     * @param bytes see {@link #maxBodyBytes()}
     * @return the changed options
     */
    public GeneratorOptions withMaxBodyBytes(int bytes) {
        return new GeneratorOptions(seed, count, from, to, bytes, attachmentBytes, owner, threadPace);
    }

    /**
     * Changes the size of the attachments.
     *
     * @param bytes see {@link #attachmentBytes()}
     * @return the changed options
     */
    public GeneratorOptions withAttachmentBytes(int bytes) {
        return new GeneratorOptions(seed, count, from, to, maxBodyBytes, bytes, owner, threadPace);
    }

    /**
     * Changes the mailbox's owner.
     *
     * @param address see {@link #owner()}
     * @return the changed options
     */
    public GeneratorOptions withOwner(String address) {
        return new GeneratorOptions(seed, count, from, to, maxBodyBytes, attachmentBytes, address, threadPace);
    }

    /**
     * Spreads the messages of a thread over a longer time.
     *
     * @param times see {@link #threadPace()}
     * @return the changed options
     */
    public GeneratorOptions withThreadPace(int times) {
        return new GeneratorOptions(seed, count, from, to, maxBodyBytes, attachmentBytes, owner, times);
    }
}
