package dev.backfill.spi;

/**
 * Durable ports that belong together, handed to an engine as one. The host makes it and closes it after the engine.
 * Thread-safe. Several engines, in one process or many, may share what is behind it if the implementation says so.
 */
public interface Persistence extends AutoCloseable {
    /** {@return the jobs; the same store each time} */
    JobStore jobs();

    /** {@return the schedules; the same store each time, in one database with {@link #jobs()}} */
    ScheduleStore schedules();

    /** {@return the budgets of whole apps and projects; the same store each time, shared by all engines on the database} */
    BudgetStore budgets();

    /**
     * Makes the queue of one engine, which starts and closes it.
     *
     * @param instance the engine's name, 1 to 128 characters; no two engines alive share one
     * @param slots how many jobs it runs at once, 1 or more
     * @return the queue, not started
     */
    JobQueue queue(String instance, int slots);

    /** Frees what is held. Closing twice does nothing. */
    @Override
    void close();
}
