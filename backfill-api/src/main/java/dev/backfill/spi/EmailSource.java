package dev.backfill.spi;

import java.util.List;

/**
 * A mail provider, found with {@link java.util.ServiceLoader}: a stateless factory of {@link Mailbox}es.
 *
 * <p>Life: (1) the engine makes one instance with the public constructor without parameters, which does no work and touches
 * no vendor class; (2) {@link #providerId()} and {@link #spiVersion()} are asked once; (3) {@link #quotas(Settings)} is asked
 * once, and checks the settings; (4) {@link #open(MailboxContext)} is called for each run of a job. Implementations are
 * thread-safe.
 */
public interface EmailSource {
    /** {@return the provider's id, {@code [a-z0-9-]{1,32}}, always the same} */
    String providerId();

    /** {@return {@link SpiVersion#CURRENT}, written just so} */
    int spiVersion();

    /**
     * Gives the provider's limits as data, and checks the settings.
     *
     * @param settings the host's settings for this provider
     * @return the limits the engine keeps; empty for none
     * @throws dev.backfill.api.InvalidRequestException if a setting is unknown or out of range; it names setting and range
     */
    List<Quota> quotas(Settings settings);

    /**
     * Says what a day gives: what the {@code dailyShare} of a request is a share of. Not kept beyond that; a limit that is always
     * kept belongs to {@link #quotas(Settings)}, and one of a day there stands in for one of the same measure here.
     *
     * @param settings the host's settings for this provider
     * @return quotas with a window of a day, of units, requests or bytes; empty for a provider that counts nothing by the day
     */
    default List<Quota> dailyAllowance(Settings settings) {
        return List.of();
    }

    /**
     * Opens one account. Called on the job's thread; must not ask the provider anything yet.
     *
     * @param context what the mailbox may use; valid until the mailbox is closed
     * @return the mailbox, which the engine closes
     */
    Mailbox open(MailboxContext context);
}
