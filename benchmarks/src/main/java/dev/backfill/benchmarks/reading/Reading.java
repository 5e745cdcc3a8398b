package dev.backfill.benchmarks.reading;

/** Reads all messages of a mailbox with their bodies, one request after another. */
@FunctionalInterface
public interface Reading {
    /**
     * What was read, so that nobody reads less than another.
     *
     * @param messages how many messages
     * @param characters how many characters their bodies have together
     */
    record Total(long messages, long characters) {
        static final Total NONE = new Total(0, 0);

        Total with(int bodyCharacters) {
            return new Total(messages + 1, characters + bodyCharacters);
        }
    }

    /**
     * Reads everything once.
     *
     * @return what it was
     * @throws Exception whatever went wrong
     */
    Total read() throws Exception;
}
