package dev.backfill.examples.crash;

import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Who had which job when, and who handed messages of it over, by what all workers of a test told. Times are those of the
 * machine's monotonic clock, which all its processes share. Thread-safe.
 */
final class Custody {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition heard = lock.newCondition();
    // All guarded by lock
    private final Map<JobId, TreeMap<Long, Claim>> claims = new HashMap<>();
    private final List<Handover> handovers = new ArrayList<>();
    private final Map<JobId, String> holders = new HashMap<>();
    private final Set<JobId> completed = new HashSet<>();
    private final Map<JobId, Integer> trapped = new HashMap<>();

    /** A claim, and when its answer was there. */
    record Claim(JobId job, String instance, long epoch, long nanos) {}

    /** A message that was handed to the sink of an instance. */
    record Handover(JobId job, String instance, long nanos) {}

    /** Hears a line of a worker. */
    void hear(String instance, String line) {
        String[] words = line.split(" ");
        lock.lock();
        try {
            switch (words[0]) {
                case "@claim" ->
                    claimed(new Claim(
                            new JobId(words[1]), instance, Long.parseLong(words[2]), Long.parseLong(words[3])));
                case "@handed" -> handovers.add(new Handover(new JobId(words[1]), instance, Long.parseLong(words[2])));
                case "@trapped" -> trapped.merge(new JobId(words[1]), 1, Integer::sum);
                case "@state" -> changed(new JobId(words[1]), instance, JobState.valueOf(words[2]));
                default -> {
                    return;
                }
            }
            heard.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void claimed(Claim claim) {
        TreeMap<Long, Claim> all = claims.computeIfAbsent(claim.job(), job -> new TreeMap<>());
        all.put(claim.epoch(), claim);
        if (all.lastEntry().getValue().equals(claim)) {
            holders.put(claim.job(), claim.instance());
        }
    }

    private void changed(JobId job, String instance, JobState state) {
        if (state != JobState.RUNNING) {
            holders.remove(job, instance);
        }
        if (state == JobState.COMPLETED) {
            completed.add(job);
        }
    }

    /** Waits until something is so, which is looked at whenever a worker tells something. */
    void await(Duration patience, String what, BooleanSupplier isSo) {
        long left = patience.toNanos();
        lock.lock();
        try {
            while (!isSo.getAsBoolean()) {
                if (left <= 0) {
                    throw new AssertionError("waited " + patience + " for " + what + "; held are " + holders + ", "
                            + completed.size() + " completed, " + handovers.size() + " messages handed over");
                }
                left = heard.awaitNanos(left);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stopped);
        } finally {
            lock.unlock();
        }
    }

    /** The jobs that an instance has, as far as it told. */
    Set<JobId> heldBy(String instance) {
        return locked(() -> holders.entrySet().stream()
                .filter(holder -> holder.getValue().equals(instance))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet()));
    }

    /** How many messages were handed over, repeated ones counted. */
    int handedOver() {
        return locked(handovers::size);
    }

    /** How many jobs completed, as far as their instances lived to tell. */
    int completed() {
        return locked(completed::size);
    }

    /** How many threads that had a message of a job stepped into a trap. */
    int trapped(JobId job) {
        return locked(() -> trapped.getOrDefault(job, 0));
    }

    /** How often a job was claimed. */
    int claims(JobId job) {
        return locked(() -> claims.get(job).size());
    }

    /** The last epoch that an instance claimed a job for. */
    long lastEpoch(JobId job, String instance) {
        return locked(() -> claims.get(job).values().stream()
                .filter(claim -> claim.instance().equals(instance))
                .mapToLong(Claim::epoch)
                .max()
                .orElseThrow());
    }

    /** True once others have all these jobs. */
    boolean areTakenFrom(String instance, Set<JobId> jobs) {
        return locked(() -> jobs.stream()
                .allMatch(job ->
                        !instance.equals(claims.get(job).lastEntry().getValue().instance())));
    }

    /** How long after a moment the last of these jobs was claimed by another instance; zero if it had been before. */
    Duration takeover(String instance, Set<JobId> jobs, long sinceNanos) {
        return locked(() -> jobs.stream()
                .map(job ->
                        Duration.ofNanos(Math.max(0, successor(job, instance).nanos() - sinceNanos)))
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO));
    }

    /** The first claim after the last one of an instance. */
    private Claim successor(JobId job, String instance) {
        return claims.get(job).higherEntry(lastEpoch(job, instance)).getValue();
    }

    /**
     * Finds what was handed over by one instance while another had the job.
     *
     * @return how many messages, by the claim that they came after
     */
    Map<Claim, Integer> late() {
        return locked(() -> {
            Map<Claim, Integer> late = new HashMap<>();
            for (Handover handover : handovers) {
                Claim owner = ownerAt(handover);
                if (!owner.instance().equals(handover.instance())) {
                    late.merge(owner, 1, Integer::sum);
                }
            }
            return late;
        });
    }

    private Claim ownerAt(Handover handover) {
        TreeMap<Long, Claim> all = claims.getOrDefault(handover.job(), new TreeMap<>());
        return all.descendingMap().values().stream()
                .filter(claim -> claim.nanos() - handover.nanos() <= 0)
                .findFirst()
                .orElseThrow(() -> new AssertionError("handed over by nobody's claim: " + handover));
    }

    private <T> T locked(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }
}
