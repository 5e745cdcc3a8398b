package dev.backfill.core.pipeline;

import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Partition.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a job reads first, by what the account's jobs before it told and where they stopped. Asks the provider and the store, and blocks
 * meanwhile. Immutable.
 */
final class FirstPlan {
    private final Mailbox mailbox;
    private final JobStore store;
    private final JobRecord row;
    private final Function<@Nullable Instant, MailQuery> upTo;

    /**
     * @param mailbox makes plans
     * @param store knows the jobs before
     * @param row the job, its mailbox known
     * @param upTo gives the job's query with another frozen end
     */
    FirstPlan(Mailbox mailbox, JobStore store, JobRecord row, Function<@Nullable Instant, MailQuery> upTo) {
        this.mailbox = mailbox;
        this.store = store;
        this.row = row;
        this.upTo = upTo;
    }

    /**
     * All mail; and where a job was whole before, what changed since: of what its readers know as deleted, or in another state, a create whose
     * key they know as well tells them nothing.
     */
    RunInbox.Planned everything(MailQuery query) {
        EarlierJobs before = EarlierJobs.of(row, store);
        Baseline baseline = before.baseline();
        if (baseline == null) {
            return new RunInbox.Planned(mailbox.plan(query, Map.of()));
        }
        if (!row.request().pin()) {
            // The marks stay for the next job, which reads the changes.
            return new RunInbox.Planned(mailbox.plan(query, baseline.pins()));
        }
        if (row.request().maxEmails() != null) {
            // What it is to give is the newest mail. Should it reach all, the next begins at its marks, and it says so.
            return new RunInbox.Planned(mailbox.plan(query, baseline.pins()), null, baseline.before(), null);
        }
        Unfinished unfinished = before.unfinished();
        Map<String, String> pins = unfinished == null ? baseline.pins() : unfinished.pinsAfter(baseline.pins());
        List<Partition> changes = mailbox.planChanges(query, pins);
        List<Partition> all = mailbox.plan(query, pins);
        if (changes.isEmpty()) {
            return new RunInbox.Planned(all, null, baseline.before(), null);
        }
        List<Partition> told = new ArrayList<>(changes);
        told.addAll(before.failedChanges(store, query));
        // What the one that ended early told of a scope that it left open the marks do not know.
        Instant since = unfinished == null || unfinished.open().isEmpty() ? null : baseline.before();
        return new RunInbox.Planned(joined(told, all, scopesOf(changes)), null, since, null);
    }

    /**
     * Both plans, without the pins of scopes whose changes are read: from a later mark on something would go unheard.
     */
    private static List<Partition> joined(List<Partition> changes, List<Partition> all, Set<String> marked) {
        List<Partition> plan = new ArrayList<>(changes);
        all.stream()
                .filter(one -> one.kind() != Kind.PIN || !marked.contains(one.scope()))
                .forEach(plan::add);
        return plan;
    }

    private static Set<String> scopesOf(List<Partition> changes) {
        return changes.stream()
                .filter(one -> one.kind() == Kind.CHANGES)
                .map(Partition::scope)
                .collect(Collectors.toSet());
    }

    /** What an incremental job reads: what the last one left where that ended early, else what changed since the last whole one. */
    RunInbox.Planned incremental(MailQuery query) {
        EarlierJobs before = EarlierJobs.of(row, store);
        Unfinished unfinished = before.unfinished();
        if (unfinished == null) {
            return since(before.baseline(), query);
        }
        MailQuery sameEnd = upTo.apply(unfinished.job().upperBound());
        return new RunInbox.Planned(failuresOf(unfinished.job(), sameEnd), null, null, unfinished);
    }

    private List<Partition> failuresOf(JobRecord job, MailQuery until) {
        return job.counts().failed() > 0
                ? ReplayFetcher.plan(store, job.id(), until).partitions()
                : List.of();
    }

    /** What changed since the last run, and what that one failed on; everything where that cannot be had, with the reason. */
    private RunInbox.Planned since(@Nullable Baseline baseline, MailQuery query) {
        if (baseline == null) {
            return new RunInbox.Planned(mailbox.plan(query), "NO_BASELINE", null, null);
        }
        List<Partition> changes = mailbox.planChanges(query, baseline.pins());
        List<Partition> plan = new ArrayList<>(changes.isEmpty() ? mailbox.plan(query, baseline.pins()) : changes);
        plan.addAll(failuresOf(baseline.job(), query));
        return changes.isEmpty()
                ? new RunInbox.Planned(plan, "NO_CHANGES_LIST", baseline.before(), null)
                : new RunInbox.Planned(plan);
    }
}
