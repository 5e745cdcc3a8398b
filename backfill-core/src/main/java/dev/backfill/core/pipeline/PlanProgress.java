package dev.backfill.core.pipeline;

import dev.backfill.spi.JobCounts;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Partition.Kind;
import dev.backfill.spi.PartitionRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A run's plan: which partitions wait, which are walked, and what of it the store does not know yet. Confined to the run's
 * thread.
 */
final class PlanProgress {
    private final Deque<PartitionState> pending = new ArrayDeque<>();
    private final Set<PartitionState> active = new LinkedHashSet<>();
    private final List<PartitionState> left = new ArrayList<>();

    private final SkippedPartitions skipped = new SkippedPartitions();

    /** Not walked any more in this run, since the provider did not answer for them: another run walks them. */
    private final List<PartitionState> unanswered = new ArrayList<>();

    private final PlannedPartitions planned = new PlannedPartitions();
    private int nextOrdinal;
    private final UnstoredProgress unstored;
    private JobCounts counts;

    /**
     * @param counts the job's counters as they are stored
     * @param failureRows how many failure rows are stored
     */
    PlanProgress(JobCounts counts, long failureRows) {
        this.counts = counts;
        this.unstored = new UnstoredProgress(failureRows);
    }

    /** Takes over what the store holds. */
    void load(List<PartitionRecord> records) {
        for (PartitionRecord stored : records) {
            nextOrdinal = Math.max(nextOrdinal, stored.ordinal() + 1);
            if (stored.done()) {
                skipped.walkedInPart(stored.partition(), stored.counts().listed());
                planned.done(stored.partition());
            } else {
                PartitionState state = new PartitionState(stored);
                pending.addLast(state);
                planned.opened(state.partition());
            }
        }
    }

    /**
     * Takes over what another job left, to be walked as it is.
     *
     * @param open what it did not walk to its end
     * @param pins where it got to, a scope each
     */
    void takeOver(List<PartitionRecord> open, Map<String, String> pins) {
        for (PartitionRecord left : open) {
            PartitionState state = new PartitionState(left.at(nextOrdinal++));
            planned.opened(left.partition());
            unstored.changed(state);
            pending.addLast(state);
        }
        unstored.reached(pins);
    }

    /**
     * Adds a plan, to be walked last. A partition that is still to be walked is not added again; one that was walked is, for a
     * plan that comes later, of changes, knows of more.
     */
    void append(List<Partition> partitions) {
        partitions.forEach(partition -> plan(partition, true).ifPresent(pending::addLast));
    }

    /**
     * Adds what stands in for a partition that was under way, to be walked next. What is still to be walked is not added again,
     * nor what was walked, or its messages would come and count twice: a folder that moved may be found in two places. Only
     * where changes were lost must all be read again, behind a new mark ({@link Rewalk}); and what stands in for itself has more
     * to give.
     *
     * @param replaced what was under way, already finished
     * @param partitions what stands in for it
     */
    void insertNext(Partition replaced, List<Partition> partitions) {
        Deque<PartitionState> states = new ArrayDeque<>();
        if (replaced.kind() == Kind.CHANGES && !partitions.isEmpty()) {
            endPending(state -> state.isWindowOf(replaced.scope()) && state.isUntouched());
        }
        for (Partition given : partitions) {
            Partition partition = Rewalk.instead(replaced, given);
            boolean again = replaced.kind() == Kind.CHANGES || partition.id().equals(replaced.id());
            plan(partition, again).ifPresent(states::addFirst);
        }
        states.forEach(pending::addFirst);
    }

    /**
     * Ends all that is still to be walked of a scope, begun or not and whatever became of it in this run: its windows, for what they gave was
     * told as deleted by now, and older readings of its changes and its mark, which would put a mark in the place of the one that says so. What is under
     * way its provider ends; no other run goes on with it.
     */
    void endScope(String scope) {
        Predicate<PartitionState> ofScope = state -> state.partition().scope().equals(scope);
        endPending(ofScope);
        List<PartitionState> nobodyAnsweredFor =
                unanswered.stream().filter(ofScope).toList();
        unanswered.removeAll(nobodyAnsweredFor);
        nobodyAnsweredFor.forEach(this::markDone);
        skipped.takeBackAll(ofScope).forEach(this::markDone);
        // What was held back of them counts all the same should the job end at its bound.
        left.stream().filter(ofScope).forEach(this::markDone);
        active.stream().filter(ofScope).forEach(state -> {
            state.endsWithItsScope();
            unstored.changed(state);
        });
    }

    /** What nobody has begun to walk of a scope need not be walked once the scope is read whole again. */
    private void endPending(Predicate<PartitionState> which) {
        List<PartitionState> ended = pending.stream().filter(which).toList();
        pending.removeAll(ended);
        ended.forEach(this::markDone);
    }

    /**
     * Adds what changed since the marks while the walk goes on: the changes to be walked next, and what else the provider found,
     * a new folder perhaps, to be walked last. What was walked is not walked again; nor is a scope new whose mark waits to be taken, for a second
     * mark would stand behind changes that nobody read. What is told of a scope whose mark moved since the provider was asked is not true any more.
     *
     * @param partitions the provider's answer
     * @param markMoved says of a scope whether its mark is another than when the provider was asked
     */
    void interpose(List<Partition> partitions, Predicate<String> markMoved) {
        Set<String> behind = partitions.stream()
                .map(Partition::scope)
                .filter(planned::isBehind)
                .collect(Collectors.toSet());
        for (Partition partition : partitions) {
            boolean changes = partition.kind() == Kind.CHANGES;
            if (markMoved.test(partition.scope()) || (!changes && behind.contains(partition.scope()))) {
                continue;
            }
            if (changes) {
                plan(partition, true).ifPresent(pending::addFirst);
            } else {
                plan(partition, false).ifPresent(pending::addLast);
            }
        }
    }

    /** Empty if the partition is planned already, or walked and not to be walked again. */
    private Optional<PartitionState> plan(Partition partition, boolean again) {
        String id = partition.id();
        if (planned.isOpen(id) || (!again && planned.isDone(id))) {
            return Optional.empty();
        }
        planned.opened(partition);
        // Whoever plans again what was skipped may read it by now; unless all is to be read again it goes on where it
        // was.
        Optional<PartitionState> setAside = skipped.takeBack(id);
        return again ? Optional.of(fresh(partition)) : setAside.or(() -> Optional.of(fresh(partition)));
    }

    private PartitionState fresh(Partition partition) {
        PartitionState state = new PartitionState(PartitionRecord.fresh(partition, nextOrdinal++));
        unstored.changed(state);
        return state;
    }

    /** True if the job takes marks of its own, so that what changed since is to be read before it ends. */
    boolean isPinned() {
        return planned.isPinned();
    }

    /**
     * The next partition that may be walked, which is then under way; null for none. A scope's windows wait for its pin and its changes, and of
     * these one waits for the other.
     *
     * @param windowsToo false if windows wait for room: then marks behind the first of them wait, too, for a mark should not be older
     *     than it must
     */
    @Nullable
    PartitionState next(boolean windowsToo) {
        boolean windowWaits = false;
        for (Iterator<PartitionState> states = pending.iterator(); states.hasNext(); ) {
            PartitionState state = states.next();
            Kind kind = state.partition().kind();
            boolean ready = !planned.holdUp(state.partition()) && !waitsForAnotherMark(state.partition());
            windowWaits |= ready && kind == Kind.WINDOW && !windowsToo;
            if (ready && (kind == Kind.CHANGES || !windowWaits)) {
                states.remove();
                active.add(state);
                return state;
            }
        }
        return null;
    }

    /** Two that give a mark of one scope would end in any order. */
    private boolean waitsForAnotherMark(Partition partition) {
        return partition.kind() != Kind.WINDOW
                && active.stream()
                        .map(PartitionState::partition)
                        .anyMatch(other ->
                                other.kind() != Kind.WINDOW && other.scope().equals(partition.scope()));
    }

    /** Puts a partition that was under way back in front of the others. */
    void putBack(PartitionState state) {
        active.remove(state);
        unstored.changed(state);
        pending.addFirst(state);
    }

    /** Puts a partition that was under way back behind the others, so that it is walked later. */
    void putBackLast(PartitionState state) {
        active.remove(state);
        unstored.changed(state);
        pending.addLast(state);
    }

    /**
     * Leaves a partition to another run, since the provider does not answer for it. What waits of the same scope is walked last,
     * for it will hardly fare better.
     */
    void leaveUnanswered(PartitionState state) {
        active.remove(state);
        unanswered.add(state);
        List<PartitionState> alike = pending.stream()
                .filter(other ->
                        other.partition().scope().equals(state.partition().scope()))
                .toList();
        pending.removeAll(alike);
        pending.addAll(alike);
    }

    /** The error of what was left unanswered last; null if nothing was. */
    @Nullable
    Throwable unanswered() {
        return unanswered.isEmpty()
                ? null
                : unanswered.get(unanswered.size() - 1).walkError();
    }

    /** What the counters will be once the pages that were held back are taken into them. */
    JobCounts countsWithHeldBack() {
        JobCounts sum = counts;
        for (PartitionState state : left) {
            sum = sum.plus(state.countsWithHeldBack()).minus(state.counts());
        }
        return sum;
    }

    /** Takes the pages that were held back into the counters, now that the job ends at its bound. */
    void commitHeldBack() {
        for (PartitionState state : left) {
            Page page = state.heldBack();
            if (page != null) {
                JobCounts before = state.counts();
                state.commitHeldBack();
                count(state, page, before);
            }
        }
        left.clear();
    }

    /** Takes a page whose messages all have an outcome into the counters. */
    void commit(PartitionState state, Page page) {
        JobCounts before = state.counts();
        state.commit(page);
        count(state, page, before);
        String token = page.end().token();
        if (token != null) {
            unstored.reached(Map.of(state.partition().scope(), token));
        }
    }

    private void count(PartitionState state, Page page, JobCounts before) {
        counts = counts.plus(state.counts()).minus(before);
        unstored.failed(page.failures());
        unstored.changed(state);
    }

    /** Marks a partition as walked. */
    void finish(PartitionState state) {
        skipped.walked(state.partition(), state.counts().listed());
        markDone(state);
    }

    /**
     * Puts others in the place of a partition, which is done with it; what they walk is theirs to count, and theirs to say that it could be read,
     * unless a window listed some itself. {@return how many messages with an outcome are left to them that earlier walks had counted}
     */
    long replace(PartitionState state, List<Partition> others) {
        if (state.partition().kind() == Kind.WINDOW) {
            skipped.walkedInPart(state.partition(), state.counts().listed());
        }
        JobCounts before = counts;
        JobCounts ofAllWalks = state.counts();
        markDone(state);
        state.forgetEarlierWalks();
        counts = counts.plus(state.counts()).minus(ofAllWalks);
        insertNext(state.partition(), others);
        return before.published() + before.failed() - counts.published() - counts.failed();
    }

    private void markDone(PartitionState state) {
        state.finish();
        active.remove(state);
        planned.done(state.partition());
        unstored.changed(state);
    }

    /** Sets a partition aside that the provider does not let anybody read. */
    void skip(PartitionState state) {
        active.remove(state);
        planned.skipped(state.partition());
        skipped.add(state);
    }

    /**
     * True if partitions with mail were skipped, and nothing says that mail can be read at all.
     *
     * @param everything true if all mail is to be read, false if changes or failures are
     */
    boolean isAllSkipped(boolean everything) {
        return skipped.areAll(everything);
    }

    /** Marks what was skipped as done, so that no other run tries it. */
    void acceptSkipped() {
        skipped.takeAll().forEach(this::markDone);
    }

    /** The scopes of which something waits. */
    Set<String> pendingScopes() {
        return pending.stream().map(state -> state.partition().scope()).collect(Collectors.toSet());
    }

    /** Leaves a partition where its acknowledged mark stands; it is not walked any more in this run. */
    void leave(PartitionState state) {
        active.remove(state);
        left.add(state);
    }

    JobCounts counts() {
        return counts;
    }

    /** The marks from which changes are still to be read, a scope each; what was left to another run is among them. */
    Map<String, String> openMarks() {
        Map<String, String> marks = new HashMap<>();
        Stream.of(pending, active, left, unanswered)
                .flatMap(Collection::stream)
                .map(PartitionState::partition)
                .filter(partition -> partition.kind() == Kind.CHANGES && partition.token() != null)
                .forEach(partition -> marks.put(partition.scope(), partition.token()));
        return marks;
    }

    /** True while changes that were asked for are still to be read, so that their marks were not moved on. */
    boolean readsChanges() {
        return Stream.concat(pending.stream(), active.stream())
                .anyMatch(state -> state.partition().kind() == Kind.CHANGES);
    }

    int activeCount() {
        return active.size();
    }

    /** How many of those that are under way are windows. */
    int activeWindows() {
        return (int) active.stream()
                .filter(state -> state.partition().kind() == Kind.WINDOW)
                .count();
    }

    @Nullable
    PartitionState walkedBy(PartitionWalk walk) {
        for (PartitionState state : active) {
            if (state.isWalkedBy(walk)) {
                return state;
            }
        }
        return null;
    }

    /** True if no walk is under way and none has pages on their way. */
    boolean isQuiet() {
        return active.stream().allMatch(PartitionState::isQuiet);
    }

    /** True if nothing waits, nothing is under way and nothing was left to another run. */
    boolean isWalked() {
        return pending.isEmpty() && active.isEmpty() && unanswered.isEmpty();
    }

    /** Hears that the last checkpoint is stored, so that the walks may go on. */
    void stored() {
        active.forEach(PartitionState::stored);
    }

    /** What of all that the store does not know yet. */
    UnstoredProgress unstored() {
        return unstored;
    }
}
