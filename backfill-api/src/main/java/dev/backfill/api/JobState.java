package dev.backfill.api;

/** Where a job stands. */
public enum JobState {
    /** Waits for a slot, for a time, or for its mailbox. */
    QUEUED("queued", false),
    /** Reads mail. */
    RUNNING("running", false),
    /** Stopped by a command; goes on when resumed. */
    PAUSED("paused", false),
    /** Read and published all there was; what failed alone is in the failure rows. */
    COMPLETED("completed", true),
    /** Stopped by an error; goes on from its checkpoint when resumed. */
    FAILED("failed", true),
    /** Stopped for good by a command. */
    CANCELLED("cancelled", true);

    private final String code;
    private final boolean terminal;

    JobState(String code, boolean terminal) {
        this.code = code;
        this.terminal = terminal;
    }

    /** {@return the stable name for stores and the wire, for instance {@code running}} */
    public String code() {
        return code;
    }

    /** {@return true if the job has ended; a FAILED job can still be resumed} */
    public boolean isTerminal() {
        return terminal;
    }

    /** {@return true if the job holds its account, so that no other job may start on it} */
    public boolean isActive() {
        return !terminal;
    }

    /**
     * Finds a state by its code.
     *
     * @param code the stable name, never null
     * @return the state
     * @throws InvalidRequestException if no state has this code
     */
    public static JobState ofCode(String code) {
        for (JobState state : values()) {
            if (state.code.equals(code)) {
                return state;
            }
        }
        throw new InvalidRequestException(
                "status", "must be one of queued, running, paused, completed, failed, cancelled, was " + code);
    }
}
