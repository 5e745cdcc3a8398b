package dev.backfill.core.throttle;

import dev.backfill.core.time.Signal;
import dev.backfill.spi.Quota;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * All limits of one mailbox, and the queue before them. Whoever called first is sent first, questions before jobs. Nothing is taken until everything
 * is there, fence down, a slot free, quota left, so a waiting call holds nothing. Thread-safe.
 */
final class MailboxLimits {
    /** How many requests are in flight where the provider names no limit. */
    static final int DEFAULT_CONCURRENCY = 16;

    private final TimeSource time;
    private final ProjectLimits project;
    private final ProviderMetrics metrics;
    private final Fence fence;
    private final Patience patience;
    private final AtomicLong lastNumber = new AtomicLong();
    private final AtomicLong lastOfQuestions = new AtomicLong(Long.MIN_VALUE);

    // Guards what follows. The guards of ProjectLimits may be taken inside it, and inside these the one of a visit's
    // own budgets,
    // never the other way round.
    private final ReentrantLock lock = new ReentrantLock();
    private final TreeMap<Long, Ticket> queue = new TreeMap<>();
    private final Slots slots;
    private final List<Meter> meters;
    private final boolean countsBytes;

    MailboxLimits(
            List<Quota> quotas,
            ProjectLimits project,
            TimeSource time,
            ThrottleConfig config,
            ProviderMetrics metrics,
            DoubleSupplier random) {
        this.time = time;
        this.project = project;
        this.metrics = metrics;
        this.fence = new Fence(SourceException.Scope.MAILBOX, time, config, random);
        this.patience = new Patience(time, config);
        int most = leastConcurrent(quotas, Quota::amount);
        this.slots = new Slots(Math.min(most, leastConcurrent(quotas, Quota::first)), most, config.growAfter());
        this.meters = quotas.stream()
                .filter(quota -> quota.measure() != Quota.Measure.CONCURRENT && !DrawnBudgets.keeps(quota))
                .map(quota -> new Meter(time, quota, config))
                .toList();
        this.countsBytes = quotas.stream().anyMatch(quota -> quota.measure() == Quota.Measure.BYTES);
    }

    private static int leastConcurrent(List<Quota> quotas, ToLongFunction<Quota> number) {
        long least = quotas.stream()
                .filter(quota -> quota.measure() == Quota.Measure.CONCURRENT)
                .mapToLong(number)
                .min()
                .orElse(DEFAULT_CONCURRENCY);
        return (int) Math.min(Integer.MAX_VALUE, least);
    }

    /** A place in the queue: behind all, or for a question behind the questions. */
    long nextNumber(GateRequest.Priority priority) {
        return switch (priority) {
            case JOB -> lastNumber.incrementAndGet();
            case QUESTION -> lastOfQuestions.incrementAndGet();
        };
    }

    /**
     * Waits until a call may be sent, as long as it takes.
     *
     * @return the right to send one request, to be closed
     * @throws SourceException PARKED when the wait would be too long, STOPPED at a stop or an interrupt
     * @throws Unwanted once nobody wants the call any more; it is charged for nothing
     */
    Admission admit(Visit visit) {
        Ticket ticket = new Ticket();
        locked(() -> queue.put(visit.number(), ticket));
        try {
            while (!visit.stop().isStopped()) {
                if (!visit.isWanted()) {
                    throw new Unwanted();
                }
                Admission admission = admission(visit);
                Obstacle obstacle = tryEnter(visit, ticket);
                if (obstacle == null) {
                    return admission;
                }
                visit.letGoOfRoom();
                overcome(obstacle, visit, ticket);
            }
            throw Stopped.exception();
        } finally {
            leaveBudgets(visit);
            locked(() -> {
                queue.remove(visit.number());
                wakeFirst();
            });
        }
    }

    /** Whoever stayed in line for a budget after it was sent would keep all others waiting for ever. */
    private void leaveBudgets(Visit visit) {
        project.budgets().leave(visit);
        visit.own().leave(visit);
    }

    /** Remembers what is known before the limits are looked at: whatever changes later is news to this request. */
    private Admission admission(Visit visit) {
        return new Admission(
                this,
                visit,
                lockedGet(slots::mark),
                fence.epoch(),
                project.fence().epoch());
    }

    private @Nullable Obstacle tryEnter(Visit visit, Ticket ticket) {
        lock.lock();
        try {
            Obstacle obstacle = queue.firstKey() == visit.number() ? obstacle(visit) : new Obstacle.Busy();
            if (obstacle == null) {
                obstacle = pay(visit);
            } else {
                // What keeps it is not a budget: others may go first there.
                leaveBudgets(visit);
            }
            if (obstacle == null) {
                slots.take();
                long now = time.nanoTime();
                meters.forEach(meter -> meter.spend(now, visit.operation()));
                visit.jobRate().spend(1);
            } else {
                ticket.wake = new Signal();
            }
            return obstacle;
        } finally {
            lock.unlock();
        }
    }

    /** What is in the way of the first in the queue; null for nothing, then there is memory for its answer. */
    private @Nullable Obstacle obstacle(Visit visit) {
        Fence.Hold hold = longest(fence.hold(), project.fence().hold());
        if (hold != null) {
            return new Obstacle.Throttled(hold);
        }
        if (!slots.hasRoom()) {
            return new Obstacle.Busy();
        }
        long now = time.nanoTime();
        long nanos = visit.jobRate().waitNanos(1);
        for (Meter meter : meters) {
            nanos = Math.max(nanos, meter.waitNanos(now, visit.operation()));
        }
        if (nanos > 0) {
            return new Obstacle.Quota(nanos);
        }
        Obstacle lacking = visit.own().lacking(visit.operation());
        return lacking == null && !visit.tryEnterRoom() ? new Obstacle.Memory() : lacking;
    }

    /** Takes from the budgets, once all else is there: from all or from none. {@return what is in the way; null for nothing} */
    private @Nullable Obstacle pay(Visit visit) {
        // Bytes may have come, and a chunk may have expired, since the visit's own were looked at.
        Obstacle lacking = project.budgets()
                .take(visit.operation(), visit, () -> visit.own().take(visit.operation(), visit, () -> null));
        if (lacking != null) {
            visit.leaveRoom(false);
        }
        return lacking;
    }

    private static Fence.@Nullable Hold longest(Fence.@Nullable Hold one, Fence.@Nullable Hold other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.nanos() >= other.nanos() ? one : other;
    }

    private void overcome(Obstacle obstacle, Visit visit, Ticket ticket) {
        if (obstacle instanceof Obstacle.Throttled throttled) {
            awaitFence(throttled.hold(), visit, ticket);
        } else if (obstacle instanceof Obstacle.Quota quota) {
            awaitQuota(quota, visit, ticket);
        } else if (obstacle instanceof Obstacle.Draw draw) {
            Stopped.unlessInterrupted(() -> draw.owner().draw(draw, visit.stop()));
        } else if (obstacle instanceof Obstacle.Turn turn) {
            awaitTurn(turn, visit);
        } else if (obstacle instanceof Obstacle.Memory) {
            awaitMemory(visit, ticket);
        } else {
            Stopped.unlessInterrupted(() -> ticket.wake.await(visit.stop()));
        }
    }

    private void awaitTurn(Obstacle.Turn turn, Visit visit) {
        long begin = time.nanoTime();
        visit.counters().quotaBegins(time.instant());
        try {
            Stopped.unlessInterrupted(() -> turn.comes().await(visit.stop()));
        } finally {
            visit.counters().quotaEnds();
            metrics.waitedForQuota(time.nanoTime() - begin);
        }
    }

    /** Outside of the queue, for whoever holds the memory may be behind in it. */
    private void awaitMemory(Visit visit, Ticket ticket) {
        locked(() -> {
            queue.remove(visit.number());
            wakeFirst();
        });
        visit.awaitRoom();
        locked(() -> queue.put(visit.number(), ticket));
    }

    private void awaitFence(Fence.Hold hold, Visit visit, Ticket ticket) {
        patience.check(hold, visit.fencedNanos());
        long begin = time.nanoTime();
        visit.counters().fenceBegins(hold.until());
        try {
            ticket.await(time, hold.nanos(), visit);
        } finally {
            long waited = time.nanoTime() - begin;
            visit.counters().fenceEnds();
            visit.wasFenced(waited);
            metrics.waitedForFence(waited);
        }
    }

    private void awaitQuota(Obstacle.Quota quota, Visit visit, Ticket ticket) {
        patience.check(quota);
        long begin = time.nanoTime();
        visit.counters().quotaBegins(time.instant().plusNanos(quota.nanos()));
        try {
            ticket.await(time, quota.nanos(), visit);
        } finally {
            visit.counters().quotaEnds();
            metrics.waitedForQuota(time.nanoTime() - begin);
        }
    }

    void succeeded(Admission admission) {
        fence.succeeded(admission.mailboxEpoch());
        project.fence().succeeded(admission.projectEpoch());
        changeSlots(() -> slots.succeeded(admission.slots()));
    }

    void failed(Admission admission, SourceException error) {
        if (error.tooManyConcurrent()) {
            changeSlots(() -> slots.tooMany(admission.slots()));
        }
        // What parks this job holds back all that would ask the same, until it comes back.
        boolean parks =
                error.kind() == SourceException.Kind.PARKED && error.retryAt().isPresent();
        if (error.kind() != SourceException.Kind.THROTTLED && !parks) {
            return;
        }
        if (error.scope() == SourceException.Scope.PROJECT) {
            project.fence().raise(error, admission.projectEpoch());
        } else {
            fence.raise(error, admission.mailboxEpoch());
        }
    }

    private void changeSlots(Runnable change) {
        int[] limits = lockedGet(() -> {
            int before = slots.limit();
            change.run();
            return new int[] {before, slots.limit()};
        });
        metrics.concurrency(limits[0], limits[1]);
    }

    /** Gives a slot back. */
    void leave() {
        locked(() -> {
            slots.giveBack();
            wakeFirst();
        });
    }

    /** {@return says when a wait is too long} */
    Patience patience() {
        return patience;
    }

    void received(long bytes) {
        if (countsBytes) {
            long now = time.nanoTime();
            locked(() -> meters.forEach(meter -> meter.received(now, bytes)));
        }
        project.budgets().received(bytes);
    }

    /** {@return how many requests may be in flight now} */
    int concurrency() {
        return lockedGet(slots::limit);
    }

    /** {@return how many calls are in the queue} */
    int waiting() {
        return lockedGet(queue::size);
    }

    /** {@return true if forgetting these limits and making them anew would change nothing} */
    boolean isIdle() {
        long now = time.nanoTime();
        return lockedGet(() -> queue.isEmpty()
                && slots.inFlight() == 0
                && fence.hold() == null
                && meters.stream().allMatch(meter -> meter.isIdle(now)));
    }

    private void wakeFirst() {
        if (!queue.isEmpty()) {
            queue.firstEntry().getValue().wake.fire();
        }
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }

    private <T> T lockedGet(Supplier<T> reader) {
        lock.lock();
        try {
            return reader.get();
        } finally {
            lock.unlock();
        }
    }

    /** A call in the queue; what wakes it is replaced each time it looks at the limits. */
    private static final class Ticket {
        private volatile Signal wake = new Signal();

        void await(TimeSource time, long nanos, Visit visit) {
            Signal now = wake;
            Stopped.unlessInterrupted(() -> now.await(time, Duration.ofNanos(nanos), visit.stop()));
        }
    }
}
