package dev.backfill.core.engine;

import dev.backfill.spi.EmailSource;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.MailboxContext;
import dev.backfill.spi.Quota;
import dev.backfill.spi.Settings;
import dev.backfill.spi.SpiVersion;
import java.util.List;
import java.util.function.Function;

/**
 * A provider of which a test says only how a mailbox opens. Thread-safe if that is.
 *
 * @param providerId its id
 * @param opening opens a mailbox, or throws
 */
record OpeningSource(String providerId, Function<MailboxContext, Mailbox> opening) implements EmailSource {
    @Override
    public int spiVersion() {
        return SpiVersion.CURRENT;
    }

    @Override
    public List<Quota> quotas(Settings settings) {
        return List.of();
    }

    @Override
    public Mailbox open(MailboxContext context) {
        return opening.apply(context);
    }
}
