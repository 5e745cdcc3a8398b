package dev.backfill.testkit.http;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which bearer tokens a fake takes, and whose they are. A fake that was told of no token takes any. {@link #toString()} shows
 * no token. Thread-safe.
 */
public final class AcceptedTokens {
    private final ConcurrentHashMap<String, String> owners = new ConcurrentHashMap<>();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private volatile boolean open = true;

    /** Makes a book that takes any token. */
    public AcceptedTokens() {}

    /**
     * Takes a token from now on; other ones than those named so are refused.
     *
     * @param token the token, without the word Bearer
     * @param owner the mailbox the token's user owns, which {@code me} means; {@code *} for an app that may read any
     */
    public void accept(String token, String owner) {
        open = false;
        refused.remove(token);
        owners.put(token, owner);
    }

    /**
     * Refuses a token from now on.
     *
     * @param token the token
     */
    public void expire(String token) {
        refused.add(token);
    }

    /**
     * Finds whose token a request carries.
     *
     * @param call the request
     * @return the owner, {@code *} for anybody's; null when the token is missing or refused
     */
    public @Nullable String owner(HttpCall call) {
        String token = bearer(call);
        if (token.isEmpty() || refused.contains(token)) {
            return null;
        }
        return open ? "*" : owners.get(token);
    }

    /**
     * Gives the token that a request carries.
     *
     * @param call the request
     * @return the token, without the word Bearer; empty if there is none
     */
    public static String bearer(HttpCall call) {
        String header = call.header("Authorization");
        boolean bearer = header != null && header.regionMatches(true, 0, "Bearer ", 0, 7);
        return header == null || !bearer ? "" : header.substring(7).strip();
    }

    /** {@return true as long as any token is taken} */
    public boolean takesAny() {
        return open;
    }

    /** {@return how many tokens there are} */
    @Override
    public String toString() {
        return "AcceptedTokens[" + owners.size() + "]";
    }
}
