package dev.backfill.provider.gmail;

import dev.backfill.provider.gmail.IdLister.Listing;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Says whether a window's list names a message, by a list made when it is asked first. Confined to a page's thread. */
final class StillListed implements Predicate<String> {
    private final Supplier<Listing> lister;
    private @Nullable IdList ids;

    StillListed(Supplier<Listing> lister) {
        this.lister = lister;
    }

    @Override
    public boolean test(String id) {
        if (ids == null) {
            ids = lister.get().ids();
        }
        return ids.contains(id);
    }
}
