package dev.backfill.store.jdbc;

import dev.backfill.spi.EmailSource;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.MailboxContext;
import dev.backfill.testkit.Interposed;
import java.util.HashMap;
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
        return Interposed.between(EmailSource.class, source, (method, arguments, real) -> {
            Object answer = real.call(arguments);
            return method.equals("open")
                    ? opened(
                            (Mailbox) answer,
                            instance,
                            ((MailboxContext) arguments[0]).account().account())
                    : answer;
        });
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

    private Mailbox opened(Mailbox mailbox, String instance, String account) {
        change(instance, account, 1);
        AtomicBoolean closed = new AtomicBoolean();
        return Interposed.between(Mailbox.class, mailbox, (method, arguments, real) -> {
            Object answer = real.call(arguments);
            if (method.equals("close") && closed.compareAndSet(false, true)) {
                change(instance, account, -1);
            }
            return answer;
        });
    }
}
