package dev.backfill.provider.microsoft;

import dev.backfill.spi.SourceException;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads what is continued by links that may die, lead in a circle or to another list than before. They are short-lived and are no place
 * that anybody keeps, so that the list is begun again and not the walk that needs it, which would hand over twice. Stateless.
 */
final class MortalLinks {
    /** So often a list is begun. */
    private static final int MOST_BEGINNINGS = 3;

    private MortalLinks() {}

    /**
     * Reads a list.
     *
     * @param scope what of the mailbox cannot be read without it
     * @param list reads it from its beginning to its end; is given the how many'th time it is, from 1
     * @return what it gave
     * @throws SourceException of kind RETRY, with the code of the last failure, if its links led nowhere each time; otherwise the list's own
     */
    static <T extends @Nullable Object> T read(SourceException.Scope scope, IntFunction<T> list) {
        for (int begun = 1; ; begun++) {
            try {
                return list.apply(begun);
            } catch (SourceException error) {
                if (error.kind() != SourceException.Kind.RESTART_PARTITION) {
                    throw error;
                }
                if (begun == MOST_BEGINNINGS) {
                    throw SourceException.of(SourceException.Kind.RETRY, scope, error.code())
                            .cause(error)
                            .build("However often the list was begun: " + error.getMessage());
                }
            }
        }
    }
}
