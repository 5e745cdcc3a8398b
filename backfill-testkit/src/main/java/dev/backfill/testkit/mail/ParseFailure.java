package dev.backfill.testkit.mail;

/**
 * Why a message's MIME structure could not be read. {@link ParsedMail} then shows the headers that were read and everything
 * else as one plain text; a fake server may answer such a message with an error, as real ones do for corrupt items.
 */
public enum ParseFailure {
    /** The parts cannot be told apart, for instance because the boundary is longer than the parser can take. */
    STRUCTURE,
    /** The message has more parts than {@link ParsedMail#MAX_PARTS}. */
    TOO_MANY_PARTS
}
