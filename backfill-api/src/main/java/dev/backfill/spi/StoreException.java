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

    /**
     * Makes an exception.
     *
     * @param message a sentence on what could not be done, without mail, address or token
     * @param cause what the database or its driver said
     */
    public StoreException(String message, Throwable cause) {
        super(CODE, message, cause);
    }
}
