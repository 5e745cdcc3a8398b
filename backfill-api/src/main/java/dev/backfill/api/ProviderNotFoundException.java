package dev.backfill.api;

/** No provider or sink with the id asked for is registered. */
public final class ProviderNotFoundException extends BackfillException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message which id, which ids are there, which artifact to add, and which jars could not be loaded and why
     */
    public ProviderNotFoundException(String message) {
        super("PROVIDER_NOT_FOUND", message);
    }
}
