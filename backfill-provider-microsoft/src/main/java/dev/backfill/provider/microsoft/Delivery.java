package dev.backfill.provider.microsoft;

import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Position;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Hands the entries of one page over and says where the next one begins. For one page; confined to one thread. */
final class Delivery {
    private final PageWalker.Job job;
    private final List<MessagePage.Entry> entries;
    private final PageWriter writer;
    private int used;
    private int repeats;
    private int written;
    private boolean stopped;
    private long second;
    private final Set<String> border = new HashSet<>();

    Delivery(PageWalker.Job job, List<MessagePage.Entry> entries, PageWriter writer) {
        this.job = job;
        this.entries = entries;
        this.writer = writer;
        KeysetPosition position = job.position();
        this.second = position == null ? Seconds.from(job.window().from()) : position.second();
        if (position != null) {
            border.addAll(position.border());
        }
    }

    PageEnd deliver(PageWalker walker, PageWalker.Pages pages) {
        write();
        int entriesUsed = pages.before()
                + (stopped || pages.last().cut() ? used : pages.last().raw());
        int repeated = pages.before() + repeats;
        boolean allUsed = !pages.last().cut() && used == pages.last().raw();
        if (job.isWithinSecond()) {
            return withinSecond(pages, entriesUsed, repeated, allUsed);
        }
        if (allUsed && (pages.isComplete() || pages.isExhausted())) {
            if (job.position() == null && pages.last().count() != null) {
                return PageEnd.last(entriesUsed, repeated, pages.last().count());
            }
            if (!stopped) {
                return PageEnd.last(entriesUsed, repeated, walker.count(job.window()));
            }
        }
        return PageEnd.more(position(), entriesUsed, repeated);
    }

    private void write() {
        for (MessagePage.Entry entry : entries) {
            used = entry.index();
            PageItem item = entry.item();
            if (entry.repeat() || item == null) {
                repeats++;
                continue;
            }
            if (entry.second() != second) {
                second = entry.second();
                border.clear();
            }
            border.add(entry.hash());
            written++;
            if (writer.write(item) == PageWriter.Verdict.STOP) {
                stopped = true;
                return;
            }
        }
    }

    private Position position() {
        if (border.size() <= KeysetPosition.MAX_BORDER) {
            return KeysetPosition.at(second, border).encode();
        }
        return KeysetPosition.within(second, border.size(), 0).encode();
    }

    /** Inside a second that holds more messages than a position can name, the place in the server's order must do. */
    private PageEnd withinSecond(PageWalker.Pages pages, int entriesUsed, int repeated, boolean allUsed) {
        long here = pages.job().stretch().from() == null
                ? second
                : Seconds.from(pages.job().stretch().from());
        Long count = pages.last().count();
        int skip = pages.job().skip() + pages.before() + written;
        boolean done = allUsed && (pages.isComplete() || pages.isExhausted());
        Position next = done
                ? KeysetPosition.at(here + 1, Set.of()).encode()
                : KeysetPosition.within(here, skip, count == null ? 0 : count).encode();
        return PageEnd.more(next, entriesUsed, repeated);
    }
}
