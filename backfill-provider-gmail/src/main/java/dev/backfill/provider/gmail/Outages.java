package dev.backfill.provider.gmail;

import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.SourceException;

/** Tells what the server cannot give from what it cannot give now, along with everything else. Stateless and thread-safe. */
final class Outages {
    private final GmailClient client;
    private final ApiCalls calls;
    private final Prices prices;

    Outages(GmailClient client, ApiCalls calls, Prices prices) {
        this.client = client;
        this.calls = calls;
        this.prices = prices;
    }

    /** Asks for the profile, the cheapest there is; false if that is not answered either. */
    boolean isServed() {
        try {
            calls.call(prices.profile(), client::profile);
            return true;
        } catch (SourceException failed) {
            if (failed.kind() == SourceException.Kind.FAIL_JOB) {
                // A server without profiles answered.
                return true;
            }
            if (isUnanswered(failed)) {
                return false;
            }
            throw failed;
        }
    }

    /** Says whether an error means that the server gave no answer, however often it was asked. */
    static boolean isUnanswered(SourceException error) {
        return error.kind() == SourceException.Kind.RETRY || error.kind() == SourceException.Kind.RETRY_SMALLER;
    }
}
