package dev.backfill.spi;

import dev.backfill.api.AccountRef;
import java.time.InstantSource;

/** What a mailbox may use and must not build itself. Thread-safe, valid until the mailbox is closed. */
public interface MailboxContext {
    /** {@return the account to open} */
    AccountRef account();

    /** {@return the host's settings for the provider} */
    Settings settings();

    /** {@return the wall clock} */
    InstantSource clock();

    /** {@return the host's tokens for the account; ask anew for each request} */
    AccessTokens tokens();

    /** {@return the only way to send requests} */
    ApiCalls calls();
}
