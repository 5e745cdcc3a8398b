package dev.backfill.api;

/** A value of a request or a setting is out of its range. */
public final class InvalidRequestException extends BackfillException {
    private static final long serialVersionUID = 1L;

    private final String field;

    /**
     * Makes an exception.
     *
     * @param field the field's name as the host wrote it, for instance {@code batch_size}
     * @param problem the range and the value, without secrets, for instance {@code must be 1 to 1000, was 0}
     */
    public InvalidRequestException(String field, String problem) {
        super("INVALID", field + ": " + problem);
        this.field = field;
    }

    /** {@return the field's name} */
    public String field() {
        return field;
    }
}
