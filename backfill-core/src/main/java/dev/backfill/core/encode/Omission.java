package dev.backfill.core.encode;

/**
 * One element of {@code email.truncated}, but for contents, which name their attachments: {@link Layout#missing}.
 *
 * @param field the field below {@code email} that is missing or shorter
 * @param reason why
 * @param bytes the bytes left out: of texts their UTF-8, of headers and lists what they take in JSON
 * @param items how many values were left out, or 1 for a text that was cut
 */
record Omission(String field, Reason reason, long bytes, int items) {
    /** Why something is missing. */
    enum Reason {
        /** The message was over the sink's limit. */
        TOO_LARGE,
        /** The message was over the sink's limit, and {@code body} holds the same text. */
        SAME_AS_BODY,
        /** RFC 3339 cannot say it: a year before 0 or after 9999. */
        NOT_REPRESENTABLE,
        /** The provider did not give it, however often it was asked. */
        UNAVAILABLE
    }

    /** The most bytes an element of the list takes in JSON, its comma included and the ids of attachments left aside. */
    static final int MAX_JSON_BYTES = 160;
}
