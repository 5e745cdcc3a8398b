package dev.backfill.core.throttle;

import static java.util.Objects.requireNonNull;

import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.TimeSource;
import java.util.concurrent.Executor;

/**
 * What all gates of one process share: the quotas of each mailbox, the budgets and the fence of each project. One for each
 * manager. Starts no thread; thread-safe.
 */
public final class Throttle {
    private final TimeSource time;
    private final Executor callThreads;
    private final BudgetStore budgets;
    private final ThrottleConfig config;

    /**
     * Makes a throttle.
     *
     * @param time the clock and the timers
     * @param callThreads runs requests sent side by side; may be as small as it likes, even refuse: the caller's own thread
     *     always sends too
     * @param budgets where the quotas of whole projects are drawn from
     * @param config the limits of patience
     */
    public Throttle(TimeSource time, Executor callThreads, BudgetStore budgets, ThrottleConfig config) {
        this.time = requireNonNull(time, "time");
        this.callThreads = requireNonNull(callThreads, "callThreads");
        this.budgets = requireNonNull(budgets, "budgets");
        this.config = requireNonNull(config, "config");
    }

    /**
     * Opens a gate; the caller closes it at the end of its run.
     *
     * @param request what it is for
     * @return the gate
     * @throws IllegalArgumentException if a quota cannot be kept: requests at the same time of a whole project
     */
    public MailboxGate open(GateRequest request) {
        return new Gate(request, time, callThreads, budgets, config);
    }
}
