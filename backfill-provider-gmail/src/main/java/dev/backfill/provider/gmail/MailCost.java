package dev.backfill.provider.gmail;

/**
 * What some mail costs, on the average of a sample and so in fractions. Immutable and thread-safe.
 *
 * @param calls requests
 * @param units their units
 * @param bytes bytes of their answers on the wire
 */
record MailCost(double calls, double units, double bytes) {
    static final MailCost NOTHING = new MailCost(0, 0, 0);

    MailCost plus(MailCost more) {
        return new MailCost(calls + more.calls, units + more.units, bytes + more.bytes);
    }

    MailCost times(double factor) {
        return new MailCost(calls * factor, units * factor, bytes * factor);
    }
}
