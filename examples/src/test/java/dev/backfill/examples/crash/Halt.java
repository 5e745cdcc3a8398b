package dev.backfill.examples.crash;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a worker is to die by itself, as if it were killed: just before or just after a write of the store. Immutable.
 *
 * @param point which kind of write
 * @param number the how many'th of this process, 1 or more
 * @param after false for within the transaction, before it is stored; true for after it
 */
record Halt(Point point, int number, boolean after) {
    /** The exit code of a worker that died so: {@value}. */
    static final int EXIT_CODE = 99;

    /** The kinds of writes. */
    enum Point {
        /** The claim of a job. */
        CLAIM,
        /** The plan is stored. */
        PLAN,
        /** A pin is stored. */
        PIN,
        /** Messages are stored as published. */
        CHECKPOINT,
        /** The job becomes COMPLETED. */
        COMPLETION,
        /** A job that retries failures is stored. */
        RETRY
    }

    /** Reads what {@link #toString()} wrote; null for an empty text. */
    static @Nullable Halt parse(String text) {
        if (text.isEmpty()) {
            return null;
        }
        String[] words = text.split("-");
        return new Halt(
                Point.valueOf(words[1].toUpperCase(Locale.ROOT)), Integer.parseInt(words[2]), words[0].equals("after"));
    }

    @Override
    public String toString() {
        return (after ? "after-" : "before-") + point.name().toLowerCase(Locale.ROOT) + "-" + number;
    }
}
