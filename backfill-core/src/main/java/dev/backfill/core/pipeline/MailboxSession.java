package dev.backfill.core.pipeline;

import dev.backfill.api.AccountRef;
import dev.backfill.core.throttle.MailboxGate;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.MailboxContext;
import dev.backfill.spi.Settings;
import java.time.InstantSource;

/**
 * An open mailbox and the gate its requests go through. Thread-safe; closed once by whoever opened it.
 *
 * @param mailbox the mailbox
 * @param gate the gate
 * @param concurrency how many requests the provider allows at once, 1 or more
 */
public record MailboxSession(Mailbox mailbox, MailboxGate gate, int concurrency) implements AutoCloseable {
    /** Closes the mailbox, which ends its calls, then the gate. */
    @Override
    public void close() {
        mailbox.close();
        gate.close();
    }

    /**
     * What a mailbox is given.
     *
     * @param account the account
     * @param settings the host's settings for the provider
     * @param clock the wall clock
     * @param tokens the tokens, as the gate hands them out
     * @param calls the gate's calls
     */
    public record Context(
            AccountRef account, Settings settings, InstantSource clock, AccessTokens tokens, ApiCalls calls)
            implements MailboxContext {}
}
