package dev.backfill.testkit.pubsub;

/** What an {@link InProcessPubSub} keeps of the messages it has taken. */
public enum Retention {
    /** Every message, so that a test can look at all of them. The heap must hold them. */
    ALL,
    /** What its subscriptions have not acknowledged yet; counts and keys of everything. */
    UNTIL_ACKNOWLEDGED,
    /** Counts and keys alone, for benches; subscriptions receive nothing. */
    KEYS_ONLY
}
