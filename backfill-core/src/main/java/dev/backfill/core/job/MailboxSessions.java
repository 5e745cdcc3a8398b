package dev.backfill.core.job;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillRequest;
import dev.backfill.core.pipeline.MailboxSession;
import dev.backfill.core.plugin.ContextLoader;
import dev.backfill.core.plugin.PluginCatalog;
import dev.backfill.core.throttle.GateRequest;
import dev.backfill.core.throttle.MailboxGate;
import dev.backfill.core.throttle.QuotaTime;
import dev.backfill.core.throttle.Throttle;
import dev.backfill.core.time.StopToken;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.EmailSource;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.MailboxContext;
import dev.backfill.spi.Quota;
import dev.backfill.spi.Settings;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Opens mailboxes of registered providers, each with a gate of its own. Thread-safe. */
public final class MailboxSessions {
    private static final int DEFAULT_CONCURRENCY = 4;
    private static final Duration DAY = Duration.ofDays(1);

    private final PluginCatalog catalog;
    private final Function<AccountRef, AccessTokens> tokens;
    private final Throttle throttle;
    private final TimeSource time;
    private final Map<String, Settings> settings;
    private final QuotaPlan plan;
    private final Map<String, List<Quota>> quotas = new HashMap<>();

    /**
     * Makes sessions possible, and checks the settings of every provider.
     *
     * @param catalog the providers
     * @param tokens the host's tokens
     * @param throttle the quotas' keeper
     * @param time the clock
     * @param settings the settings by provider; every provider of the catalog has some
     * @param plan the host's word on quotas
     * @throws dev.backfill.api.InvalidRequestException if a provider cannot use its settings
     */
    public MailboxSessions(
            PluginCatalog catalog,
            Function<AccountRef, AccessTokens> tokens,
            Throttle throttle,
            TimeSource time,
            Map<String, Settings> settings,
            QuotaPlan plan) {
        this.catalog = catalog;
        this.tokens = tokens;
        this.throttle = throttle;
        this.time = time;
        this.settings = Map.copyOf(settings);
        this.plan = plan;
        catalog.sources()
                .forEach((id, source) ->
                        quotas.put(id, plan.quotas().getOrDefault(id, List.copyOf(source.quotas(settingsOf(id))))));
    }

    EmailSource source(String provider) {
        return catalog.source(provider);
    }

    List<Quota> quotas(String provider) {
        return quotas.getOrDefault(provider, List.of());
    }

    /** What a share is taken of: the quotas of a day, and the provider's word where none is of the same measure. */
    List<Quota> dayQuotas(String provider) {
        List<Quota> days = new ArrayList<>();
        quotas(provider).stream().filter(quota -> quota.window().equals(DAY)).forEach(days::add);
        Set<Quota.Measure> said = days.stream().map(Quota::measure).collect(Collectors.toSet());
        catalog.source(provider).dailyAllowance(settingsOf(provider)).stream()
                .filter(quota -> !said.contains(quota.measure()))
                .forEach(days::add);
        return days;
    }

    /** What a request may use of a day; nothing when it has no bound. */
    List<Quota> dayShares(String provider, @Nullable Double share) {
        return share == null
                ? List.of()
                : dayQuotas(provider).stream()
                        .map(quota -> new Quota(
                                quota.name() + "-share",
                                quota.measure(),
                                Quota.Scope.MAILBOX,
                                Math.max(1, (long) (quota.amount() * share)),
                                quota.window()))
                        .toList();
    }

    /** What the quotas make of a cost. */
    QuotaTime quotaTime(String provider, @Nullable Double dailyShare) {
        List<Quota> limits = new ArrayList<>(quotas(provider));
        limits.addAll(dayShares(provider, dailyShare));
        return new QuotaTime(limits, throttle.config());
    }

    MailboxSession open(AccountRef account, int requestsPerSecond, @Nullable Double dailyShare, StopToken stop) {
        return open(account, requestsPerSecond, dailyShare, stop, GateRequest.Priority.JOB);
    }

    /** Opens a mailbox for a question whose requests go before those of its jobs: a rate of its own would hold them up. */
    MailboxSession openForQuestion(AccountRef account, StopToken stop) {
        return open(account, BackfillRequest.MAX_RATE_LIMIT, null, stop, GateRequest.Priority.QUESTION);
    }

    private MailboxSession open(
            AccountRef account,
            int requestsPerSecond,
            @Nullable Double dailyShare,
            StopToken stop,
            GateRequest.Priority priority) {
        EmailSource source = catalog.source(account.provider());
        Settings providerSettings = settingsOf(account.provider());
        List<Quota> limits = quotas(account.provider());
        // Before the provider has named the mailbox, the account stands for it.
        String firstKey = account.user().key() + "/" + account.account();
        MailboxGate gate = throttle.open(new GateRequest(
                account.provider(),
                plan.projectOf(account),
                firstKey,
                limits,
                dayShares(account.provider(), dailyShare),
                requestsPerSecond,
                stop,
                tokensOf(account),
                priority));
        MailboxContext context =
                new MailboxSession.Context(account, providerSettings, time, gate.tokens(), gate.calls());
        Mailbox mailbox = openOrRelease(gate, () -> ContextLoader.call(source, () -> source.open(context)));
        return new MailboxSession(mailbox, gate, concurrency(limits));
    }

    /** The host's own code: whatever it throws means that there are no tokens, and its text may hold an address. */
    private AccessTokens tokensOf(AccountRef account) {
        AccessTokens given = null;
        String how = "gave null";
        try {
            given = tokens.apply(account);
        } catch (RuntimeException broken) {
            how = "threw " + broken.getClass().getName();
        }
        if (given == null) {
            throw SourceException.of(SourceException.Kind.AUTH, SourceException.Scope.MAILBOX, "NO_TOKENS")
                    .build("The function handed to accessTokens(..) " + how
                            + " for the account of this job. Let it give the account's tokens, then resume.");
        }
        return given;
    }

    /** A gate whose mailbox could not be opened must not hold its quotas for ever. */
    private static Mailbox openOrRelease(MailboxGate gate, Supplier<Mailbox> opening) {
        boolean opened = false;
        try {
            Mailbox mailbox = opening.get();
            opened = true;
            return mailbox;
        } finally {
            if (!opened) {
                gate.close();
            }
        }
    }

    private Settings settingsOf(String provider) {
        Settings known = settings.get(provider);
        return known == null ? Settings.of(provider, Map.of()) : known;
    }

    private static int concurrency(List<Quota> quotas) {
        return quotas.stream()
                .filter(quota -> quota.measure() == Quota.Measure.CONCURRENT)
                .mapToInt(quota -> (int) Math.min(quota.amount(), Integer.MAX_VALUE))
                .min()
                .orElse(DEFAULT_CONCURRENCY);
    }
}
