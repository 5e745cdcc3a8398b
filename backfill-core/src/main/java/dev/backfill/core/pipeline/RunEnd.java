package dev.backfill.core.pipeline;

import dev.backfill.api.Waiting;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Why a run ended, and so what becomes of its job. Immutable. */
public sealed interface RunEnd {
    /**
     * All there was is published, or has a failure row.
     *
     * @param limited true if the bound of messages ended it
     */
    record Completed(boolean limited) implements RunEnd {}

    /**
     * The job cannot go on by itself.
     *
     * @param code a stable code
     * @param message what failed and what to do
     */
    record Failed(String code, String message) implements RunEnd {}

    /** The user wants it paused. */
    record Paused() implements RunEnd {}

    /** The user wants it gone. */
    record Cancelled() implements RunEnd {}

    /**
     * It goes on later, here or elsewhere.
     *
     * @param notBefore not before this; null for at once
     * @param waiting what it waits for; null for a slot only
     */
    record Requeued(@Nullable Instant notBefore, @Nullable Waiting waiting) implements RunEnd {}

    /**
     * The provider answers no request properly: it is asked again later, in another run.
     *
     * @param since when that was first so; kept until a page is read
     * @param until when it is asked again, not before {@code since}
     */
    record Unavailable(Instant since, Instant until) implements RunEnd {}

    /** Others wait for its slot, and it had its share of time. */
    record Sliced() implements RunEnd {}

    /** Another instance owns the job by now: nothing may be written. */
    record Superseded() implements RunEnd {}
}
