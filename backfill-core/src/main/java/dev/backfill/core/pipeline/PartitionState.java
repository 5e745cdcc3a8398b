package dev.backfill.core.pipeline;

import dev.backfill.spi.JobCounts;
import dev.backfill.spi.Partition;
import dev.backfill.spi.PartitionRecord;
import dev.backfill.spi.Position;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One partition of a run: how far it is acknowledged, and the walk that is at it. Confined to the run's thread.
 */
final class PartitionState {
    private final Partition partition;
    private final int ordinal;
    private Position position;
    private boolean done;
    private int walkNumber;
    private JobCounts walkCounts;
    private JobCounts earlierCounts;

    /** What became of ids in all walks of this run. */
    private final SeenIds published = new SeenIds();

    private final SeenIds failed = new SeenIds();

    /** Ids listed in the walk under way. */
    private final SeenIds inThisWalk = new SeenIds();

    private final Map<Long, Page> waiting = new HashMap<>();
    private @Nullable PartitionWalk walk;
    private boolean walkEnded;
    private @Nullable Throwable walkError;
    private long nextPage;
    private long settledPages;
    private int unstoredPages;
    private boolean broken;
    private @Nullable Page cut;
    private int restarts;
    private long furthest;
    private long knownAhead;
    private @Nullable PageSelection selection;
    private long lastIds;
    private long lastCount;
    private int alike;

    PartitionState(PartitionRecord stored) {
        this.partition = stored.partition();
        this.ordinal = stored.ordinal();
        this.position = stored.position();
        this.done = stored.done();
        this.walkNumber = stored.walk();
        this.walkCounts = stored.walkCounts();
        this.earlierCounts = stored.counts();
    }

    PartitionRecord toRecord() {
        return new PartitionRecord(partition, ordinal, position, done, walkNumber, walkCounts, counts());
    }

    Partition partition() {
        return partition;
    }

    boolean isWindowOf(String scope) {
        return partition.kind() == Partition.Kind.WINDOW && partition.scope().equals(scope);
    }

    Position position() {
        return position;
    }

    boolean isDone() {
        return done;
    }

    int walkNumber() {
        return walkNumber;
    }

    /** Messages listed in the walk under way. */
    long walkListed() {
        return walkCounts.listed();
    }

    /**
     * Hears that the walk is over and fell short of the provider's count. {@return how many walks of this run, this one the last,
     * listed the same messages and fell short of the same count}
     */
    int walksAlike(long count) {
        long ids = selection == null ? 0 : selection.digest();
        alike = ids == lastIds && count == lastCount ? alike + 1 : 1;
        lastIds = ids;
        lastCount = count;
        return alike;
    }

    /**
     * Outcomes of the partition: those of this walk once it lists as many messages as an earlier one, and the earlier one's
     * before. Either set agrees in itself, so that the job's counters agree at every moment; they fall back only where others take the
     * partition's place and count its messages anew.
     */
    JobCounts counts() {
        return better(walkCounts);
    }

    private JobCounts better(JobCounts ofWalk) {
        return ofWalk.listed() >= earlierCounts.listed() ? ofWalk : earlierCounts;
    }

    /** What {@link #counts()} will be once the page that was held back is taken into it. */
    JobCounts countsWithHeldBack() {
        return better(walkCountsWithHeldBack());
    }

    private JobCounts walkCountsWithHeldBack() {
        return cut == null ? walkCounts : walkCounts.plus(cut.tally()).plus(cut.known());
    }

    /** Begins a walk at the acknowledged position. */
    PartitionWalk begin(PartitionWalk.Shared shared, PageFetcher fetcher) {
        boolean distinct = partition.kind() == Partition.Kind.WINDOW;
        MessageLimit.Share share = shared.limit().share(outcomes(counts()) - outcomes(walkCounts) - knownAhead);
        selection = new PageSelection(share, distinct, inThisWalk.copy(), published.copy(), failed.copy());
        walk = new PartitionWalk(shared, partition, position, fetcher, selection);
        walkEnded = false;
        walkError = null;
        nextPage = 0;
        settledPages = 0;
        unstoredPages = 0;
        broken = false;
        waiting.clear();
        return walk;
    }

    /** Messages that the job's bound counts. */
    private static long outcomes(JobCounts counts) {
        return counts.published() + counts.failed();
    }

    /** True if this walk is the one at the partition now; others are of the past. */
    boolean isWalkedBy(PartitionWalk candidate) {
        return walk == candidate;
    }

    /** Counts as done from now on, though its walk is under way: what that still gives counts, and no run walks it again. */
    void endsWithItsScope() {
        done = true;
    }

    /** True if nobody began to walk it. */
    boolean isUntouched() {
        return position.isStart() && counts().equals(JobCounts.ZERO);
    }

    /** Hears that nothing of a page is on its way any more. */
    void settled(Page page) {
        settledPages++;
        waiting.put(page.number(), page);
    }

    /** The next page in order; null while it is on its way, and for good behind a page that lacks an outcome. */
    @Nullable
    Page nextSettled() {
        Page page = broken ? null : waiting.remove(nextPage);
        broken |= page != null && page.isBroken();
        return broken ? null : page;
    }

    /**
     * Keeps a page that the job's bound of messages cut: it counts only if the job ends at its bound, since its position is
     * not reached and another run would read it again.
     */
    void holdBack(Page page) {
        cut = page;
        nextPage++;
    }

    /** Takes the page that was held back into the counters; the position stays. */
    void commitHeldBack() {
        walkCounts = walkCountsWithHeldBack();
    }

    /** The page that was held back; null for none. */
    @Nullable
    Page heldBack() {
        return cut;
    }

    /** Moves the acknowledged mark over a page. */
    void commit(Page page) {
        walkCounts = walkCounts.plus(page.tally()).plus(page.known());
        knownAhead -= outcomes(page.known());
        page.ids().forEach(inThisWalk::add);
        page.publishedIds().forEach(published::add);
        page.failedIds().forEach(failed::add);
        nextPage++;
        Position next = page.end().next();
        if (next != null) {
            position = next;
        }
        unstoredPages++;
    }

    /** Hears that all that was committed is stored, and lets the walk go on: before that, a crash would publish it again. */
    void stored() {
        if (walk != null) {
            walk.pagesStored(unstoredPages);
        }
        unstoredPages = 0;
    }

    void walkEnded(@Nullable Throwable error) {
        walkEnded = true;
        walkError = error;
    }

    /** True once the walk's thread is done and nothing it handed over is on its way. */
    boolean isQuiet() {
        return walk != null && walkEnded && settledPages == walk.pagesBegun();
    }

    @Nullable
    Throwable walkError() {
        return walkError;
    }

    /** True if the job's bound of messages ended the partition early. */
    boolean isCut() {
        return cut != null;
    }

    void finish() {
        done = true;
        walk = null;
        selection = null;
        published.clear();
        failed.clear();
        inThisWalk.clear();
    }

    /** Makes the partition ready for another walk from its beginning; the ids already published are kept. */
    void walkAgain() {
        walkNumber++;
        furthest = 0;
        startOver();
    }

    /** Makes the partition ready to be walked as if nobody ever had; what was counted is kept. */
    void startAfresh() {
        walkNumber = 1;
        furthest = 0;
        startOver();
    }

    /**
     * Makes the partition ready to go on after its position turned out dead: from the acknowledged mark, or, if that is where it
     * died, from its beginning. False when it died too often without getting further than ever.
     */
    boolean restart(int maxRestarts) {
        if (walkCounts.listed() > furthest) {
            furthest = walkCounts.listed();
            restarts = 0;
        }
        if (++restarts > maxRestarts) {
            return false;
        }
        if (nextPage == 0) {
            startOver();
        } else {
            walk = null;
        }
        return true;
    }

    /** Leaves what the last walk counted alone: what earlier ones listed beyond it, other partitions will count. */
    void forgetEarlierWalks() {
        earlierCounts = JobCounts.ZERO;
    }

    private void startOver() {
        position = Position.START;
        earlierCounts = counts();
        walkCounts = JobCounts.ZERO;
        knownAhead = (long) published.size() + failed.size();
        inThisWalk.clear();
        walk = null;
        selection = null;
    }
}
