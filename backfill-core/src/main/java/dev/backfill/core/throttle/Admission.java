package dev.backfill.core.throttle;

import dev.backfill.spi.SourceException;

/** The right to send one request to a mailbox. Used by the call's thread alone, and closed when the request is over. */
final class Admission implements AutoCloseable {
    private final MailboxLimits limits;
    private final Visit visit;
    private final Slots.Mark slots;
    private final long mailboxEpoch;
    private final long projectEpoch;
    private boolean answered;

    Admission(MailboxLimits limits, Visit visit, Slots.Mark slots, long mailboxEpoch, long projectEpoch) {
        this.limits = limits;
        this.visit = visit;
        this.slots = slots;
        this.mailboxEpoch = mailboxEpoch;
        this.projectEpoch = projectEpoch;
    }

    Slots.Mark slots() {
        return slots;
    }

    long mailboxEpoch() {
        return mailboxEpoch;
    }

    long projectEpoch() {
        return projectEpoch;
    }

    void succeeded() {
        answered = true;
        limits.succeeded(this);
    }

    /** Hears what went wrong; what concerns the limits holds before the slot is free again. */
    void failed(SourceException error) {
        limits.failed(this, error);
    }

    @Override
    public void close() {
        visit.leaveRoom(answered);
        limits.leave();
    }
}
