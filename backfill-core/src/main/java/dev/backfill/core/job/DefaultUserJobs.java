package dev.backfill.core.job;

import static java.util.Objects.requireNonNull;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.BulkResult;
import dev.backfill.api.Estimate;
import dev.backfill.api.InvalidRequestException;
import dev.backfill.api.JobEvent;
import dev.backfill.api.JobFailure;
import dev.backfill.api.JobFilter;
import dev.backfill.api.JobId;
import dev.backfill.api.JobNotFoundException;
import dev.backfill.api.JobState;
import dev.backfill.api.JobStateException;
import dev.backfill.api.Page;
import dev.backfill.api.PageRequest;
import dev.backfill.api.RecurringBackfill;
import dev.backfill.api.Schedule;
import dev.backfill.api.ScheduleId;
import dev.backfill.api.Summary;
import dev.backfill.api.UserId;
import dev.backfill.api.UserJobs;
import dev.backfill.core.pipeline.JobQueries;
import dev.backfill.core.plugin.PluginCatalog;
import dev.backfill.model.MailFolder;
import dev.backfill.spi.FailureRecord;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.MailEstimate;
import dev.backfill.spi.MailQuery;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The jobs of one user. Thread-safe. */
final class DefaultUserJobs implements UserJobs {
    private static final int MAX_BULK_ACCOUNTS = 100_000;

    private final UserId user;
    private final EngineManager manager;

    DefaultUserJobs(UserId user, EngineManager manager) {
        this.user = user;
        this.manager = manager;
    }

    @Override
    public UserId user() {
        return user;
    }

    @Override
    public BackfillJob start(BackfillRequest request) {
        BackfillRequest checked = checked(request);
        BackfillJob job = queue(checked, null);
        manager.admit();
        return job;
    }

    @Override
    public BulkResult startAll(List<String> accounts, BackfillRequest request) {
        BackfillRequest checked = checked(request);
        if (accounts.isEmpty() || accounts.size() > MAX_BULK_ACCOUNTS) {
            throw new InvalidRequestException(
                    "accounts", "must be 1 to " + MAX_BULK_ACCOUNTS + " accounts, were " + accounts.size());
        }
        BulkResult result = new BulkStart(manager, user).start(accounts, checked);
        manager.admit();
        return result;
    }

    /** The request as it is stored: its provider exists, and it leaves nothing open that the engine's configuration says. */
    private BackfillRequest checked(BackfillRequest request) {
        manager.requireOpen();
        requireNonNull(request, "request");
        String provider = PluginCatalog.providerId(request.provider());
        manager.sessions().source(provider);
        if (request.dailyShare() != null
                && manager.sessions().dayQuotas(provider).isEmpty()) {
            throw new InvalidRequestException(
                    "daily_share",
                    "is a share of what a day gives, but nothing of " + provider
                            + " is counted by the day: leave it out, or give BackfillBuilder.quotas a limit of a day");
        }
        ManagerConfig config = manager.config();
        return request.withProvider(provider).withDefaults(config.defaultBatchSize(), config.defaultRateLimit());
    }

    private BackfillJob queue(BackfillRequest request, @Nullable JobId retryOf) {
        Instant now = now();
        JobId id = JobId.create(user, now, manager.scope().random());
        AccountRef account = new AccountRef(user, request.provider(), request.account());
        JobRecord row = JobRecord.queued(id, account, request, now, retryOf);
        return manager.listeners().inOrder(id, () -> {
            manager.store().insert(row);
            BackfillJob job = manager.views().of(row);
            manager.listeners().tell(new JobEvent.StateChanged(job, JobState.QUEUED));
            return job;
        });
    }

    @Override
    public Estimate estimate(BackfillRequest request) {
        BackfillRequest checked = checked(request);
        AccountRef account = new AccountRef(user, checked.provider(), checked.account());
        MailQuery query = JobQueries.of(checked, null, manager.scope().time())
                .openingAtMost(manager.scope().config().attachmentMaxBytes());
        MailboxInquiry inquiry = inquiry();
        MailEstimate estimate = JobQueries.isEmpty(query)
                ? JobQueries.nothing()
                : inquiry.ask(account, mailbox -> mailbox.estimate(query));
        return inquiry.timed(checked, estimate);
    }

    @Override
    public List<MailFolder> folders(String provider, String account) {
        manager.requireOpen();
        String id = PluginCatalog.providerId(provider);
        manager.sessions().source(id);
        AccountRef ref = new AccountRef(user, id, account);
        return inquiry().ask(ref, mailbox -> mailbox.folders());
    }

    private MailboxInquiry inquiry() {
        return new MailboxInquiry(manager.sessions(), manager.scope().time(), manager.stop());
    }

    @Override
    public BackfillJob status(JobId id) {
        return manager.views().of(own(id));
    }

    private JobRecord own(JobId id) {
        return manager.store()
                .find(requireNonNull(id, "id"))
                .filter(row -> row.account().user().equals(user))
                .orElseThrow(() -> new JobNotFoundException(id));
    }

    @Override
    public Page<BackfillJob> list(JobFilter filter, PageRequest page) {
        requireNonNull(filter, "filter");
        requireNonNull(page, "page");
        return manager.store().list(user, filter, page).map(manager.views()::of);
    }

    @Override
    public Summary summary(JobFilter filter) {
        return manager.store().summary(user, requireNonNull(filter, "filter"));
    }

    @Override
    public BackfillJob pause(JobId id) {
        return command(id, row -> JobTransitions.pause(row, now()));
    }

    @Override
    public BackfillJob resume(JobId id) {
        BackfillJob job = command(id, row -> JobTransitions.resume(row, now()));
        manager.admit();
        return job;
    }

    @Override
    public BackfillJob cancel(JobId id) {
        return command(id, row -> JobTransitions.cancel(row, now()));
    }

    private BackfillJob command(JobId id, UnaryOperator<JobRecord> transition) {
        JobState[] before = {own(id).state()};
        BackfillJob job = manager.listeners().inOrder(id, () -> {
            JobRecord row = manager.store().update(id, stored -> {
                before[0] = stored.state();
                return transition.apply(stored);
            });
            BackfillJob after = manager.views().of(row);
            if (row.state() != before[0]) {
                manager.listeners().tell(new JobEvent.StateChanged(after, before[0]));
            }
            return after;
        });
        manager.live().obey(id, manager.store());
        return job;
    }

    @Override
    public Page<JobFailure> failures(JobId id, PageRequest page) {
        own(id);
        String cursor = page.cursor();
        long after = cursor == null ? 0 : parse(cursor);
        List<FailureRecord> rows = manager.store().failures(id, after, page.limit() + 1);
        boolean more = rows.size() > page.limit();
        List<FailureRecord> shown = more ? rows.subList(0, page.limit()) : rows;
        List<JobFailure> items = shown.stream().map(row -> JobViews.of(id, row)).toList();
        return new Page<>(
                items, more ? Long.toString(items.get(items.size() - 1).number()) : null);
    }

    private static long parse(String cursor) {
        try {
            return Long.parseUnsignedLong(cursor);
        } catch (NumberFormatException unknown) {
            throw new InvalidRequestException("cursor", "must be one that an earlier page gave");
        }
    }

    @Override
    public BackfillJob retryFailures(JobId id) {
        JobRecord failed = own(id);
        if (!failed.state().isTerminal()) {
            throw new JobStateException(id, failed.state(), "a retry of its failures");
        }
        if (failed.counts().failed() == 0) {
            throw new JobStateException(id, failed.state(), "without failures; a retry");
        }
        BackfillRequest request = failed.request().toBuilder().maxEmails(null).build();
        manager.sessions().source(request.provider());
        BackfillJob job = queue(request, id);
        manager.admit();
        return job;
    }

    @Override
    public RecurringBackfill schedule(BackfillRequest request, Schedule schedule) {
        return manager.recurring().add(user, checked(request), requireNonNull(schedule, "schedule"));
    }

    @Override
    public Page<RecurringBackfill> schedules(PageRequest page) {
        manager.requireOpen();
        return manager.recurring().list(user, requireNonNull(page, "page"));
    }

    @Override
    public RecurringBackfill pauseSchedule(ScheduleId id) {
        manager.requireOpen();
        return manager.recurring().pause(user, requireNonNull(id, "id"), true);
    }

    @Override
    public RecurringBackfill resumeSchedule(ScheduleId id) {
        manager.requireOpen();
        return manager.recurring().pause(user, requireNonNull(id, "id"), false);
    }

    @Override
    public void removeSchedule(ScheduleId id) {
        manager.requireOpen();
        manager.recurring().remove(user, requireNonNull(id, "id"));
    }

    private Instant now() {
        return manager.scope().time().instant();
    }
}
