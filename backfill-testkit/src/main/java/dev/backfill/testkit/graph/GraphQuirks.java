package dev.backfill.testkit.graph;

/**
 * What the real service was seen to do with pages, as data; sources are in the project's sheet of provider facts. A value of
 * 0 switches a quirk off. Immutable and thread-safe.
 *
 * @param emptyPageEvery every so many'th page of messages comes empty, with a nextLink that goes on
 * @param shortPageEvery every so many'th page holds half of what it could, with a nextLink that goes on
 * @param endAfterSkip a page that reaches this many walked messages has no nextLink, though there are more
 * @param loopAfterSkip a page that reaches this many walked messages gives its own address as nextLink, for ever
 * @param timeoutAbovePage a page of more messages than this, with bodies, is a 504 without a code
 * @param maxPage the most messages of a page, whatever is asked for
 * @param relativeNextLink true if nextLinks come without scheme and host
 * @param expandIgnored true if {@code $expand} has no effect
 * @param countIgnored true if {@code $count} has no effect
 */
public record GraphQuirks(
        int emptyPageEvery,
        int shortPageEvery,
        int endAfterSkip,
        int loopAfterSkip,
        int timeoutAbovePage,
        int maxPage,
        boolean relativeNextLink,
        boolean expandIgnored,
        boolean countIgnored) {
    /** The most messages of a page that Graph gives: {@value}. */
    public static final int MAX_PAGE = 1_000;

    /** A service as documented. */
    public static final GraphQuirks NONE = new GraphQuirks(0, 0, 0, 0, 0, MAX_PAGE, false, false, false);

    /** Checks the bounds. */
    public GraphQuirks {
        if (emptyPageEvery < 0 || shortPageEvery < 0 || endAfterSkip < 0 || loopAfterSkip < 0 || timeoutAbovePage < 0) {
            throw new IllegalArgumentException("a quirk's number must be 0 or more");
        }
        if (maxPage < 1 || maxPage > MAX_PAGE) {
            throw new IllegalArgumentException("maxPage must be 1 to " + MAX_PAGE + ", was " + maxPage);
        }
    }

    /**
     * Lets pages come empty.
     *
     * @param every every so many'th page, 2 or more
     * @return new quirks
     */
    public GraphQuirks withEmptyPageEvery(int every) {
        return copy(every, shortPageEvery, endAfterSkip, loopAfterSkip, timeoutAbovePage, maxPage);
    }

    /**
     * Lets pages come half full.
     *
     * @param every every so many'th page, 1 or more
     * @return new quirks
     */
    public GraphQuirks withShortPageEvery(int every) {
        return copy(emptyPageEvery, every, endAfterSkip, loopAfterSkip, timeoutAbovePage, maxPage);
    }

    /**
     * Lets nextLinks end early.
     *
     * @param skip after how many walked messages
     * @return new quirks
     */
    public GraphQuirks withEndAfterSkip(int skip) {
        return copy(emptyPageEvery, shortPageEvery, skip, loopAfterSkip, timeoutAbovePage, maxPage);
    }

    /**
     * Lets nextLinks repeat.
     *
     * @param skip after how many walked messages
     * @return new quirks
     */
    public GraphQuirks withLoopAfterSkip(int skip) {
        return copy(emptyPageEvery, shortPageEvery, endAfterSkip, skip, timeoutAbovePage, maxPage);
    }

    /**
     * Lets large pages time out.
     *
     * @param page the most messages that still work
     * @return new quirks
     */
    public GraphQuirks withTimeoutAbovePage(int page) {
        return copy(emptyPageEvery, shortPageEvery, endAfterSkip, loopAfterSkip, page, maxPage);
    }

    /**
     * Caps pages.
     *
     * @param page the most messages of a page, 1 to {@value #MAX_PAGE}
     * @return new quirks
     */
    public GraphQuirks withMaxPage(int page) {
        return copy(emptyPageEvery, shortPageEvery, endAfterSkip, loopAfterSkip, timeoutAbovePage, page);
    }

    /** {@return new quirks, with nextLinks that lack scheme and host} */
    public GraphQuirks withRelativeNextLink() {
        return new GraphQuirks(
                emptyPageEvery,
                shortPageEvery,
                endAfterSkip,
                loopAfterSkip,
                timeoutAbovePage,
                maxPage,
                true,
                expandIgnored,
                countIgnored);
    }

    /** {@return new quirks, of a server that knows neither {@code $expand} nor {@code $count}} */
    public GraphQuirks withoutExpandAndCount() {
        return new GraphQuirks(
                emptyPageEvery,
                shortPageEvery,
                endAfterSkip,
                loopAfterSkip,
                timeoutAbovePage,
                maxPage,
                relativeNextLink,
                true,
                true);
    }

    private GraphQuirks copy(int empty, int half, int end, int loop, int timeout, int page) {
        return new GraphQuirks(empty, half, end, loop, timeout, page, relativeNextLink, expandIgnored, countIgnored);
    }
}
