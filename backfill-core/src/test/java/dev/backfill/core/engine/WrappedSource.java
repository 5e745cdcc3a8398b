package dev.backfill.core.engine;

import dev.backfill.spi.EmailSource;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.MailboxContext;
import dev.backfill.spi.Quota;
import dev.backfill.spi.Settings;
import dev.backfill.spi.SpiVersion;
import dev.backfill.testkit.ScriptedSource;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;

/**
 * A scripted provider under the id {@value #ID}, whose mailboxes do something that no script can say. Thread-safe if the
 * change is.
 */
record WrappedSource(ScriptedSource inner, Change change) implements EmailSource {
    static final String ID = "wrapped";

    /** What happens in place of a call of a mailbox. */
    @FunctionalInterface
    interface Change {
        /** Answers a call, or calls the real mailbox. */
        Object call(String method, Object[] arguments, Real real) throws Throwable;
    }

    /** The real mailbox. */
    @FunctionalInterface
    interface Real {
        Object call(Object... arguments) throws Throwable;
    }

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
        Mailbox mailbox = inner.open(context);
        return (Mailbox) Proxy.newProxyInstance(
                Mailbox.class.getClassLoader(), new Class<?>[] {Mailbox.class}, (proxy, method, arguments) -> {
                    Object[] given = arguments == null ? new Object[0] : arguments;
                    return change.call(method.getName(), given, changed -> {
                        try {
                            return method.invoke(mailbox, changed);
                        } catch (InvocationTargetException thrown) {
                            throw thrown.getCause();
                        }
                    });
                });
    }
}
