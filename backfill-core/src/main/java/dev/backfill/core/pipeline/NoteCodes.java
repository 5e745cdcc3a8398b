package dev.backfill.core.pipeline;

/** The codes of the notes a job may bear; what they mean is said where a reader finds it, in the README. Stateless. */
public final class NoteCodes {
    /** A folder, or a part of one, that the provider refused or no longer has was left out; the detail is its code. */
    public static final String FOLDER_SKIPPED = "FOLDER_SKIPPED";

    /** A scope was read whole where changes should have done; the detail is the reason. */
    public static final String READ_WHOLE = "READ_WHOLE";

    /** A job went on where an incremental one before had ended early, or a first one of everything; the detail is the id of that job. */
    public static final String CONTINUES = "CONTINUES";

    /** At the end of windows the provider gave no count to hold their mail against; the detail is their number. */
    public static final String NO_PROVIDER_COUNT = "NO_PROVIDER_COUNT";

    /** Less was listed than the provider had counted exactly before; the detail is both numbers. */
    public static final String FEWER_THAN_ESTIMATED = "FEWER_THAN_ESTIMATED";

    private NoteCodes() {}
}
