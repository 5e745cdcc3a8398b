package dev.backfill.core.pipeline;

import dev.backfill.api.Mode;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobRecord.Phase;
import dev.backfill.spi.Partition;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Has what changed behind the walk's back read: at intervals while the walk goes on, since a mark may be forgotten by the provider
 * before a large mailbox is walked, and once at its end. One question at a time: two would begin at the same marks, and all that
 * changed since would come twice. Confined to the run's thread.
 */
final class ChangeReadings {
    private final RunScope scope;
    private final PlanProgress plan;
    private final RunLedger ledger;
    private final MailboxQuestions questions;
    private @Nullable CatchUp catchUp;
    private boolean asking;
    /** The marks that the provider was asked with in the middle of the walk. */
    private Map<String, String> askedWith = Map.of();

    /**
     * @param scope what all runs share
     * @param plan takes the changes
     * @param ledger knows the job and its phase
     * @param questions asks the provider; the answer comes by the run's inbox
     */
    ChangeReadings(RunScope scope, PlanProgress plan, RunLedger ledger, MailboxQuestions questions) {
        this.scope = scope;
        this.plan = plan;
        this.ledger = ledger;
        this.questions = questions;
    }

    /** Hears that the job's mailbox is open; before that nothing is asked. */
    void begin() {
        catchUp = CatchUp.of(ledger.row(), scope.config().catchUpInterval(), now());
    }

    /** True while an answer is on its way. */
    boolean isAsking() {
        return asking;
    }

    /** True if the end of the walk may yet ask for what changed meanwhile. */
    boolean mayAsk() {
        return isOpen();
    }

    /** Asks in the middle of the walk, if it is time. A job with a bound is read no further than that. */
    void catchUpIfDue() {
        CatchUp known = catchUp;
        boolean bounded = ledger.row().request().maxEmails() != null;
        if (known == null || bounded || !isOpen() || plan.readsChanges() || !known.isDue(now())) {
            return;
        }
        Map<String, String> pins = pins();
        if (!pins.isEmpty()) {
            asking = true;
            askedWith = pins;
            questions.planCatchUp(pins);
        }
    }

    void catchUpPlanned(List<Partition> changes) {
        asking = false;
        Map<String, String> now = pins();
        plan.interpose(changes, scope -> !Objects.equals(askedWith.get(scope), now.get(scope)));
    }

    /** Asks at the end of the walk; false if there is nothing to ask. */
    boolean drain() {
        Map<String, String> pins = isOpen() ? pins() : Map.of();
        if (pins.isEmpty()) {
            return false;
        }
        asking = true;
        questions.planDrain(pins);
        return true;
    }

    void drainPlanned(List<Partition> changes) {
        asking = false;
        plan.append(changes);
        ledger.enter(Phase.DRAINING);
    }

    /** True if what changed since the job's own marks is still to be read, and not asked for yet. */
    private boolean isOpen() {
        JobRecord row = ledger.row();
        return !asking
                && ledger.phase() == Phase.WALKING
                && row.retryOf() == null
                && (plan.isPinned() || readsBehindItself(row));
    }

    /** A job of everything, and one that goes on where another ended, though every scope had its mark before. */
    private boolean readsBehindItself(JobRecord row) {
        boolean everything = row.request().mode() == Mode.FULL && row.request().pin();
        return everything || Unfinished.isContinuedBy(ledger.notes());
    }

    /** {@return where each scope is}; one whose changes nobody answered for has no mark of the job's own yet, and is no new one for it. */
    Map<String, String> pins() {
        Map<String, String> pins = new HashMap<>(plan.openMarks());
        pins.putAll(scope.store().pins(ledger.row().id()));
        pins.putAll(plan.unstored().pins());
        return pins;
    }

    private Instant now() {
        return scope.time().instant();
    }
}
