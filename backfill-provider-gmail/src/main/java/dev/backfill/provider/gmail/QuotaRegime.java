package dev.backfill.provider.gmail;

import dev.backfill.spi.Quota;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What requests cost and how much a minute allows: Google's table for new projects, the one for projects that used the API
 * before May 2026, or none (developers.google.com/workspace/gmail/api/reference/quota). The API does not tell which holds.
 */
enum QuotaRegime {
    /** Projects from 2026-05-01 on. */
    NEW(20, 20, 40, 6_000, 2, 20, 2_500_000_000L),
    /** Projects that were active between November 2025 and April 2026. */
    LEGACY(5, 5, 10, 15_000, 5, 20, 2_500_000_000L),
    /** No limit but the number of requests at once; prices are counted as for new projects. */
    OFF(20, 20, 40, 0, 10, 10, 0);

    private static final long PROJECT_UNITS_A_MINUTE = 1_200_000;
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration DAY = Duration.ofDays(1);

    private final Prices prices;
    private final long userUnitsAMinute;
    private final int firstConcurrency;
    private final int concurrency;
    private final long dailyBytes;

    QuotaRegime(
            int get,
            int attachment,
            int thread,
            long userUnitsAMinute,
            int firstConcurrency,
            int concurrency,
            long dailyBytes) {
        this.prices = Prices.of(get, attachment, thread);
        this.userUnitsAMinute = userUnitsAMinute;
        this.firstConcurrency = firstConcurrency;
        this.concurrency = concurrency;
        this.dailyBytes = dailyBytes;
    }

    static QuotaRegime ofCode(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }

    /** How many requests run at once at the most unless the host says otherwise. */
    int concurrency() {
        return concurrency;
    }

    /** How many bytes a user may download a day unless the host says otherwise; 0 for no limit. */
    long dailyBytes() {
        return dailyBytes;
    }

    /** The limits with nothing said by the host. */
    List<Quota> quotas() {
        return quotas(concurrency, dailyBytes, 0);
    }

    /**
     * The limits.
     *
     * @param requestsAtOnce requests of a user at once
     * @param bytesADay bytes of a user and day, 0 for no limit
     * @param unitsADay units of a project and day, 0 for no limit
     */
    List<Quota> quotas(int requestsAtOnce, long bytesADay, long unitsADay) {
        List<Quota> quotas = new ArrayList<>();
        // Google has a limit and does not name it: begun low, it is felt for. People saw 25 pass and 50 refused.
        int first = userUnitsAMinute > 0 ? Math.min(firstConcurrency, requestsAtOnce) : requestsAtOnce;
        quotas.add(Quota.concurrent("gmail-concurrent", first, requestsAtOnce));
        if (userUnitsAMinute > 0) {
            quotas.add(
                    new Quota("gmail-user-units", Quota.Measure.UNITS, Quota.Scope.MAILBOX, userUnitsAMinute, MINUTE));
            quotas.add(new Quota(
                    "gmail-project-units", Quota.Measure.UNITS, Quota.Scope.PROJECT, PROJECT_UNITS_A_MINUTE, MINUTE));
        }
        if (bytesADay > 0) {
            quotas.add(new Quota("gmail-user-bytes", Quota.Measure.BYTES, Quota.Scope.MAILBOX, bytesADay, DAY));
        }
        if (unitsADay > 0) {
            quotas.add(new Quota("gmail-project-day", Quota.Measure.UNITS, Quota.Scope.PROJECT, unitsADay, DAY));
        }
        return List.copyOf(quotas);
    }

    /** What a day gives a project beside limits: up to there Google means to charge nothing. Nothing where no units are counted. */
    List<Quota> dailyAllowance() {
        return userUnitsAMinute == 0
                ? List.of()
                : List.of(new Quota(
                        "gmail-project-day-free",
                        Quota.Measure.UNITS,
                        Quota.Scope.PROJECT,
                        GoogleEmailSource.UNITS_A_DAY_FREE_OF_CHARGE,
                        DAY));
    }

    /** What requests cost unless the host says otherwise. */
    Prices prices() {
        return prices;
    }
}
