package dev.backfill.core.pipeline;

import dev.backfill.api.BackfillRequest;
import dev.backfill.api.CountKind;
import dev.backfill.spi.MailEstimate;
import dev.backfill.spi.MailQuery;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Makes what a provider is asked of what a user asked. Stateless. */
public final class JobQueries {
    private JobQueries() {}

    /**
     * Makes the query of a job.
     *
     * @param request what the user asked
     * @param upperBound the frozen end of received time; null to freeze it now
     * @param clock the wall clock
     * @return the query; received times are whole seconds, so a bound between two seconds means the later one
     */
    public static MailQuery of(BackfillRequest request, @Nullable Instant upperBound, InstantSource clock) {
        Instant from = request.from();
        Instant to = upperBound == null ? frozen(request.to(), clock.instant()) : upperBound;
        return new MailQuery(
                        from == null ? null : ceilSecond(from),
                        to,
                        request.folders(),
                        request.includeDeleted(),
                        request.pin(),
                        end(request.to(), to))
                .opening(request.includeAttachments(), request.rawMime());
    }

    /**
     * Says whether nothing can lie in a query's range, so that nobody need be asked about it.
     *
     * @param query the query
     * @return true if it begins where it ends, or later: a job from tomorrow on, for instance
     */
    public static boolean isEmpty(MailQuery query) {
        Instant from = query.from();
        return from != null && !from.isBefore(query.to());
    }

    /** {@return the estimate of a query whose range is empty: no message, exactly, for nothing} */
    public static MailEstimate nothing() {
        return new MailEstimate(0, CountKind.EXACT, 0, 0);
    }

    /** Mail of the second under way belongs to history too. */
    private static Instant frozen(@Nullable Instant wanted, Instant now) {
        Instant present = now.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
        return wanted == null || wanted.isAfter(present) ? present : ceilSecond(wanted);
    }

    private static @Nullable Instant end(@Nullable Instant wanted, Instant to) {
        if (wanted == null) {
            return null;
        }
        Instant end = ceilSecond(wanted);
        return end.isBefore(to) ? to : end;
    }

    private static Instant ceilSecond(Instant instant) {
        Instant floor = instant.truncatedTo(ChronoUnit.SECONDS);
        return floor.equals(instant) ? floor : floor.plusSeconds(1);
    }
}
