package dev.backfill.provider.gmail;

import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Partition;
import dev.backfill.spi.SourceException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which of the messages that a window lists are its own. Windows ask for a second more on either side, so that two
 * neighbours both list what lies at the border between them; and a server may search by another date than the one the mailbox
 * took the message at. The rule holds for every server and needs no memory of other windows:
 *
 * <ul>
 *   <li>a message from outside the query's range is nobody's;
 *   <li>one from inside the window is the window's;
 *   <li>of the others, one that the neighbour lists as well belongs to the side of the border on which its date lies;
 *   <li>what is left no other window lists: it is the window's, wherever its date lies.
 * </ul>
 *
 * <p>What both neighbours list is what a search of the border's two seconds finds, asked for when first needed. A message
 * without any date counts as older than every border. Confined to the thread of one page.
 */
final class WindowShare {
    private final Windows windows;
    private final MailQuery query;
    private final Selection selection;
    private final Partition window;
    private final Map<Instant, Set<String>> shared = new HashMap<>();

    WindowShare(Windows windows, MailQuery query, Selection selection, Partition window) {
        this.windows = windows;
        this.query = query;
        this.selection = selection;
        this.window = window;
    }

    /**
     * Says whether a listed message is this window's. May ask the server.
     *
     * @throws SourceException if the border could not be listed
     */
    boolean holds(Fetched one) {
        Instant dated = one.dated();
        if (dated != null) {
            if (!query.coversChange(dated)) {
                return false;
            }
            if (Windows.within(dated, window.from(), window.to())) {
                return true;
            }
        }
        return !isOlders(one.id(), dated) && !isNewers(one.id(), dated);
    }

    private boolean isOlders(String id, @Nullable Instant dated) {
        Instant border = window.from();
        return border != null
                && !border.equals(query.from())
                && (dated == null || dated.isBefore(border))
                && isShared(border, id);
    }

    private boolean isNewers(String id, @Nullable Instant dated) {
        Instant border = window.to();
        return border != null
                && !border.equals(query.to())
                && dated != null
                && !dated.isBefore(border)
                && isShared(border, id);
    }

    private boolean isShared(Instant border, String id) {
        return shared.computeIfAbsent(border, at -> windows.listedTwice(selection, at))
                .contains(id);
    }
}
