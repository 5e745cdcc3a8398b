package dev.backfill.core.job;

import dev.backfill.api.AccountRef;
import dev.backfill.api.Estimate;
import dev.backfill.api.MailboxAccessException;
import dev.backfill.core.pipeline.MailboxSession;
import dev.backfill.core.plugin.ContextLoader;
import dev.backfill.core.time.StopToken;
import dev.backfill.spi.MailEstimate;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.Quota;
import dev.backfill.spi.SourceException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** Asks a mailbox something outside of any job, on the caller's thread. Thread-safe. */
final class MailboxInquiry {
    private final MailboxSessions sessions;
    private final StopToken stop;
    private final double quotaShare;

    MailboxInquiry(MailboxSessions sessions, StopToken stop, double quotaShare) {
        this.sessions = sessions;
        this.stop = stop;
        this.quotaShare = quotaShare;
    }

    <T> T ask(AccountRef account, int requestsPerSecond, Function<Mailbox, T> question) {
        StopToken own = stop.child();
        try (MailboxSession session = sessions.open(account, requestsPerSecond, own)) {
            return ContextLoader.call(sessions.source(account.provider()), () -> question.apply(session.mailbox()));
        } catch (SourceException refused) {
            String code = refused.kind() == SourceException.Kind.AUTH ? "AUTHENTICATION" : refused.code();
            throw new MailboxAccessException(
                    code, "The provider did not answer (" + refused.code() + "): " + refused.getMessage(), refused);
        } finally {
            own.stop();
        }
    }

    /** Adds the time that the quotas imply. */
    Estimate timed(String provider, MailEstimate estimate) {
        return new Estimate(
                estimate.emails(),
                estimate.kind(),
                estimate.calls(),
                estimate.units(),
                shortest(sessions.quotas(provider), estimate));
    }

    private Duration shortest(List<Quota> quotas, MailEstimate estimate) {
        double seconds = 0;
        for (Quota quota : quotas) {
            double windows = cost(quota, estimate) / (quota.amount() * quotaShare);
            seconds = Math.max(seconds, windows * quota.window().toSeconds());
        }
        return Duration.ofSeconds((long) Math.ceil(seconds));
    }

    private static double cost(Quota quota, MailEstimate estimate) {
        return switch (quota.measure()) {
            case REQUESTS -> estimate.calls();
            case UNITS -> estimate.units();
            case BYTES, CONCURRENT -> 0;
        };
    }
}
