package dev.backfill.provider.microsoft;

import dev.backfill.spi.FailureRef;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/**
 * Reads again what failed: messages by their ids, stretches of time by walking them. A folder that is gone meanwhile spoils
 * nothing but its own stretches, for a message may have left it before. For one call; confined to one thread.
 */
final class Replay {
    private static final int SINGLES_AT_ONCE = 100;
    private static final int USUAL_PAGE = 100;

    private final SingleMessages singles;
    private final Replayed replayed;
    private final InstantSource clock;
    private final UnaryOperator<String> scopePath;
    private final BinaryOperator<String> messagePath;
    private final Pages pages;
    private final PageWriter writer;
    private boolean stopped;

    /** Reads a page of a window, as {@link GraphMailbox#fetch} does. */
    @FunctionalInterface
    interface Pages {
        PageEnd fetch(Partition window, Position position, PageLimit limit, PageWriter writer);
    }

    /**
     * Prepares a replay.
     *
     * @param singles reads single messages
     * @param replayed says what is told of them
     * @param clock the time
     * @param scopePath gives the path of a folder; throws if it is gone
     * @param messagePath given a path to fall back to and a folder's id, gives the folder's path if it is known
     * @param pages reads pages
     * @param writer takes the items
     */
    Replay(
            SingleMessages singles,
            Replayed replayed,
            InstantSource clock,
            UnaryOperator<String> scopePath,
            BinaryOperator<String> messagePath,
            Pages pages,
            PageWriter writer) {
        this.singles = singles;
        this.replayed = replayed;
        this.clock = clock;
        this.scopePath = scopePath;
        this.messagePath = messagePath;
        this.pages = pages;
        this.writer = writer;
    }

    /** Reads messages first, then stretches, until all are read or the writer has enough. */
    void run(List<FailureRef> refs) {
        Map<String, List<FailureRef>> messages = new LinkedHashMap<>();
        List<FailureRef> stretches = new ArrayList<>();
        for (FailureRef ref : refs) {
            if (ref.messageId() == null) {
                stretches.add(ref);
            } else {
                messages.computeIfAbsent(ref.metIn(), unused -> new ArrayList<>())
                        .add(ref);
            }
        }
        messages.forEach(this::messages);
        stretches.forEach(this::stretch);
    }

    private void messages(String scope, List<FailureRef> refs) {
        String fallback = stopped ? "" : pathIfThere(scope);
        for (int at = 0; at < refs.size() && !stopped; at += SINGLES_AT_ONCE) {
            List<FailureRef> some = refs.subList(at, Math.min(at + SINGLES_AT_ONCE, refs.size()));
            List<String> ids =
                    some.stream().map(ref -> String.valueOf(ref.messageId())).toList();
            Instant askedAt = clock.instant();
            List<SingleMessages.Found> found =
                    singles.find(scope, ids, folderId -> messagePath.apply(fallback, folderId));
            for (int i = 0; i < ids.size() && !stopped; i++) {
                write(replayed.item(some.get(i), found.get(i), askedAt));
            }
        }
    }

    private String pathIfThere(String scope) {
        try {
            return scopePath.apply(scope);
        } catch (SourceException gone) {
            if (gone.kind() == SourceException.Kind.SKIP_PARTITION) {
                return "";
            }
            throw gone;
        }
    }

    private PageWriter.Verdict write(PageItem item) {
        PageWriter.Verdict verdict = writer.write(item);
        stopped = verdict == PageWriter.Verdict.STOP;
        return verdict;
    }

    private void stretch(FailureRef ref) {
        List<Partition> left = new ArrayList<>();
        left.add(Partition.window(ref.metIn(), ref.from(), ref.to()));
        while (!left.isEmpty() && !stopped) {
            try {
                left.addAll(walk(left.remove(0)));
            } catch (SourceException gone) {
                if (gone.kind() != SourceException.Kind.SKIP_PARTITION) {
                    throw gone;
                }
                write(new PageItem.Failed(ref, gone.kind(), gone.code()));
                return;
            }
        }
    }

    /** Walks one window. {@return what is to be walked in place of its rest} */
    private List<Partition> walk(Partition window) {
        int most = USUAL_PAGE;
        Position position = Position.START;
        while (true) {
            PageEnd end;
            try {
                end = pages.fetch(window, position, new PageLimit(most, Long.MAX_VALUE), this::write);
            } catch (SourceException error) {
                if (error.kind() != SourceException.Kind.RETRY_SMALLER || most == 1) {
                    throw error;
                }
                // Nothing of the page was written; the engine cannot ask for less, for it does not know the page.
                most = Math.max(1, most / 2);
                continue;
            }
            Position next = end.next();
            if (next == null || stopped) {
                return end.replacedBy();
            }
            position = next;
        }
    }
}
