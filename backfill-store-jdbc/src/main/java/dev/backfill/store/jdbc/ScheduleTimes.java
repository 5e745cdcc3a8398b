package dev.backfill.store.jdbc;

import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.schedule.CronSchedule;
import dev.backfill.api.InvalidRequestException;
import dev.backfill.api.Schedule;
import java.time.Instant;

/**
 * When a schedule is due, by db-scheduler's reading of cron: six fields, as Spring writes them. A local time that the clocks jump
 * over in spring is left out that day; one that comes twice in autumn is due once.
 */
final class ScheduleTimes {
    /** What db-scheduler reads as "never", and its time for it. */
    private static final String DISABLED = "-";

    private static final Instant NEVER = com.github.kagkarlsson.scheduler.task.schedule.Schedule.NEVER;

    private ScheduleTimes() {}

    /**
     * Gives the first due time after another.
     *
     * @throws InvalidRequestException if the expression cannot be read, or is never due
     */
    static Instant next(Schedule schedule, Instant after) {
        if (schedule instanceof Schedule.Cron cron) {
            return next(cron, after);
        }
        return after.plus(((Schedule.FixedDelay) schedule).delay());
    }

    private static Instant next(Schedule.Cron cron, Instant after) {
        Instant next = DISABLED.equals(cron.expression().strip()) ? NEVER : due(cron, after);
        if (!next.isBefore(NEVER)) {
            throw new InvalidRequestException("cron", "is never due: \"" + cron.expression() + "\"");
        }
        return next;
    }

    private static Instant due(Schedule.Cron cron, Instant after) {
        try {
            CronSchedule times = new CronSchedule(cron.expression(), cron.zone());
            return times.getNextExecutionTime(ExecutionComplete.simulatedSuccess(after));
        } catch (IllegalArgumentException unreadable) {
            throw new InvalidRequestException(
                    "cron",
                    "must be six fields (second, minute, hour, day of month, month, day of week), was \""
                            + cron.expression() + "\": " + unreadable.getMessage());
        }
    }
}
