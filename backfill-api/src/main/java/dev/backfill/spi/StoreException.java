package dev.backfill.spi;

import dev.backfill.api.BackfillException;

/**
 * A store could not be reached, or failed. Trying again later may help; a run does so for some seconds, a command's caller
 * decides.
 */
public final class StoreException extends BackfillException {
    private static final long serialVersionUID = 1L;

    /** The {@link #code()} of every such exception: {@value}. */
    public static final String CODE = "STORE";

    private final boolean refused;

    /**
     * Makes an exception.
     *
     * @param message a sentence on what could not be done, without mail, address or token
     * @param cause what the database or its driver said
     */
    public StoreException(String message, Throwable cause) {
        this(message, cause, false);
    }

    private StoreException(String message, Throwable cause, boolean refused) {
        super(CODE, message, cause);
        this.refused = refused;
    }

    /**
     * Makes an exception for what the store will never take, however often it is tried: a text it cannot hold, a table that is
     * gone. A job that has it to write fails; it would run for ever, and publish the same mail again and again.
     *
     * @param message a sentence on what could not be done, without mail, address or token
     * @param cause what the database or its driver said
     * @return the exception
     */
    public static StoreException refused(String message, Throwable cause) {
        return new StoreException(message, cause, true);
    }

    /** {@return true if trying again cannot help} */
    public boolean isRefused() {
        return refused;
    }
}
