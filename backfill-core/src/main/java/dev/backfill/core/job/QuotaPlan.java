package dev.backfill.core.job;

import dev.backfill.api.AccountRef;
import dev.backfill.spi.Quota;
import dev.backfill.spi.SourceException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Internal: not part of the API, and may change or go at any time. What the host says of quotas. Immutable; thread-safe as far as
 * the host's function is.
 *
 * @param quotas quotas by provider, instead of the provider's own
 * @param projects names the app or project that an account's requests are counted for
 */
public record QuotaPlan(Map<String, List<Quota>> quotas, Function<AccountRef, @Nullable String> projects) {
    private static final int MAX_NAME = 100;

    /** Copies. */
    public QuotaPlan {
        quotas = Map.copyOf(quotas);
    }

    /** {@return a plan that leaves all to the providers, with one project each} */
    public static QuotaPlan none() {
        return new QuotaPlan(Map.of(), AccountRef::provider);
    }

    /** Who shares budgets with an account: one name may stand for projects of several providers. */
    String projectOf(AccountRef account) {
        String name = projects.apply(account);
        if (name == null || name.isBlank() || name.length() > MAX_NAME) {
            throw SourceException.of(SourceException.Kind.FAIL_JOB, SourceException.Scope.PROJECT, "QUOTA_PROJECT")
                    .build("The function handed to quotaProject(..) must name the project of every account in 1 to "
                            + MAX_NAME + " characters.");
        }
        return name.equals(account.provider()) ? name : account.provider() + "/" + name;
    }
}
