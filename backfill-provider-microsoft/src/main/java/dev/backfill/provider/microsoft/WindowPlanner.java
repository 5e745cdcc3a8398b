package dev.backfill.provider.microsoft;

import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.Outcome;
import dev.backfill.spi.Partition;
import dev.backfill.spi.SourceException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Cuts folders into windows of received time, newest first: the newest of about a thousand messages, each older one twice as
 * large. Where fewer folders hold mail than windows are read side by side, they are cut into as many, for a small mailbox in
 * one window would be read a page at a time. The cuts assume that mail is spread evenly; a window that turns out far too full is cut again when it is met. Nothing
 * is listed for it. Thread-safe.
 */
final class WindowPlanner {
    /** How many messages the newest window should hold, about. */
    static final long FIRST_WINDOW = 1_000;

    /** How many messages the oldest windows should hold, about. */
    static final long LARGEST_WINDOW = 8_000;

    /** How many messages a window should hold at the least, about, where there are too few of them. */
    static final long SMALLEST_WINDOW = 250;

    /** How many windows are read side by side: as many as Graph allows requests for a mailbox. */
    static final int SIDE_BY_SIDE = MicrosoftEmailSource.DEFAULT_CONCURRENT_REQUESTS;

    /** A newest window of more messages than this is cut again. */
    static final long OVERFULL_NEWEST = 3_000;

    /** Any window of more messages than this is cut again. */
    static final long OVERFULL = 20_000;

    private final GraphClient client;
    private final GraphRequests requests;
    private final ApiCalls calls;

    /** The time of a message at one end of a stretch, and how many the stretch holds. */
    private record Edge(@Nullable Long second, @Nullable Long count) {}

    WindowPlanner(GraphClient client, GraphRequests requests, ApiCalls calls) {
        this.client = client;
        this.requests = requests;
        this.calls = calls;
    }

    /**
     * Plans folders: two requests for each large one, none for the others.
     *
     * @param folders the folders, in the order of their use
     * @param from the first second; null for no bound
     * @param to the end, exclusive
     * @return the windows, the newest of all folders first
     */
    List<Partition> plan(List<Folder> folders, @Nullable Instant from, Instant to) {
        int parts = parts(folders);
        long uncut = parts == 1 ? FIRST_WINDOW * 3 / 2 : SMALLEST_WINDOW * 3;
        List<Folder> large = folders.stream()
                .filter(folder -> folder.items() != null && folder.items() > uncut)
                .toList();
        List<List<Partition>> cut = cut(
                large.stream()
                        .map(folder -> new GraphRequests.Stretch(folder.id(), from, to))
                        .toList(),
                parts);
        List<List<Partition>> all = new ArrayList<>();
        for (Folder folder : folders) {
            int place = large.indexOf(folder);
            all.add(place < 0 ? List.of(Partition.window(folder.id(), from, to)) : cut.get(place));
        }
        return interleave(all);
    }

    /** {@return about how many requests the cut of a folder costs, and a further last page in each window} */
    static long windowsOf(long messages) {
        long cut = messages > SMALLEST_WINDOW * 3 ? 2 : 0;
        return cut + Math.max(messages / FIRST_WINDOW, Math.min(SIDE_BY_SIDE, messages / SMALLEST_WINDOW));
    }

    /** Into how many windows each folder that is large enough is cut at the least. */
    private static int parts(List<Folder> folders) {
        long inUse = folders.stream()
                .filter(folder -> folder.items() != null && folder.items() > SMALLEST_WINDOW)
                .count();
        return inUse == 0 ? 1 : (int) ((SIDE_BY_SIDE + inUse - 1) / inUse);
    }

    /**
     * Cuts one window that is too full.
     *
     * @param window the window
     * @return the windows in its place; the window alone if it cannot be cut
     */
    List<Partition> split(Partition window) {
        return cut(List.of(new GraphRequests.Stretch(window.scope(), window.from(), window.to())), 1)
                .get(0);
    }

    private List<List<Partition>> cut(List<GraphRequests.Stretch> stretches, int parts) {
        List<ApiRequest<Edge>> asked = new ArrayList<>();
        for (GraphRequests.Stretch stretch : stretches) {
            asked.add(edge(stretch, true));
            asked.add(edge(stretch, false));
        }
        List<Outcome<Edge>> edges = asked.isEmpty() ? List.of() : calls.all(asked);
        List<List<Partition>> cut = new ArrayList<>();
        for (int i = 0; i < stretches.size(); i++) {
            cut.add(windows(stretches.get(i), edges.get(2 * i), edges.get(2 * i + 1), parts));
        }
        return cut;
    }

    private ApiRequest<Edge> edge(GraphRequests.Stretch stretch, boolean newest) {
        return client.request(
                GraphOperations.COUNT,
                GraphErrors.Target.FOLDER,
                () -> requests.edge(stretch, newest),
                WindowPlanner::edge);
    }

    private static Edge edge(InputStream body) throws IOException {
        PageReader.Frame frame =
                new PageReader.Frame("", "", Set.of(), Seconds.FIRST, Seconds.END, 1, 1, GraphRequests.Detail.IDS);
        MessagePage page = PageReader.read(body, frame);
        List<MessagePage.Entry> entries = page.entries();
        return new Edge(entries.isEmpty() ? null : Long.valueOf(entries.get(0).second()), page.count());
    }

    private static List<Partition> windows(
            GraphRequests.Stretch stretch, Outcome<Edge> newest, Outcome<Edge> oldest, int parts) {
        Partition whole = Partition.window(stretch.folderId(), stretch.from(), stretch.to());
        try {
            Edge last = newest.get();
            Edge first = oldest.get();
            Long count = last.count();
            if (last.second() == null || first.second() == null || count == null) {
                return List.of(whole);
            }
            return windows(stretch, first.second(), last.second(), count, parts);
        } catch (SourceException error) {
            if (error.kind() == SourceException.Kind.SKIP_PARTITION) {
                // The walk will find the same, and name the folder.
                return List.of(whole);
            }
            throw error;
        }
    }

    /** Cuts a stretch by arithmetic, into so many parts at the least if it holds enough. */
    static List<Partition> windows(GraphRequests.Stretch stretch, long oldest, long newest, long count, int parts) {
        long most = parts == 1 ? LARGEST_WINDOW : Math.min(LARGEST_WINDOW, Math.max(SMALLEST_WINDOW, count / parts));
        List<Partition> windows = new ArrayList<>();
        long seconds = newest - oldest + 1;
        long remaining = count;
        long target = Math.min(FIRST_WINDOW, most);
        Instant end = stretch.to();
        long edge = newest + 1;
        while (remaining > target + target / 2) {
            edge -= Math.max(1, (long) ((double) seconds * target / count));
            if (edge <= oldest) {
                break;
            }
            Instant start = Seconds.instant(edge);
            windows.add(Partition.window(stretch.folderId(), start, end));
            end = start;
            remaining -= target;
            target = Math.min(2 * target, most);
        }
        windows.add(Partition.window(stretch.folderId(), stretch.from(), end));
        return windows;
    }

    private static List<Partition> interleave(List<List<Partition>> folders) {
        List<Partition> all = new ArrayList<>();
        boolean more = true;
        for (int rank = 0; more; rank++) {
            more = false;
            for (List<Partition> windows : folders) {
                if (rank < windows.size()) {
                    all.add(windows.get(rank));
                    more = true;
                }
            }
        }
        return all;
    }
}
