package dev.backfill.provider.gmail;

import dev.backfill.spi.Mailbox;
import dev.backfill.testkit.DirectMailboxContext;
import dev.backfill.testkit.gmail.FakeGmail;
import java.net.URI;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A mailbox of ours, open over a server, with threads for its requests. */
final class TestBox implements AutoCloseable {
    private static final int AT_ONCE = 4;

    private final ExecutorService pool;
    private final DirectMailboxContext context;
    private final Mailbox mailbox;

    private TestBox(URI root, Map<String, String> more, int atOnce, InstantSource clock) {
        pool = Executors.newFixedThreadPool(atOnce);
        Map<String, String> settings = new HashMap<>(more);
        settings.put("root-url", root.toString());
        context = DirectMailboxContext.builder("google", "me")
                .settings(settings)
                .pool(pool)
                .clock(clock)
                .build();
        mailbox = new GoogleEmailSource().open(context);
    }

    static TestBox open(FakeGmail gmail) {
        return open(gmail.rootUrl(), Map.of());
    }

    static TestBox open(URI root, Map<String, String> settings) {
        return open(root, settings, AT_ONCE);
    }

    /** With so many requests under way at once at the most. */
    static TestBox open(URI root, Map<String, String> settings, int atOnce) {
        return new TestBox(root, settings, atOnce, InstantSource.system());
    }

    /** With a clock of its own. */
    static TestBox open(URI root, Map<String, String> settings, InstantSource clock) {
        return new TestBox(root, settings, AT_ONCE, clock);
    }

    Mailbox mailbox() {
        return mailbox;
    }

    DirectMailboxContext context() {
        return context;
    }

    @Override
    public void close() {
        mailbox.close();
        pool.shutdownNow();
    }
}
