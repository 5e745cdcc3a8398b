package dev.backfill.core.throttle;

import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.Outcome;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All that one run sends to one mailbox goes through its gate: it waits for quota and concurrency, sends, sorts what went
 * wrong, retries, and counts. Thread-safe.
 */
public interface MailboxGate extends AutoCloseable {
    /** {@return what the provider sends its requests with} */
    ApiCalls calls();

    /**
     * Asks the mailbox many things at once, as {@link ApiCalls#all} sends many requests: within the mailbox's concurrency, on
     * the engine's threads and the caller's own. A question is no request: it is charged for what the mailbox sends through
     * {@link #calls()} meanwhile, and holds no slot of its own.
     *
     * @param <T> what a question gives
     * @param questions the questions, 0 or more; a few hundred at the most, since all answers are held
     * @return one outcome a question, in the same order
     * @throws dev.backfill.spi.SourceException of kind STOPPED when the job ends meanwhile
     */
    <T extends @Nullable Object> List<Outcome<T>> sideBySide(List<Supplier<T>> questions);

    /** {@return the host's tokens; the gate remembers which one a request used, so that a refused one can be named} */
    AccessTokens tokens();

    /**
     * Says who really shares the mailbox's quotas, as soon as the provider's key is known. Calls that wait or run stay where
     * they are, later ones use the new key. Does nothing when the key is the present one.
     *
     * @param mailboxKey the provider's canonical key of the mailbox
     */
    void rekey(String mailboxKey);

    /**
     * Does a piece of work whose requests share some memory: it is taken when the first of them may be sent, and not held while
     * that one waits for anything else.
     *
     * @param <T> what the work gives
     * @param room the memory; the caller closes it
     * @param work sends requests through {@link #calls()}, on this thread or by {@link ApiCalls#all}
     * @return what the work gave
     */
    <T extends @Nullable Object> T inRoom(Room room, Supplier<T> work);

    /**
     * Waits before a page that was too much is asked for again, as long as before any other retry.
     *
     * @param attempts how often the page failed so far, 1 or more
     * @throws dev.backfill.spi.SourceException of kind STOPPED when stopped or interrupted; the interrupt flag is then set
     */
    void awaitRetry(int attempts);

    /**
     * Says whether what a retry may mend is asked for again.
     *
     * @param attempts how often it failed so far, 1 or more
     * @return false once it failed as often as a request is sent at the most
     */
    boolean mayRetry(int attempts);

    /** {@return who hears of what else changes with the load} */
    ProviderMetrics metrics();

    /** {@return what went through so far} */
    GateStats stats();

    /** Lets go of the mailbox's quotas; the counts stay readable. Calls in flight end as they would. Idempotent. */
    @Override
    void close();
}
