package dev.backfill.spi;

/**
 * The host's access tokens for one account. The engine asks for every request, from several threads at once, so an
 * implementation is thread-safe and keeps a token until it is near its end.
 *
 * <p>It is a functional interface, so that a host may write {@code accessTokens(account -> () -> vault.tokenFor(account))}.
 */
@FunctionalInterface
public interface AccessTokens {
    /**
     * Gives a token that is valid now. May block, for a minute at the most.
     *
     * @return the bearer token, without the word Bearer
     * @throws SourceException of kind AUTH if the user's consent is gone; of kind RETRY if the token service does not answer;
     *     any other exception counts as AUTH
     */
    String get();

    /**
     * Hears that the provider refused a token (HTTP 401). The next {@link #get()} should give another one; the engine asks
     * once more and then fails the job as AUTHENTICATION. Does nothing unless overridden.
     *
     * @param token the token refused
     */
    default void invalidate(String token) {
        // A host without a cache of tokens has nothing to forget.
    }
}
