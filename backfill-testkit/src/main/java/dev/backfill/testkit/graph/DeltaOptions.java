package dev.backfill.testkit.graph;

import static java.util.Objects.requireNonNull;

/**
 * How the fake keeps and forgets the tokens of its change lists, as data. Immutable and thread-safe.
 *
 * @param supported false for a server without change lists: a request for one is a 400
 * @param tokenLength how long a token is at least, in characters; 0 for as long as it needs
 * @param keptTokens how many tokens of a mailbox live; an older one is evicted, as Outlook's cache does; 1 or more
 * @param dead how the server answers to a token that died
 */
public record DeltaOptions(boolean supported, int tokenLength, int keptTokens, DeadToken dead) {
    /** A service that forgets nothing by itself. */
    public static final DeltaOptions NONE =
            new DeltaOptions(true, 0, Integer.MAX_VALUE, DeadToken.SYNC_STATE_NOT_FOUND);

    /** The answers to a dead token that were seen at the real service. */
    public enum DeadToken {
        /** 410 {@code SyncStateNotFound}. */
        SYNC_STATE_NOT_FOUND(410, "SyncStateNotFound"),
        /** 400 {@code SyncStateInvalid}. */
        SYNC_STATE_INVALID(400, "SyncStateInvalid"),
        /** 410 {@code ResyncRequired}. */
        RESYNC_REQUIRED(410, "ResyncRequired");

        private final int status;
        private final String code;

        DeadToken(int status, String code) {
            this.status = status;
            this.code = code;
        }

        GraphFault fault() {
            return new GraphFault(status, code, "The sync state generation is not found; please resync.");
        }
    }

    /** Checks the bounds. */
    public DeltaOptions {
        requireNonNull(dead, "dead");
        if (tokenLength < 0 || keptTokens < 1) {
            throw new IllegalArgumentException(
                    "a token's length must be 0 or more and one token kept: " + tokenLength + ", " + keptTokens);
        }
    }

    /** {@return options of a server that knows no change lists} */
    public static DeltaOptions unsupported() {
        return new DeltaOptions(false, 0, Integer.MAX_VALUE, DeadToken.SYNC_STATE_NOT_FOUND);
    }

    /**
     * Makes tokens long.
     *
     * @param characters how long a token is at least
     * @return new options
     */
    public DeltaOptions withTokenLength(int characters) {
        return new DeltaOptions(supported, characters, keptTokens, dead);
    }

    /**
     * Lets old tokens die.
     *
     * @param tokens how many of a mailbox live, 1 or more
     * @return new options
     */
    public DeltaOptions withKeptTokens(int tokens) {
        return new DeltaOptions(supported, tokenLength, tokens, dead);
    }

    /**
     * Sets the answer to a dead token.
     *
     * @param answer the answer
     * @return new options
     */
    public DeltaOptions withDeadToken(DeadToken answer) {
        return new DeltaOptions(supported, tokenLength, keptTokens, answer);
    }
}
