package dev.backfill.testkit.gmail;

import java.util.Objects;

/**
 * What Google does not say, or was seen to do, as data. Immutable and thread-safe; start from {@link #DEFAULT}.
 *
 * @param searchDate which date of a message {@code after:} and {@code before:} mean
 * @param includesBorders true if both borders of a search belong to the answer; otherwise only the earlier one does
 * @param utf8Bodies true if the content of plain and HTML bodies comes as UTF-8 whatever the Content-Type header says, as
 *     people report; false if it comes as it was sent
 * @param decodedHeaders true if encoded words in headers are decoded already
 * @param largeBodyBytes from this size on a body comes by attachmentId alone
 * @param shiftingPages true if page tokens count messages, so that pages shift when mail goes or comes; false if they stand
 *     at a message
 * @param dyingTokens true if no page token is ever taken
 * @param order how messages are listed
 */
public record GmailQuirks(
        SearchDate searchDate,
        boolean includesBorders,
        boolean utf8Bodies,
        boolean decodedHeaders,
        int largeBodyBytes,
        boolean shiftingPages,
        boolean dyingTokens,
        Order order) {
    /** Which date a search by time means. */
    public enum SearchDate {
        /** When the mailbox took the message. */
        INTERNAL,
        /** What the message's Date header says. */
        HEADER,
        /** None: a search finds messages of all times. */
        NONE
    }

    /** How messages are listed. */
    public enum Order {
        /** Newest first. */
        NEWEST_FIRST,
        /** By their ids, whatever their dates. */
        BY_ID
    }

    /** As far as known what the real service does. */
    public static final GmailQuirks DEFAULT =
            new GmailQuirks(SearchDate.INTERNAL, false, true, false, 65_536, false, false, Order.NEWEST_FIRST);

    /** Checks what must be present. */
    public GmailQuirks {
        Objects.requireNonNull(searchDate, "searchDate");
        Objects.requireNonNull(order, "order");
        if (largeBodyBytes < 0) {
            throw new IllegalArgumentException("largeBodyBytes must be 0 or more, was " + largeBodyBytes);
        }
    }

    /**
     * Changes which date a search means.
     *
     * @param value the date
     * @return new quirks
     */
    public GmailQuirks withSearchDate(SearchDate value) {
        return new GmailQuirks(
                value, includesBorders, utf8Bodies, decodedHeaders, largeBodyBytes, shiftingPages, dyingTokens, order);
    }

    /**
     * Lets both borders belong to a search.
     *
     * @return new quirks
     */
    public GmailQuirks withBordersIncluded() {
        return new GmailQuirks(
                searchDate, true, utf8Bodies, decodedHeaders, largeBodyBytes, shiftingPages, dyingTokens, order);
    }

    /**
     * Sends bodies as they were sent, in their own charsets.
     *
     * @return new quirks
     */
    public GmailQuirks withOriginalBodies() {
        return new GmailQuirks(
                searchDate, includesBorders, false, decodedHeaders, largeBodyBytes, shiftingPages, dyingTokens, order);
    }

    /**
     * Decodes the encoded words of headers.
     *
     * @return new quirks
     */
    public GmailQuirks withDecodedHeaders() {
        return new GmailQuirks(
                searchDate, includesBorders, utf8Bodies, true, largeBodyBytes, shiftingPages, dyingTokens, order);
    }

    /**
     * Changes from which size on a body comes by itself.
     *
     * @param bytes the size, 0 or more
     * @return new quirks
     */
    public GmailQuirks withLargeBodyBytes(int bytes) {
        return new GmailQuirks(
                searchDate, includesBorders, utf8Bodies, decodedHeaders, bytes, shiftingPages, dyingTokens, order);
    }

    /**
     * Lets pages shift when mail goes or comes.
     *
     * @return new quirks
     */
    public GmailQuirks withShiftingPages() {
        return new GmailQuirks(
                searchDate, includesBorders, utf8Bodies, decodedHeaders, largeBodyBytes, true, dyingTokens, order);
    }

    /**
     * Refuses every page token.
     *
     * @return new quirks
     */
    public GmailQuirks withDyingTokens() {
        return new GmailQuirks(
                searchDate, includesBorders, utf8Bodies, decodedHeaders, largeBodyBytes, shiftingPages, true, order);
    }

    /**
     * Lists by id.
     *
     * @return new quirks
     */
    public GmailQuirks withOrderById() {
        return new GmailQuirks(
                searchDate,
                includesBorders,
                utf8Bodies,
                decodedHeaders,
                largeBodyBytes,
                shiftingPages,
                dyingTokens,
                Order.BY_ID);
    }
}
