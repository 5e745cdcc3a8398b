package dev.backfill.core;

import dev.backfill.api.AccountRef;
import dev.backfill.api.JobConflictException;
import dev.backfill.api.JobFilter;
import dev.backfill.api.JobId;
import dev.backfill.api.JobNotFoundException;
import dev.backfill.api.JobState;
import dev.backfill.api.Page;
import dev.backfill.api.PageRequest;
import dev.backfill.api.Summary;
import dev.backfill.api.UserId;
import dev.backfill.spi.Baselines;
import dev.backfill.spi.Checkpoint;
import dev.backfill.spi.FailureRecord;
import dev.backfill.spi.JobLimits;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.Lease;
import dev.backfill.spi.PartitionRecord;
import dev.backfill.spi.Replays;
import dev.backfill.spi.StaleLeaseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps jobs in memory: for tests, for hosts that need no history, and as the example of what a store must do. A host that
 * holds on to the object may build another manager over it later, which carries on where the first one stopped; with the
 * process everything is gone. Thread-safe; one lock guards everything, and nothing ever waits for anything else.
 */
public final class InMemoryJobStore implements JobStore {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<JobId, Entry> entries = new HashMap<>();
    private final JobListing listing = new JobListing();
    private final ActiveJobs active = new ActiveJobs();

    /** Makes an empty store. */
    public InMemoryJobStore() {
        // Nothing to prepare; written out for its documentation.
    }

    @Override
    public void insert(JobRecord job) {
        locked(() -> {
            add(job);
            return job;
        });
    }

    @Override
    public Map<JobId, JobConflictException> insertAll(List<JobRecord> jobs) {
        return locked(() -> {
            Map<JobId, JobConflictException> refused = new HashMap<>();
            for (JobRecord job : jobs) {
                try {
                    add(job);
                } catch (JobConflictException conflict) {
                    refused.put(job.id(), conflict);
                }
            }
            return refused;
        });
    }

    private void add(JobRecord job) {
        if (entries.containsKey(job.id())) {
            throw new IllegalArgumentException("job " + job.id() + " is stored already");
        }
        active.check(job);
        entries.put(job.id(), new Entry(job));
        listing.add(job);
        active.add(job);
    }

    @Override
    public Optional<JobRecord> find(JobId id) {
        return locked(() -> Optional.ofNullable(entries.get(id)).map(entry -> entry.job));
    }

    @Override
    public JobRecord update(JobId id, UnaryOperator<JobRecord> change) {
        return locked(() -> {
            Entry entry = existing(id);
            return replace(entry, change.apply(entry.job));
        });
    }

    @Override
    public Optional<Lease> claim(JobId id, String owner, Instant now, JobLimits limits) {
        return locked(() -> {
            Entry entry = entries.get(id);
            if (entry == null || !active.mayBeClaimed(entry.job, now, limits)) {
                return Optional.empty();
            }
            long epoch = entry.job.epoch() + 1;
            replace(
                    entry,
                    entry.job.toBuilder()
                            .state(JobState.RUNNING)
                            .owner(owner)
                            .epoch(epoch)
                            .build());
            active.served(entry.job.account().user(), now);
            return Optional.of(new Lease(id, owner, epoch));
        });
    }

    @Override
    public JobRecord write(Lease lease, Checkpoint checkpoint, UnaryOperator<JobRecord> change) {
        return locked(() -> {
            Entry entry = entries.get(lease.jobId());
            if (entry == null) {
                throw new StaleLeaseException(lease, 0);
            }
            JobRecord stored = entry.job;
            if (stored.epoch() != lease.epoch() || stored.state() != JobState.RUNNING) {
                throw new StaleLeaseException(lease, stored.epoch());
            }
            JobRecord changed = change.apply(stored);
            if (changed.wanted() != stored.wanted()) {
                throw new IllegalArgumentException("a run must not change what is wanted of its job");
            }
            JobRecord written = replace(entry, changed);
            entry.add(checkpoint);
            return written;
        });
    }

    /** Puts a row in place of another, or throws and leaves everything as it was. */
    @SuppressWarnings("ReferenceEquality") // a caller that changes nothing hands back the very row
    private JobRecord replace(Entry entry, JobRecord changed) {
        JobRecord stored = entry.job;
        if (changed == stored) {
            return stored;
        }
        if (!changed.id().equals(stored.id())
                || !changed.account().equals(stored.account())
                || !changed.times().created().equals(stored.times().created())) {
            throw new IllegalArgumentException("a job's id, account and time of creation never change: " + stored.id());
        }
        if (changed.epoch() < stored.epoch()) {
            throw new IllegalArgumentException("an epoch never goes back: " + stored.id());
        }
        active.check(changed);
        active.remove(stored);
        entry.job = changed;
        active.add(changed);
        return changed;
    }

    @Override
    public List<PartitionRecord> partitions(JobId id) {
        return locked(() -> entries.containsKey(id) ? existing(id).partitionsInOrder() : List.of());
    }

    @Override
    public Map<String, String> pins(JobId id) {
        return locked(() -> entries.containsKey(id) ? Map.copyOf(existing(id).pins) : Map.of());
    }

    @Override
    public List<FailureRecord> failures(JobId id, long after, int limit) {
        requirePositive(limit);
        return locked(() -> entries.containsKey(id)
                ? existing(id).failures.tailMap(after, false).values().stream()
                        .limit(limit)
                        .toList()
                : List.of());
    }

    @Override
    public long failureCount(JobId id) {
        return locked(() -> entries.containsKey(id) ? existing(id).failures.size() : 0L);
    }

    @Override
    public Page<JobRecord> list(@Nullable UserId user, JobFilter filter, PageRequest page) {
        return locked(() -> {
            List<JobRecord> rows = new ArrayList<>();
            for (JobId id : listing.newestFirst(user, page.cursor())) {
                JobRecord job = existing(id).job;
                if (!matches(job, filter)) {
                    continue;
                }
                if (rows.size() == page.limit()) {
                    return new Page<>(rows, JobListing.cursorAfter(rows.get(rows.size() - 1)));
                }
                rows.add(job);
            }
            return new Page<>(rows, null);
        });
    }

    private static boolean matches(JobRecord job, JobFilter filter) {
        return (filter.states().isEmpty() || filter.states().contains(job.state()))
                && (filter.provider() == null
                        || filter.provider().equals(job.account().provider()))
                && (filter.account() == null
                        || filter.account().equals(job.account().account()))
                && (filter.bulkId() == null || filter.bulkId().equals(job.bulkId()));
    }

    @Override
    public Summary summary(@Nullable UserId user, JobFilter filter) {
        return locked(() -> {
            Map<JobState, Long> jobs = new EnumMap<>(JobState.class);
            long published = 0;
            long skipped = 0;
            long failed = 0;
            for (JobId id : listing.newestFirst(user, null)) {
                JobRecord job = existing(id).job;
                if (!matches(job, filter)) {
                    continue;
                }
                jobs.merge(job.state(), 1L, Long::sum);
                published += job.counts().published();
                skipped += job.counts().skipped();
                failed += job.counts().failed();
            }
            return new Summary(jobs, published, skipped, failed);
        });
    }

    @Override
    public List<JobId> runnable(Instant now, Duration ageStep, JobLimits limits, int limit) {
        requirePositive(limit);
        return locked(() -> active.runnable(now, ageStep, limits, limit));
    }

    @Override
    public int forget(Instant endedBefore, int keep, int limit) {
        requirePositive(limit);
        return locked(() -> {
            List<JobRecord> ended = entries.values().stream()
                    .map(entry -> entry.job)
                    .filter(job -> !job.state().isActive())
                    .sorted(Comparator.comparing(InMemoryJobStore::endOf))
                    .toList();
            int tooMany = ended.size() - keep;
            List<JobRecord> old = new ArrayList<>();
            for (int i = 0; i < ended.size(); i++) {
                if (i < tooMany || endOf(ended.get(i)).isBefore(endedBefore)) {
                    old.add(ended.get(i));
                }
            }
            Set<JobId> needed = old.isEmpty() ? Set.of() : needed();
            List<JobRecord> forgotten = old.stream()
                    .filter(job -> !needed.contains(job.id()))
                    .limit(limit)
                    .toList();
            forgotten.forEach(this::remove);
            return forgotten.size();
        });
    }

    private static Instant endOf(JobRecord job) {
        Instant ended = job.times().ended();
        return ended == null ? job.times().created() : ended;
    }

    /** The jobs from which an incremental run would start or where it would go on, and those whose failures are to be read again. */
    private Set<JobId> needed() {
        Map<AccountRef, List<JobRecord>> byAccount = new HashMap<>();
        for (JobId id : listing.newestFirst(null, null)) {
            Entry entry = existing(id);
            boolean whole = Baselines.isWhole(entry.job) && !entry.pins.isEmpty();
            if (whole || Baselines.isUnfinished(entry.job)) {
                byAccount
                        .computeIfAbsent(entry.job.account(), account -> new ArrayList<>())
                        .add(entry.job);
            }
        }
        Set<JobId> needed = new HashSet<>(active.retried());
        active.all().forEach(job -> needed.addAll(toReadAgain(job)));
        for (List<JobRecord> newestFirst : byAccount.values()) {
            Baselines.needed(newestFirst.stream().filter(Baselines::isWhole).toList())
                    .forEach(job -> needed.add(job.id()));
            for (JobRecord job : Baselines.unfinished(newestFirst)) {
                needed.add(job.id());
                needed.addAll(toReadAgain(job));
            }
        }
        return needed;
    }

    /** The jobs whose failures a job has still to read again. */
    private Set<JobId> toReadAgain(JobRecord job) {
        Set<JobId> failed = new HashSet<>();
        for (PartitionRecord left : existing(job.id()).partitions.values()) {
            JobId other =
                    left.done() ? null : Replays.failedJob(left.partition().scope());
            if (other != null) {
                failed.add(other);
            }
        }
        return failed;
    }

    private void remove(JobRecord job) {
        entries.remove(job.id());
        listing.remove(job);
    }

    @Override
    public Map<JobId, Wanted> wanted(Collection<JobId> ids) {
        return locked(() -> {
            Map<JobId, Wanted> answer = new HashMap<>();
            for (JobId id : ids) {
                Entry entry = entries.get(id);
                if (entry != null) {
                    answer.put(id, new Wanted(entry.job.wanted(), entry.job.epoch()));
                }
            }
            return answer;
        });
    }

    /** Does nothing: what is stored stays readable, so that another manager can carry on with it. */
    @Override
    public void close() {
        // Nothing is held but memory.
    }

    private Entry existing(JobId id) {
        Entry entry = entries.get(id);
        if (entry == null) {
            throw new JobNotFoundException(id);
        }
        return entry;
    }

    private <T> T locked(Supplier<T> work) {
        if (lock.isHeldByCurrentThread()) {
            throw new IllegalStateException("a function handed to the store must not call the store");
        }
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    private static void requirePositive(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit must be 1 or more, was " + limit);
        }
    }

    /** A job and what hangs on it; guarded by the store's lock. */
    private static final class Entry {
        private JobRecord job;
        private final Map<String, PartitionRecord> partitions = new LinkedHashMap<>();
        private final Map<String, String> pins = new HashMap<>();
        private final TreeMap<Long, FailureRecord> failures = new TreeMap<>();

        Entry(JobRecord job) {
            this.job = job;
        }

        void add(Checkpoint checkpoint) {
            for (PartitionRecord partition : checkpoint.partitions()) {
                partitions.put(partition.partition().id(), partition);
            }
            pins.putAll(checkpoint.pins());
            for (FailureRecord failure : checkpoint.failures()) {
                failures.put(failure.number(), failure);
            }
        }

        List<PartitionRecord> partitionsInOrder() {
            return partitions.values().stream()
                    .sorted(Comparator.comparingInt(PartitionRecord::ordinal))
                    .toList();
        }
    }
}
