package dev.backfill.provider.gmail;

import com.google.api.client.http.javanet.NetHttpTransport;
import dev.backfill.provider.gmail.TokenEndpoint.Token;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.SourceException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Access tokens that Google gives for a user's refresh token, or for the key of a service account that acts for a user; for hosts
 * that keep such credentials themselves:
 *
 * <pre>{@code
 * .accessTokens(account -> GoogleAccessTokens.ofUser(clientId, clientSecret, vault.refreshToken(account), clock))
 * .accessTokens(account -> GoogleAccessTokens.ofServiceAccount(keyFileText, account.account(), clock))
 * }</pre>
 *
 * <p>A service account with domain-wide delegation reads any mailbox of its domain: whether a user may read the account that a
 * request names is for the host to decide before it starts a job.
 *
 * <p>A token is kept in memory until four minutes before its end, or a quarter of its life if that is less, and asked for anew
 * after {@link #invalidate}. A grant that is refused ({@code invalid_grant}: revoked, expired, or no delegation) is a
 * {@link SourceException} of kind AUTH, so that the job fails as AUTHENTICATION and can be resumed; an endpoint that does not answer
 * is one of kind RETRY. Nothing is retried here, stored or logged, and no text holds a secret. Thread-safe; one thread asks, the
 * others wait for it.
 */
public final class GoogleAccessTokens implements AccessTokens {
    /** Where Google gives tokens: {@value}. */
    public static final String DEFAULT_TOKEN_URL = "https://oauth2.googleapis.com/token";

    private static final Duration EARLY = Duration.ofMinutes(4);

    private final Grant grant;
    private final TokenEndpoint endpoint;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Token kept;

    GoogleAccessTokens(Grant grant, TokenEndpoint endpoint, InstantSource clock) {
        this.grant = grant;
        this.endpoint = endpoint;
        this.clock = clock;
    }

    /**
     * Gives the tokens of a user who agreed to an app. The consent must cover {@code gmail.readonly} or more.
     *
     * @param clientId the app's client id
     * @param clientSecret the app's client secret
     * @param refreshToken what the user's consent gave
     * @param clock tells when a token ends
     * @return the tokens; nothing is asked before the first {@link #get()}
     */
    public static GoogleAccessTokens ofUser(
            String clientId, String clientSecret, String refreshToken, InstantSource clock) {
        return of(Grant.ofUser(clientId, clientSecret, refreshToken), URI.create(DEFAULT_TOKEN_URL), clock);
    }

    /**
     * Gives the tokens of a service account that acts for a user, with the right {@code gmail.readonly}.
     *
     * @param key the text of the account's key file, in Google's JSON form
     * @param subject the address of the user to act for
     * @param clock tells when a token ends
     * @return the tokens; nothing is asked before the first {@link #get()}
     * @throws IllegalArgumentException if the key cannot be read; its message holds nothing of it
     */
    public static GoogleAccessTokens ofServiceAccount(String key, String subject, InstantSource clock) {
        ServiceAccountKey read = ServiceAccountKey.read(key);
        return of(read.grant(subject, read.tokenUrl()), read.tokenUrl(), clock);
    }

    private static GoogleAccessTokens of(Grant grant, URI url, InstantSource clock) {
        return new GoogleAccessTokens(grant, new TokenEndpoint(new NetHttpTransport(), url, clock), clock);
    }

    @Override
    public String get() {
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw SourceException.of(SourceException.Kind.RETRY, SourceException.Scope.MAILBOX, "INTERRUPTED")
                    .build("the wait for a token was interrupted");
        }
        try {
            Token token = kept;
            if (token == null || isNearItsEnd(token)) {
                token = endpoint.exchange(grant);
                kept = token;
            }
            return token.value();
        } finally {
            lock.unlock();
        }
    }

    private boolean isNearItsEnd(Token token) {
        Duration quarter = Duration.between(token.from(), token.until()).dividedBy(4);
        Duration early = quarter.compareTo(EARLY) < 0 ? quarter : EARLY;
        return !clock.instant().isBefore(token.until().minus(early));
    }

    @Override
    public void invalidate(String token) {
        lock.lock();
        try {
            if (kept != null && kept.value().equals(token)) {
                kept = null;
            }
        } finally {
            lock.unlock();
        }
    }

    /** {@return a text without a secret} */
    @Override
    public String toString() {
        return "GoogleAccessTokens";
    }
}
