package dev.backfill.provider.microsoft;

import com.microsoft.kiota.RequestInformation;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Walks a window of a folder in the order of received time. Each page is asked for anew, from the last second on, so that a
 * page never depends on a link the server gave before. A link is followed only inside a page that has nothing new yet, and where it leads
 * nowhere the page is asked for anew: no error of kind RESTART_PARTITION but that of a position of another version leaves this class. A
 * window is at its end when the server's own count says so, or when a fresh question brings nothing new and no link.
 * Stateless; thread-safe.
 */
final class PageWalker {
    private static final int MAX_EMPTY_PAGES = 50;
    private static final Set<Integer> BAD_REQUEST = Set.of(400);

    private final GraphClient client;
    private final GraphRequests requests;
    private final WindowPlanner planner;
    private final ApiCalls calls;
    private final PageIsolator isolator;
    private final SteadyPages steady;
    private final SingleMessages singles;

    PageWalker(GraphClient client, GraphRequests requests, ApiCalls calls, WindowPlanner planner) {
        this.client = client;
        this.requests = requests;
        this.calls = calls;
        this.planner = planner;
        this.singles = new SingleMessages(client, requests, calls);
        this.isolator = new PageIsolator(client, requests, singles);
        this.steady = new SteadyPages(isolator::ids);
    }

    /** One page to be read. */
    record Job(
            Partition window,
            String folder,
            @Nullable KeysetPosition position,
            PageLimit limit,
            int skip,
            GraphRequests.Stretch stretch,
            Set<String> border) {
        static Job of(Partition window, String folder, @Nullable KeysetPosition position, PageLimit limit) {
            if (position == null) {
                return new Job(window, folder, null, limit, 0, stretch(window, window.from(), window.to()), Set.of());
            }
            Instant second = Seconds.instant(position.second());
            boolean within = position.isWithinSecond();
            GraphRequests.Stretch stretch = stretch(window, second, within ? second.plusSeconds(1) : window.to());
            return new Job(window, folder, position, limit, within ? position.skip() : 0, stretch, position.border());
        }

        private static GraphRequests.Stretch stretch(Partition window, @Nullable Instant from, @Nullable Instant to) {
            return new GraphRequests.Stretch(window.scope(), from, to);
        }

        Job skipping(int other) {
            return new Job(window, folder, position, limit, other, stretch, border);
        }

        /** {@return the same stretch from its beginning, as if nothing of it had been handed over} */
        Job fromTheStart() {
            return new Job(window, folder, position, limit, 0, stretch, Set.of());
        }

        /** {@return the same as for a list of ids, as long as can be} */
        Job listing() {
            PageLimit most = new PageLimit(GraphRequests.MAX_TOP, Long.MAX_VALUE);
            return new Job(window, folder, position, most, 0, stretch, Set.of());
        }

        boolean isWithinSecond() {
            return position != null && position.isWithinSecond();
        }

        int top() {
            return (int) Math.min((long) limit.messages() + border.size(), GraphRequests.MAX_TOP);
        }

        PageReader.Frame frame(GraphRequests.Detail detail) {
            return new PageReader.Frame(
                    window.scope(),
                    folder,
                    border,
                    Seconds.from(stretch.from()),
                    Seconds.to(stretch.to()),
                    limit.messages(),
                    limit.bytes(),
                    detail);
        }
    }

    /** Reads one page and hands its items over. */
    PageEnd fetch(
            Partition window, String folder, Position position, PageLimit limit, boolean newest, PageWriter writer) {
        KeysetPosition from = position.isStart() ? null : KeysetPosition.decode(position);
        Job job = Job.of(window, folder, from, limit);
        Pages pages;
        try {
            pages = fromThePosition(() -> list(job));
        } catch (SourceException error) {
            boolean tooLarge = error.kind() == SourceException.Kind.RETRY_SMALLER && limit.messages() == 1;
            if (!tooLarge && !GraphErrors.mayBeOneMessage(error)) {
                throw error;
            }
            return isolated(job, error, writer);
        }
        Long count = pages.last.count();
        if (from == null
                && count != null
                && count > (newest ? WindowPlanner.OVERFULL_NEWEST : WindowPlanner.OVERFULL)) {
            List<Partition> windows = fromThePosition(() -> planner.split(window));
            if (windows.size() > 1) {
                return PageEnd.replaced(windows, 0, 0);
            }
        }
        return new Delivery(job, pages.last.entries(), writer).deliver(this, pages);
    }

    /**
     * What was read until something new came.
     *
     * @param job what was asked for
     * @param before how many entries went before the last answer, all known
     * @param last the last answer
     * @param moved true if the server counted otherwise when it gave the last answer than when it gave the first, so that
     *     something may lie between them
     */
    record Pages(Job job, int before, MessagePage last, boolean moved) {
        Pages with(MessagePage other) {
            return new Pages(job, before, other, moved);
        }

        /** {@return how many entries there were in all} */
        int raw() {
            return before + last.raw();
        }

        /** {@return true if the server itself says that there is no more} */
        boolean isComplete() {
            Long count = last.count();
            return !last.cut() && last.nextLink() == null && count != null && job.skip() + raw() >= count;
        }

        /** {@return true if a fresh question brought nothing new and no link to more} */
        boolean isExhausted() {
            return !last.cut() && last.nextLink() == null && last.fresh() == 0;
        }
    }

    /** The position is ours and knows nothing of the server's links: without them the page is asked for once more. */
    private static <T extends @Nullable Object> T fromThePosition(Supplier<T> page) {
        return MortalLinks.read(SourceException.Scope.PARTITION, begun -> page.get());
    }

    private Pages list(Job first) {
        Pages pages = steady.read(first, this::readOn);
        completeAttachments(pages.last());
        return pages.with(withAttachments(pages.last(), first));
    }

    /**
     * Follows links as long as a page has nothing new.
     *
     * @param job what is read
     * @param first the first answer
     * @param start the request it answered
     * @param read sends a request
     * @return the first answer with something new, or the last of all
     */
    static Pages untilFresh(
            Job job, MessagePage first, RequestInformation start, Function<RequestInformation, MessagePage> read) {
        MessagePage page = first;
        Set<String> followed = new HashSet<>();
        int before = 0;
        while (page.fresh() == 0 && !page.cut() && page.nextLink() != null) {
            String link = page.nextLink();
            RequestInformation next = NextLinks.follow(start, link);
            if (next == null || !followed.add(link) || followed.size() > MAX_EMPTY_PAGES) {
                throw SourceException.of(
                                SourceException.Kind.RESTART_PARTITION,
                                SourceException.Scope.PARTITION,
                                "NEXT_LINK_LOOP")
                        .build("Microsoft Graph gave pages without anything new and the same link again");
            }
            before += page.raw();
            page = read.apply(next);
        }
        Long counted = first.count();
        boolean moved = before > 0 && counted != null && page.count() != null && !counted.equals(page.count());
        return new Pages(job, before, page, moved);
    }

    private Pages readOn(Job job) {
        MessagePage first = firstPage(job);
        // Only where it leads counts of this request: a link brings its own parameters.
        RequestInformation start = request(job, requests.expanding().level());
        PageReader.Frame frame = job.frame(GraphRequests.Detail.FULL);
        return untilFresh(
                job,
                first,
                start,
                next -> client.follow(
                        GraphOperations.LIST, GraphErrors.Target.PAGE, next, body -> PageReader.read(body, frame)));
    }

    private RequestInformation request(Job job, int level) {
        return requests.page(job.stretch(), GraphRequests.Detail.FULL, job.top(), job.skip(), level);
    }

    /** Asks for a page, and for less of this page where the server refuses it; the mailbox learns only from what helped. */
    private MessagePage firstPage(Job job) {
        PageReader.Frame frame = job.frame(GraphRequests.Detail.FULL);
        int first = requests.expanding().level();
        int level = first;
        MessagePage page = null;
        for (; page == null && !requests.expanding().isLast(level); level++) {
            int asked = level;
            ApiRequest<@Nullable MessagePage> request = client.optional(
                    GraphOperations.LIST,
                    GraphErrors.Target.PAGE,
                    BAD_REQUEST,
                    () -> request(job, asked),
                    body -> PageReader.read(body, frame));
            page = calls.call(request.operation(), request.body());
        }
        if (page == null) {
            int least = level;
            page = client.call(
                    GraphOperations.LIST,
                    GraphErrors.Target.PAGE,
                    () -> request(job, least),
                    body -> PageReader.read(body, frame));
            level++;
        }
        requests.expanding().pageGranted(first, level - 1);
        return page;
    }

    private void completeAttachments(MessagePage page) {
        singles.completeAttachments(page.entries().stream()
                .map(MessagePage.Entry::incomplete)
                .filter(Objects::nonNull)
                .toList());
    }

    private static MessagePage withAttachments(MessagePage page, Job job) {
        if (page.entries().stream().allMatch(entry -> entry.incomplete() == null)) {
            return page;
        }
        List<MessagePage.Entry> entries = page.entries().stream()
                .map(entry -> {
                    RawMessage raw = entry.incomplete();
                    return raw == null || !(entry.item() instanceof PageItem.Message)
                            ? entry
                            : entry.with(withAttachments(entry.id(), raw, job));
                })
                .toList();
        return new MessagePage(entries, page.raw(), page.nextLink(), page.count(), page.cut());
    }

    private static PageItem withAttachments(String id, RawMessage raw, Job job) {
        SourceException unlisted = raw.attachmentsFailure;
        return unlisted == null
                ? new PageItem.Message(PageItem.Change.CREATE, raw.toEmail(job.folder()))
                : new PageItem.Failed(FailureRef.message(job.window().scope(), id), unlisted.kind(), unlisted.code());
    }

    private PageEnd isolated(Job job, SourceException error, PageWriter writer) {
        Pages pages;
        try {
            pages = fromThePosition(() -> isolator.read(job));
        } catch (SourceException stillBad) {
            if (!GraphErrors.mayBeOneMessage(stillBad) && stillBad.kind() != SourceException.Kind.RETRY_SMALLER) {
                throw stillBad;
            }
            return smaller(job, error, writer);
        }
        return new Delivery(job, pages.last().entries(), writer).deliver(this, pages);
    }

    /**
     * Where not even the ids can be had: halves of the rest, and in the end one second that is a failure by itself. A second
     * of which some messages were handed over is finished by place first, for new windows know of none of them.
     */
    private static PageEnd smaller(Job job, SourceException error, PageWriter writer) {
        KeysetPosition position = job.position();
        if (position != null && !position.isWithinSecond() && !position.border().isEmpty()) {
            return PageEnd.more(
                    KeysetPosition.within(position.second(), 0, position.border())
                            .encode(),
                    0,
                    0);
        }
        String scope = job.window().scope();
        Instant from = job.stretch().from();
        Instant to = job.stretch().to();
        long first = Seconds.from(from);
        long end = Seconds.to(to);
        if (end - first <= 1) {
            writer.write(new PageItem.Failed(FailureRef.stretch(scope, from, to), error.kind(), error.code()));
            return job.isWithinSecond()
                    ? PageEnd.more(KeysetPosition.at(end, Set.of()).encode(), 1, 0)
                    : PageEnd.last(1, 0, null);
        }
        Instant middle = Seconds.instant(first + (end - first) / 2);
        return PageEnd.replaced(
                List.of(Partition.window(scope, middle, to), Partition.window(scope, from, middle)), 0, 0);
    }

    /** Asks the service how many messages the whole window holds now; null if it cannot count. */
    @Nullable
    Long count(Partition window) {
        GraphRequests.Stretch whole = new GraphRequests.Stretch(window.scope(), window.from(), window.to());
        PageReader.Frame frame = new PageReader.Frame(
                window.scope(), "", Set.of(), Seconds.FIRST, Seconds.END, 1, 1, GraphRequests.Detail.IDS);
        MessagePage counted = fromThePosition(() -> client.call(
                GraphOperations.COUNT,
                GraphErrors.Target.FOLDER,
                () -> requests.edge(whole, false),
                body -> PageReader.read(body, frame)));
        return counted.count();
    }
}
