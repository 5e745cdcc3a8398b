package dev.backfill.spi;

/** A write of an owner that no longer owns the job. Nothing was written; the owner stops its run at once. */
public final class StaleLeaseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param lease the lease that was refused
     * @param epoch the job's epoch now
     */
    public StaleLeaseException(Lease lease, long epoch) {
        super("job " + lease.jobId() + ": epoch " + lease.epoch() + " is over, it is " + epoch + " now");
    }
}
