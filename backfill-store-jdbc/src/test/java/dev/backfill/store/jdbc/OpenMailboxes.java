package dev.backfill.store.jdbc;

import dev.backfill.model.MailFolder;
import dev.backfill.spi.ContentRef;
import dev.backfill.spi.EmailSource;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailEstimate;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.MailboxContext;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.Quota;
import dev.backfill.spi.Settings;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** Counts how often an account's mailbox is open at once, over all instances of a test, and what each of them has open. Thread-safe. */
final class OpenMailboxes {
    private final Object lock = new Object();
    // Guarded by lock
    private final Map<String, Integer> open = new HashMap<>();
    private final Map<String, Integer> most = new HashMap<>();
    private final Map<String, Integer> openOf = new HashMap<>();

    /** Watches what an instance opens. */
    EmailSource watch(String instance, EmailSource source) {
        return new Watched(instance, source);
    }

    /** {@return how often the account's mailbox was open at once} */
    int most(String account) {
        synchronized (lock) {
            return most.getOrDefault(account, 0);
        }
    }

    /** {@return true if the instance has no mailbox open} */
    boolean areShut(String instance) {
        synchronized (lock) {
            return openOf.getOrDefault(instance, 0) == 0;
        }
    }

    private void change(String instance, String account, int by) {
        synchronized (lock) {
            openOf.merge(instance, by, Integer::sum);
            most.merge(account, open.merge(account, by, Integer::sum), Math::max);
        }
    }

    private final class Watched implements EmailSource {
        private final String instance;
        private final EmailSource source;

        Watched(String instance, EmailSource source) {
            this.instance = instance;
            this.source = source;
        }

        @Override
        public String providerId() {
            return source.providerId();
        }

        @Override
        public int spiVersion() {
            return source.spiVersion();
        }

        @Override
        public List<Quota> quotas(Settings settings) {
            return source.quotas(settings);
        }

        @Override
        public Mailbox open(MailboxContext context) {
            Mailbox mailbox = source.open(context);
            String account = context.account().account();
            change(instance, account, 1);
            return new WatchedMailbox(mailbox, () -> change(instance, account, -1));
        }
    }

    private static final class WatchedMailbox implements Mailbox {
        private final Mailbox mailbox;
        private final Runnable onClose;
        private final AtomicBoolean closed = new AtomicBoolean();

        WatchedMailbox(Mailbox mailbox, Runnable onClose) {
            this.mailbox = mailbox;
            this.onClose = onClose;
        }

        @Override
        public String key() {
            return mailbox.key();
        }

        @Override
        public List<MailFolder> folders() {
            return mailbox.folders();
        }

        @Override
        public MailEstimate estimate(MailQuery query) {
            return mailbox.estimate(query);
        }

        @Override
        public List<Partition> plan(MailQuery query) {
            return mailbox.plan(query);
        }

        @Override
        public List<Partition> planChanges(MailQuery query, Map<String, String> pins) {
            return mailbox.planChanges(query, pins);
        }

        @Override
        public PageEnd fetch(
                MailQuery query, Partition partition, Position position, PageLimit limit, PageWriter writer) {
            return mailbox.fetch(query, partition, position, limit, writer);
        }

        @Override
        public void replay(MailQuery query, List<FailureRef> refs, PageWriter writer) {
            mailbox.replay(query, refs, writer);
        }

        @Override
        public InputStream open(ContentRef ref, long maxBytes) {
            return mailbox.open(ref, maxBytes);
        }

        @Override
        public void close() {
            mailbox.close();
            if (closed.compareAndSet(false, true)) {
                onClose.run();
            }
        }
    }
}
