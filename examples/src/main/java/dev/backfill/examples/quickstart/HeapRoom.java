package dev.backfill.examples.quickstart;

import java.util.Locale;

/** How much generated mail the heap has room for: the built-in servers hold all of it. Stateless. */
final class HeapRoom {
    /** What a JVM says that has no room any more, in one line. */
    static final String FULL = "the heap is full; give fewer or smaller messages, one --provider, or a larger heap:"
            + " -Dquickstart.jvmArgs=-Xmx4g";

    /** Measured: 2 x 30,000 with a manifest run at full speed in 1 GiB, 2 x 100,000 collect garbage most of the time. */
    private static final long BYTES = 4 << 10;

    private static final long BYTES_WITH_MANIFEST = 8 << 10;

    /** The other half is the engine's budget, pages on their way, and mail that was made and is not needed any more. */
    private static final int SHARE = 2;

    private static final long THOUSAND = 1_000;

    private HeapRoom() {}

    /**
     * Tells how many messages fit.
     *
     * @param heapBytes the heap's maximum
     * @param mailboxes how many built-in servers hold them, 1 or more
     * @param verify true if there is a manifest as well
     * @return messages a mailbox, 1 to {@link Options#MAX_MESSAGES}; whole thousands where there are any
     */
    static int messages(long heapBytes, int mailboxes, boolean verify) {
        long fit = heapBytes / SHARE / mailboxes / (verify ? BYTES_WITH_MANIFEST : BYTES);
        long shown = fit < THOUSAND ? Math.max(1, fit) : fit - fit % THOUSAND;
        return (int) Math.min(shown, Options.MAX_MESSAGES);
    }

    /**
     * Refuses more generated mail than fits.
     *
     * @param heapBytes the heap's maximum
     */
    static void require(Options options, long heapBytes) throws UserMistake {
        int mailboxes = (int) options.providers().stream()
                .filter(provider -> options.urlOf(provider) == null)
                .count();
        if (options.mail() != null || mailboxes == 0) {
            return;
        }
        int most = messages(heapBytes, mailboxes, options.verify());
        if (options.messages() > most) {
            throw UserMistake.argument(String.format(
                    Locale.ROOT,
                    "--messages must be 1 to %d where a heap of %d MB holds %s%s, was %d;"
                            + " -Dquickstart.jvmArgs=-Xmx4g gives a larger heap",
                    most,
                    heapBytes >> 20,
                    mailboxes == 1 ? "a mailbox" : "two mailboxes",
                    options.verify() ? " and what --verify compares" : "",
                    options.messages()));
        }
    }
}
