package dev.backfill.provider.microsoft;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * The clock by which the service dates its messages: the host's, corrected by the Date headers of the service's answers. What is told of
 * a message as old as its reading is compared with the message's own times, and a host's clock may be off by seconds or minutes. Never
 * ahead of the service's by more than an answer took, and behind by little more than a second, which is how fine the header is.
 * Thread-safe.
 */
final class ServiceClock implements InstantSource {
    /** No tokens or certificates would hold on a host that is further off: then it has a time of its own on purpose. */
    private static final Duration MOST = Duration.ofDays(1);

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final InstantSource host;
    private final Object lock = new Object();
    private @Nullable Duration ahead;

    ServiceClock(InstantSource host) {
        this.host = host;
    }

    /** {@return a time that is not later than the service's now, as far as its answers told} */
    @Override
    public Instant instant() {
        Duration known;
        synchronized (lock) {
            known = ahead;
        }
        return known == null ? host.instant() : host.instant().plus(known);
    }

    /** {@return the host's time, to be given to {@link #answered}} */
    Instant hostTime() {
        return host.instant();
    }

    /**
     * Hears of an answer.
     *
     * @param asked the host's time when it was asked for
     * @param date its Date header; null for none
     */
    void answered(Instant asked, @Nullable String date) {
        Instant dated = date == null ? null : parse(date);
        if (dated == null) {
            return;
        }
        // Written in between, so that the clocks cannot be further apart: at the least, since then it is later still;
        // and at the most.
        Duration least = Duration.between(host.instant(), dated);
        Duration most = Duration.between(asked, dated).plus(SECOND);
        if (least.abs().compareTo(MOST) > 0) {
            return;
        }
        synchronized (lock) {
            boolean clockWasSet = ahead != null && ahead.compareTo(most) > 0;
            if (ahead == null || clockWasSet || least.compareTo(ahead) > 0) {
                ahead = least;
            }
        }
    }

    private static @Nullable Instant parse(String date) {
        try {
            return ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
        } catch (DateTimeException nonsense) {
            return null;
        }
    }
}
