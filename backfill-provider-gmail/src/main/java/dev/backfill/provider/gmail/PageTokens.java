package dev.backfill.provider.gmail;

import dev.backfill.spi.SourceException;
import java.util.function.Supplier;

/**
 * Makes lists whose page tokens may die. They are short-lived and say nothing of the list, so it is begun again and not the walk that
 * needs it, which would publish twice.
 */
final class PageTokens {
    /** So often a list is begun. */
    private static final int MAX_BEGINNINGS = 4;

    private PageTokens() {}

    /**
     * Makes a list.
     *
     * @param list lists from the first page to the last, each time it is asked
     * @return what it gave
     * @throws SourceException of kind RETRY and code PAGE_TOKEN if a page token died each time; otherwise the list's own
     */
    static <T> T listed(Supplier<T> list) {
        for (int begun = 1; begun <= MAX_BEGINNINGS; begun++) {
            try {
                return list.get();
            } catch (SourceException error) {
                if (!isDeath(error)) {
                    throw error;
                }
            }
        }
        throw untellable("Gmail refused the page tokens that it had given a moment before");
    }

    private static boolean isDeath(SourceException error) {
        return error.kind() == SourceException.Kind.RESTART_PARTITION
                && error.code().equals(GmailErrors.PAGE_TOKEN);
    }

    /** What is wrong when a server's pages lead nowhere. */
    static SourceException loop() {
        return untellable("Gmail gives the same page again and again");
    }

    /** A list that cannot be made for now. What was read of it stays read, so that no walk begins again for it. */
    private static SourceException untellable(String message) {
        return SourceException.of(SourceException.Kind.RETRY, SourceException.Scope.PARTITION, GmailErrors.PAGE_TOKEN)
                .build(message);
    }
}
