package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

/**
 * What kind of request is sent, and its price. Immutable and thread-safe; a provider keeps its operations as constants.
 *
 * @param name a short constant name for metrics and logs, for instance {@code messages.list}; never anything of the request
 * @param units the price in the provider's cost units, 1 or more; 1 where a request is just a request
 */
public record Operation(String name, int units) {
    /** Checks the price. */
    public Operation {
        requireNonNull(name, "name");
        if (units < 1) {
            throw new IllegalArgumentException("units must be 1 or more, was " + units);
        }
    }
}
