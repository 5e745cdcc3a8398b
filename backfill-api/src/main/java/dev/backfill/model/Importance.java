package dev.backfill.model;

/** How important the sender marked a message. */
public enum Importance {
    /** Marked as of low importance. */
    LOW("low"),
    /** Not marked. */
    NORMAL("normal"),
    /** Marked as of high importance. */
    HIGH("high");

    private final String code;

    Importance(String code) {
        this.code = code;
    }

    /** {@return the value published on the wire, for instance {@code normal}} */
    public String code() {
        return code;
    }
}
