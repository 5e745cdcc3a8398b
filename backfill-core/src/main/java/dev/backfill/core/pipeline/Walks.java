package dev.backfill.core.pipeline;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Begins the walks of a run, as many at once as are allowed and of use. Belongs to the run's thread but for {@link #waitForSink}. */
final class Walks implements AutoCloseable {
    private final PlanProgress plan;
    private final MessageLimit limit;
    private final MailboxQuestions questions;
    private final RunTasks tasks;
    private final int mostAtOnce;
    private final UsefulWalks useful;
    private final AtomicInteger blockedBySink = new AtomicInteger();
    private volatile int underWay;
    private volatile PartitionWalk.@Nullable Shared shared;

    /**
     * @param scope what all runs share
     * @param plan what is to be walked
     * @param limit the job's bound of messages
     * @param questions gives what fetches the pages of a partition
     * @param tasks runs the walks
     * @param mostAtOnce the most walks at once, 1 or more
     */
    Walks(
            RunScope scope,
            PlanProgress plan,
            MessageLimit limit,
            MailboxQuestions questions,
            RunTasks tasks,
            int mostAtOnce) {
        this.plan = plan;
        this.limit = limit;
        this.questions = questions;
        this.tasks = tasks;
        this.mostAtOnce = mostAtOnce;
        this.useful = new UsefulWalks(scope.cores(), scope.time());
    }

    /** Counts the walks that wait for the sink, or for memory that it holds. */
    AtomicInteger blockedBySink() {
        return blockedBySink;
    }

    /** Where the walks say what their pages took. */
    UsefulWalks useful() {
        return useful;
    }

    /** From here on walks may begin. */
    void open(PartitionWalk.Shared common) {
        shared = common;
    }

    /** Begins what may be walked. Marks and changes are a few requests that others wait for: they are not held back on a busy machine. */
    void begin() {
        PartitionWalk.Shared common = shared;
        useful.underWay(plan.activeCount());
        while (common != null && plan.activeCount() < mostAtOnce && !limit.isReached()) {
            PartitionState state = plan.next(useful.hasRoom());
            if (state == null) {
                break;
            }
            // Two runs may take the same room at once: the bound is no promise, and the next page corrects it.
            useful.underWay(plan.activeCount());
            tasks.start(state.begin(common, questions.fetcherOf(state.partition())));
        }
        underWay = plan.activeCount();
    }

    /** True if all wait for the sink, or a message that it refused for now. Any thread may ask. */
    boolean waitForSink() {
        PartitionWalk.Shared common = shared;
        int walks = underWay;
        boolean allBlocked = walks > 0 && blockedBySink.get() >= walks;
        return common != null && (allBlocked || common.delivery().isWaitingForSink());
    }

    /** No walk begins any more. */
    @Override
    public void close() {
        useful.close();
    }
}
