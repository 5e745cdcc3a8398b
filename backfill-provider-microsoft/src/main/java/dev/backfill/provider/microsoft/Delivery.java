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
            return PageEnd.last(entriesUsed, repeated, walker.count(job.window()));
        }
        return PageEnd.more(position(pages), entriesUsed, repeated);
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
            if (writer.write(item) == PageWriter.Verdict.STOP) {
                stopped = true;
                return;
            }
        }
    }

    private Position position(PageWalker.Pages pages) {
        return border.size() <= KeysetPosition.MAX_BORDER
                ? KeysetPosition.at(second, border).encode()
                : place(pages);
    }

    /** Inside a second that holds more messages than a position can name, the place in the server's order must do. */
    private PageEnd withinSecond(PageWalker.Pages pages, int entriesUsed, int repeated, boolean allUsed) {
        boolean done = allUsed && (pages.isComplete() || pages.isExhausted());
        Position next = done ? KeysetPosition.at(second + 1, Set.of()).encode() : place(pages);
        return PageEnd.more(next, entriesUsed, repeated);
    }

    /**
     * Gives the place behind the last message handed over, counted in this very answer: those handed over earlier may be gone,
     * and do not count. The last ones are remembered, so that the next page can tell whether the place is still right.
     */
    private Position place(PageWalker.Pages pages) {
        List<String> passed = entries.stream()
                .filter(entry -> entry.index() <= used && entry.second() == second)
                .map(MessagePage.Entry::hash)
                .toList();
        if (passed.isEmpty()) {
            return KeysetPosition.within(second, pages.job().skip(), pages.job().border())
                    .encode();
        }
        KeysetPosition from = job.position();
        boolean sameSecond = from != null && from.second() == second;
        int place = passed.size() + (sameSecond ? pages.job().skip() + pages.before() : 0);
        List<String> last = passed.subList(Math.max(0, passed.size() - KeysetPosition.REMEMBERED), passed.size());
        return KeysetPosition.within(second, place - last.size(), last).encode();
    }
}
