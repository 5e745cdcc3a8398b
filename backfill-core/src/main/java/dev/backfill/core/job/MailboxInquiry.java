package dev.backfill.core.job;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.Estimate;
import dev.backfill.api.MailboxAccessException;
import dev.backfill.core.pipeline.MailboxSession;
import dev.backfill.core.plugin.ContextLoader;
import dev.backfill.core.throttle.QuotaTime;
import dev.backfill.core.time.StopToken;
import dev.backfill.spi.MailEstimate;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Asks a mailbox something outside of any job, on the caller's thread. Thread-safe. */
final class MailboxInquiry {
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    private final MailboxSessions sessions;
    private final TimeSource time;
    private final StopToken stop;

    MailboxInquiry(MailboxSessions sessions, TimeSource time, StopToken stop) {
        this.sessions = sessions;
        this.time = time;
        this.stop = stop;
    }

    /** Asks, for a minute at the most: then waits for quota end, and the request under way is interrupted. */
    <T> T ask(AccountRef account, Function<Mailbox, T> question) {
        StopToken own = stop.child();
        AtomicBoolean late = new AtomicBoolean();
        TimeSource.Timer deadline = time.schedule(DEADLINE, () -> {
            late.set(true);
            own.stop();
        });
        try (MailboxSession session = sessions.openForQuestion(account, own)) {
            return ContextLoader.call(sessions.source(account.provider()), () -> {
                // Its jobs' limits are this question's, too.
                session.gate().rekey(session.mailbox().key());
                return question.apply(session.mailbox());
            });
        } catch (SourceException refused) {
            if (late.get()) {
                throw new MailboxAccessException(
                        "TIMEOUT",
                        "There was no answer within " + DEADLINE.toSeconds()
                                + " seconds: the provider is slow, or has the mailbox wait; try again later.",
                        refused);
            }
            if (refused.kind() == SourceException.Kind.PARKED) {
                throw new MailboxAccessException(
                        refused.code(),
                        "The mailbox is not asked now"
                                + refused.retryAt()
                                        .map(at -> ", but from " + at + " on")
                                        .orElse("") + ": "
                                + refused.getMessage(),
                        refused);
            }
            String code = refused.kind() == SourceException.Kind.AUTH ? "AUTHENTICATION" : refused.code();
            throw new MailboxAccessException(
                    code, "The provider did not answer (" + refused.code() + "): " + refused.getMessage(), refused);
        } finally {
            deadline.cancel();
            own.stop();
        }
    }

    /** Adds the time that the quotas, and the request's share of a day, imply. */
    Estimate timed(BackfillRequest request, MailEstimate all) {
        MailEstimate estimate = bounded(all, request.maxEmails());
        return new Estimate(
                estimate.emails(),
                estimate.kind(),
                estimate.calls(),
                estimate.units(),
                sessions.quotaTime(request.provider(), request.dailyShare())
                        .fromTheStart(new QuotaTime.Cost(estimate.calls(), estimate.units(), estimate.bytes())));
    }

    /** Of a job that reads only the newest, as large a share of the cost as of the messages. */
    private static MailEstimate bounded(MailEstimate all, @Nullable Long most) {
        if (most == null || all.emails() <= most) {
            return all;
        }
        double share = (double) most / all.emails();
        return new MailEstimate(
                most, all.kind(), (long) Math.ceil(all.calls() * share), (long) Math.ceil(all.units() * share), (long)
                        Math.ceil(all.bytes() * share));
    }
}
