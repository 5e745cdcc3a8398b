package dev.backfill.core.engine;

import dev.backfill.spi.EmailSource;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.MailboxContext;
import dev.backfill.spi.Quota;
import dev.backfill.spi.Settings;
import dev.backfill.spi.SpiVersion;
import dev.backfill.testkit.Interposed;
import dev.backfill.testkit.ScriptedSource;
import java.util.List;

/**
 * A scripted provider under the id {@value #ID}, whose mailboxes do something that no script can say. Thread-safe if the
 * change is.
 */
record WrappedSource(ScriptedSource inner, Interposed.Change change) implements EmailSource {
    static final String ID = "wrapped";

    @Override
    public String providerId() {
        return ID;
    }

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
        return Interposed.between(Mailbox.class, inner.open(context), change);
    }
}
