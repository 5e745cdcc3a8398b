package dev.backfill.core.throttle;

import dev.backfill.core.log.ErrorText;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.SourceException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The host's tokens, and a memory of which one each request used: of many requests that are refused at once only those with
 * the refused token may say so, or a fresh token would be thrown away. Thread-safe.
 */
final class GateTokens implements AccessTokens {
    private static final Logger LOG = LoggerFactory.getLogger(GateTokens.class);

    /** Stands for the token that the host did not give. */
    private static final String NONE = "";

    private final AccessTokens host;
    private final GateCounters counters;
    private final ThreadLocal<String> ofThisRequest = new ThreadLocal<>();
    // For SDKs that ask from threads of their own
    private volatile @Nullable String last;

    GateTokens(AccessTokens host, GateCounters counters) {
        this.host = host;
        this.counters = counters;
    }

    @Override
    public String get() {
        counters.tokenBegins();
        ofThisRequest.set(NONE);
        try {
            String token = host.get();
            if (token == null) {
                throw unavailable(null);
            }
            ofThisRequest.set(token);
            last = token;
            return token;
        } catch (SourceException e) {
            throw e;
        } catch (RuntimeException e) {
            throw unavailable(e);
        } finally {
            counters.tokenEnds();
        }
    }

    private static SourceException unavailable(@Nullable RuntimeException cause) {
        return SourceException.of(SourceException.Kind.AUTH, SourceException.Scope.MAILBOX, "TOKEN_UNAVAILABLE")
                .cause(cause)
                .build("The host gave no access token for the account; see the cause, or its own log");
    }

    @Override
    public void invalidate(String token) {
        host.invalidate(token);
    }

    /** Begins a request on this thread: it has used no token yet. */
    void begin() {
        ofThisRequest.remove();
    }

    /** Ends the request on this thread. {@return the token it used; null if it asked for none} */
    @Nullable
    String end() {
        String own = ofThisRequest.get();
        ofThisRequest.remove();
        return own == null ? last : own;
    }

    /** Tells the host that a token was refused. */
    void refused(@Nullable String token) {
        if (token == null || token.equals(NONE)) {
            return;
        }
        try {
            host.invalidate(token);
        } catch (RuntimeException e) {
            LOG.warn(
                    "The host failed to forget a refused access token; it is asked for another one all the same: {}",
                    ErrorText.withStack(e));
        }
    }
}
