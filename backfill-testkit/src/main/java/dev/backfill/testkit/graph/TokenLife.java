package dev.backfill.testkit.graph;

import java.util.HashMap;
import java.util.Map;

/** Which state tokens of a mailbox still live. Guarded by the lock of its mailbox. */
final class TokenLife {
    private final Map<String, Long> oldestByScope = new HashMap<>();
    private long issued;
    private long oldest;

    /** {@return the number of a new token} */
    long issue() {
        return ++issued;
    }

    void forgetAll() {
        oldest = issued + 1;
    }

    void forget(String scope) {
        oldestByScope.put(scope, issued + 1);
    }

    /**
     * Says whether a token lives.
     *
     * @param scope what it is a token of
     * @param number its number
     * @param kept how many of the mailbox live, the newest
     */
    boolean isAlive(String scope, long number, int kept) {
        return number > issued - kept && number >= oldest && number >= oldestByScope.getOrDefault(scope, 0L);
    }
}
