package dev.backfill.core.pipeline;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Begins the walks of a run, as many at once as are allowed and have room. Belongs to the run's thread but for {@link #waitForSink}. */
final class Walks implements AutoCloseable {
    private final PlanProgress plan;
    private final MessageLimit limit;
    private final MailboxQuestions questions;
    private final RunTasks tasks;
    private final int mostAtOnce;
    private final WalkRoom room;
    private final AtomicInteger blockedBySink = new AtomicInteger();
    private int windows;
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
        this.room = scope.walkRoom();
    }

    /** Counts the walks that wait for the sink, or for memory that it holds. */
    AtomicInteger blockedBySink() {
        return blockedBySink;
    }

    /** From here on walks may begin. */
    void open(PartitionWalk.Shared common) {
        shared = common;
    }

    /**
     * Begins what may be walked, in the plan's order. One window is walked in any case; marks and changes are a few requests that
     * others wait for, so that they need no room.
     */
    void begin() {
        PartitionWalk.Shared common = shared;
        tellWindows(plan.activeWindows());
        while (common != null && plan.activeCount() < mostAtOnce && !limit.isReached()) {
            PartitionState state = plan.next(windows == 0 || room.isLeft());
            if (state == null) {
                break;
            }
            tellWindows(plan.activeWindows());
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

    private void tellWindows(int now) {
        room.change(now - windows);
        windows = now;
    }

    /** Leaves the room to others; to be called once no walk is begun any more. */
    @Override
    public void close() {
        tellWindows(0);
    }
}
