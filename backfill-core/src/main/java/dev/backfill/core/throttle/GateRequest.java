package dev.backfill.core.throttle;

import static java.util.Objects.requireNonNull;

import dev.backfill.core.time.StopToken;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.Quota;
import java.util.List;

/**
 * What a gate is opened for: one mailbox of one run. Immutable.
 *
 * @param provider the provider's id; gates of one provider share its project's fence
 * @param projectKey who shares the project's budgets, for instance provider and project, 1 to 200 characters
 * @param mailboxKey who shares the mailbox's quotas: the account at first, see {@link MailboxGate#rekey(String)}
 * @param quotas the provider's limits; those of one mailbox over an hour or more hold once its key is known
 * @param dayShares what the job may use of a day, kept under the mailbox's name in the budget store; empty for no bound
 * @param requestsPerSecond the job's own limit, 1 or more
 * @param stop ends every wait and call of the gate
 * @param tokens the host's tokens
 * @param priority whose requests to the mailbox go first
 */
public record GateRequest(
        String provider,
        String projectKey,
        String mailboxKey,
        List<Quota> quotas,
        List<Quota> dayShares,
        int requestsPerSecond,
        StopToken stop,
        AccessTokens tokens,
        Priority priority) {
    /** Whose requests to a mailbox go before others that wait for it. */
    public enum Priority {
        /** In turn, behind all questions. */
        JOB,
        /** Before those of all jobs: a person waits for the answer. */
        QUESTION
    }

    /** Checks and copies. */
    public GateRequest {
        requireNonNull(provider, "provider");
        requireNonNull(projectKey, "projectKey");
        requireNonNull(mailboxKey, "mailboxKey");
        quotas = List.copyOf(quotas);
        dayShares = List.copyOf(dayShares);
        requireNonNull(stop, "stop");
        requireNonNull(tokens, "tokens");
        requireNonNull(priority, "priority");
        if (requestsPerSecond < 1) {
            throw new IllegalArgumentException("requestsPerSecond must be 1 or more, was " + requestsPerSecond);
        }
    }
}
