package dev.backfill.api;

/** There is no such schedule, or it is another user's; the two look the same. */
public final class ScheduleNotFoundException extends BackfillException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param id the id that was asked for
     */
    public ScheduleNotFoundException(ScheduleId id) {
        super("SCHEDULE_NOT_FOUND", "There is no schedule " + id + ".");
    }
}
