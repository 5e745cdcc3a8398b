package dev.backfill.core.pipeline;

import dev.backfill.api.JobNote;
import dev.backfill.api.Waiting;
import dev.backfill.core.throttle.GateStats;
import dev.backfill.core.throttle.MailboxGate;
import dev.backfill.core.time.StopToken;
import dev.backfill.core.time.Waits;
import dev.backfill.spi.Checkpoint;
import dev.backfill.spi.JobQueue;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobRecord.JobTimes;
import dev.backfill.spi.JobRecord.Phase;
import dev.backfill.spi.Lease;
import dev.backfill.spi.MailEstimate;
import dev.backfill.spi.StaleLeaseException;
import dev.backfill.spi.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * All that a run writes: collects what changed and stores it in one fenced write. Confined to the run's thread, but for
 * {@link #row()} and {@link #meter()}.
 */
final class RunLedger {
    private static final Duration STORE_PATIENCE = Duration.ofSeconds(9);
    private static final Duration STORE_PAUSE = Duration.ofMillis(200);
    private static final StopToken NEVER = new StopToken();

    private final RunScope scope;
    private final Lease lease;
    private final JobQueue.Hold hold;
    private final MailboxGate gate;
    private final PlanProgress plan;
    private final RunWriter writer;
    private final RunMeter meter;
    private final RunNotes notes;
    private volatile JobRecord row;
    private Phase phase;
    private @Nullable MailEstimate estimate;
    private @Nullable Waiting waiting;
    private @Nullable Instant deletionsUnknownSince;
    private @Nullable Instant upperBound;
    private boolean changed;

    RunLedger(
            RunScope scope,
            Lease lease,
            JobQueue.Hold hold,
            JobRecord row,
            MailboxGate gate,
            PlanProgress plan,
            RunWriter writer) {
        this.scope = scope;
        this.lease = lease;
        this.hold = hold;
        this.row = row;
        this.gate = gate;
        this.plan = plan;
        this.writer = writer;
        this.meter = new RunMeter(scope.time(), row);
        this.notes = new RunNotes(row.notes());
        this.phase = row.phase();
        this.waiting = row.waiting();
    }

    /** The row as it was stored last; any thread may ask. */
    JobRecord row() {
        return row;
    }

    RunMeter meter() {
        return meter;
    }

    Phase phase() {
        return phase;
    }

    void enter(Phase next) {
        phase = next;
        changed = true;
    }

    /** The job's notes, what is not stored yet among them. */
    List<JobNote> notes() {
        return notes.over(row.notes());
    }

    void note(String code, String scopeId, String detail) {
        notes.add(row.notes(), new JobNote(code, scopeId, detail));
        changed = true;
    }

    /** Notes that a window ended without the provider's count of it. */
    void noteUncounted() {
        notes.uncounted();
        changed = true;
    }

    /** Takes back what an earlier run noted of scopes that are walked again; what still holds is noted anew. */
    void dropNotes(String code, Set<String> scopes) {
        changed |= notes.drop(row.notes(), code, scopes);
    }

    /** Hears of a plan why it reads everything where changes should have done, and since when it hears of no deletions; null for neither. */
    void readsEverything(@Nullable String reason, @Nullable Instant since) {
        if (reason != null) {
            readsEverything("", reason, since);
        } else if (since != null) {
            deletionsUnknownSince = since;
        }
    }

    /** Notes that a scope, or with no name all, is read whole where changes should have done. */
    void readsEverything(String scopeId, String reason, @Nullable Instant since) {
        note(NoteCodes.READ_WHOLE, scopeId, reason);
        if (since != null) {
            deletionsUnknownSince = since;
        }
    }

    /** Notes that the job goes on where another ended; its frozen end of received time is that one's. */
    void continues(Unfinished before) {
        note(NoteCodes.CONTINUES, "", before.job().id().toString());
        before.notes().forEach(note -> notes.add(row.notes(), note));
        upperBound = before.job().upperBound();
        deletionsUnknownSince = before.job().deletionsUnknownSince();
    }

    void estimated(MailEstimate value) {
        estimate = value;
        changed = true;
    }

    void waitsFor(@Nullable Waiting value) {
        if (!Objects.equals(waiting, value)) {
            waiting = value;
            changed = true;
        }
    }

    /** Names the mailbox and freezes the upper bound; throws if another job runs on the mailbox. */
    void open(String mailboxKey, Instant upperBound) {
        Instant now = scope.time().instant();
        write(
                Checkpoint.EMPTY,
                stored -> stored.toBuilder()
                        .mailboxKey(mailboxKey)
                        .upperBound(upperBound)
                        .waiting(null)
                        .times(started(stored.times(), now))
                        .build());
    }

    /** Stores what changed since the last checkpoint, if anything did. */
    void checkpoint() {
        if (changed || !plan.unstored().isEmpty()) {
            boolean moved = !plan.unstored().isEmpty();
            Checkpoint checkpoint = plan.unstored().take();
            write(checkpoint, stored -> current(stored, moved));
            plan.stored();
            meter.sample(row.counts().published());
        }
    }

    /** Stores what is left together with what the end makes of the job. */
    void finish(RunEnd end, RunTransitions transitions) {
        boolean moved = !plan.unstored().isEmpty();
        Checkpoint checkpoint = plan.unstored().take();
        Instant now = scope.time().instant();
        waiting = null;
        write(checkpoint, stored -> transitions.after(current(stored, moved), end, now));
    }

    private void write(Checkpoint checkpoint, UnaryOperator<JobRecord> change) {
        row = writePatiently(checkpoint, change);
        notes.stored();
        estimate = null;
        changed = false;
    }

    /** A store that is down for seconds costs a run nothing but these; what is in doubt is written once more. */
    private JobRecord writePatiently(Checkpoint checkpoint, UnaryOperator<JobRecord> change) {
        long since = scope.time().nanoTime();
        while (true) {
            if (!hold.isHeld()) {
                throw new StaleLeaseException(lease, lease.epoch());
            }
            try {
                return writer.write(lease, checkpoint, change);
            } catch (StoreException down) {
                boolean tooLong = scope.time().nanoTime() - since > STORE_PATIENCE.toNanos();
                if (down.isRefused() || tooLong || !pause()) {
                    throw down;
                }
            }
        }
    }

    private boolean pause() {
        try {
            return Waits.pause(scope.time(), STORE_PAUSE, NEVER);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private JobRecord current(JobRecord stored, boolean moved) {
        JobRecord.Builder next = stored.toBuilder()
                .phase(phase)
                .counts(plan.counts())
                .waiting(waiting)
                .notes(notes.over(stored.notes()));
        if (deletionsUnknownSince != null) {
            next.deletionsUnknownSince(deletionsUnknownSince);
        }
        if (upperBound != null) {
            next.upperBound(upperBound);
        }
        if (estimate != null) {
            next.total(estimate.emails()).totalKind(estimate.kind());
        }
        if (moved) {
            next.times(progressed(stored.times(), scope.time().instant()));
        }
        meter.addTo(next, stats());
        return next.build();
    }

    GateStats stats() {
        return gate.stats();
    }

    private static JobTimes started(JobTimes times, Instant now) {
        return new JobTimes(
                times.created(),
                times.queued(),
                null,
                times.started() == null ? now : times.started(),
                times.ended(),
                times.paused(),
                times.resumed(),
                times.progressed());
    }

    private static JobTimes progressed(JobTimes times, Instant now) {
        return new JobTimes(
                times.created(),
                times.queued(),
                times.notBefore(),
                times.started(),
                times.ended(),
                times.paused(),
                times.resumed(),
                now);
    }
}
