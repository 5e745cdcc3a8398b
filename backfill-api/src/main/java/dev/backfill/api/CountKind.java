package dev.backfill.api;

/** How far a total can be trusted. */
public enum CountKind {
    /** The provider counted: exactly so many messages are to be read, or were when it was asked. */
    EXACT,
    /** A guess that may be off either way. */
    ESTIMATE,
    /** Nobody knows; the number is 0 and means nothing. */
    UNKNOWN
}
