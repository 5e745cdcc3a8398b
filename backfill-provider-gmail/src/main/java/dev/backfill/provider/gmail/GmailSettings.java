package dev.backfill.provider.gmail;

import dev.backfill.spi.Quota;
import dev.backfill.spi.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The provider's settings, checked. {@link GoogleEmailSource} documents them for hosts. Immutable and thread-safe.
 *
 * @param rootUrl where the API is, with a slash at its end
 * @param regime the limits
 * @param prices what requests cost
 * @param concurrency requests at once
 * @param raw true to read messages as their MIME rather than as Gmail's own parts
 * @param connectTimeout how long a connection may take
 * @param readTimeout how long the server may be silent
 * @param overlap how far beyond the query's own bounds messages are asked for
 * @param dailyBytes bytes of a day and user, 0 for no limit
 * @param dailyUnits units of a day and project, 0 for no limit
 * @param signIn the credentials that the settings hold; null where the host's tokens are asked for
 */
record GmailSettings(
        URI rootUrl,
        QuotaRegime regime,
        Prices prices,
        int concurrency,
        boolean raw,
        Duration connectTimeout,
        Duration readTimeout,
        Duration overlap,
        long dailyBytes,
        long dailyUnits,
        @Nullable SignIn signIn) {
    static final String ROOT_URL = "root-url";

    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");
    static final String QUOTA = "quota";
    static final String CONCURRENCY = "concurrency";
    static final String CONTENT = "content";
    static final String CONNECT_TIMEOUT = "connect-timeout-seconds";
    static final String READ_TIMEOUT = "read-timeout-seconds";
    static final String OVERLAP = "overlap-seconds";
    static final String DAILY_BYTES = "daily-bytes";
    static final String DAILY_UNITS = "daily-units";

    private static final Set<String> KNOWN = new HashSet<>(Set.of(
            ROOT_URL, QUOTA, CONCURRENCY, CONTENT, CONNECT_TIMEOUT, READ_TIMEOUT, OVERLAP, DAILY_BYTES, DAILY_UNITS));

    static {
        KNOWN.addAll(SignIn.SETTINGS);
        KNOWN.addAll(Prices.SETTINGS);
    }

    private static final int MAX_CONCURRENCY = 100;
    private static final int MAX_TIMEOUT_SECONDS = 600;
    private static final int DAY_SECONDS = 86_400;

    static GmailSettings of(Settings settings) {
        settings.requireKnown(KNOWN);
        QuotaRegime regime = QuotaRegime.ofCode(settings.choice(QUOTA, "new", Set.of("new", "legacy", "off")));
        return new GmailSettings(
                root(settings),
                regime,
                regime.prices().with(settings),
                (int) settings.number(CONCURRENCY, regime.concurrency(), 1, MAX_CONCURRENCY),
                settings.choice(CONTENT, "full", Set.of("full", "raw")).equals("raw"),
                Duration.ofSeconds(settings.number(CONNECT_TIMEOUT, 20, 1, MAX_TIMEOUT_SECONDS)),
                Duration.ofSeconds(settings.number(READ_TIMEOUT, 60, 1, MAX_TIMEOUT_SECONDS)),
                Duration.ofSeconds(settings.number(OVERLAP, DAY_SECONDS, 0, 30L * DAY_SECONDS)),
                settings.number(DAILY_BYTES, regime.dailyBytes(), 0, Long.MAX_VALUE),
                settings.number(DAILY_UNITS, 0, 0, Long.MAX_VALUE),
                SignIn.of(settings));
    }

    /** What a share of a day is taken of, where the quotas have no such day. */
    List<Quota> dailyAllowance() {
        return regime.dailyAllowance();
    }

    /** What the engine keeps to. */
    List<Quota> quotas() {
        return regime.quotas(concurrency, dailyBytes, dailyUnits);
    }

    private static URI root(Settings settings) {
        URI url = settings.url(ROOT_URL, GoogleEmailSource.DEFAULT_ROOT_URL);
        if (url.getRawQuery() != null || url.getRawFragment() != null || url.getRawUserInfo() != null) {
            throw settings.invalid(ROOT_URL, "must have no query, fragment or user");
        }
        safe(settings, ROOT_URL, url);
        return url.toString().endsWith("/") ? url : URI.create(url + "/");
    }

    /** Refuses an address that secrets would go to in the clear. */
    static URI safe(Settings settings, String name, URI url) {
        if ("http".equals(url.getScheme()) && !LOOPBACK.contains(url.getHost())) {
            throw settings.invalid(
                    name, "must be https unless it is on this machine, since a token is sent there, was " + url);
        }
        return url;
    }
}
