package dev.backfill.testkit.graph;

import dev.backfill.testkit.http.HttpAnswer;
import dev.backfill.testkit.http.HttpCall;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@code mailFolders/delta}: the first round gives every folder below the root that users see, at any depth, each later
 * one those that came, changed or went since. Thread-safe.
 */
final class FolderDelta {
    private static final String SCOPE = "";

    private final DeltaLister lister;

    /** Renders a folder. */
    interface Renderer {
        byte[] json(GraphFolder folder);
    }

    private record Page(List<byte[]> elements, DeltaToken next, boolean last) {}

    FolderDelta(DeltaLister lister) {
        this.lister = lister;
    }

    HttpAnswer list(GraphMailbox mailbox, HttpCall call, String root, Renderer renderer) {
        lister.checkSupported(mailbox, call);
        int size = lister.pageSize(call);
        Page page = mailbox.locked(() -> {
            DeltaToken state = lister.state(mailbox, SCOPE, call);
            return page(mailbox, state, size, renderer);
        });
        String path = call.rawPath();
        String context = root + "/" + GraphRouter.VERSION + "/$metadata#Collection(mailFolder)";
        return GraphAnswers.delta(
                context, page.last(), lister.link(path, page.next(), page.last(), root), page.elements());
    }

    private static Page page(GraphMailbox mailbox, @Nullable DeltaToken state, int size, Renderer renderer) {
        DeltaToken token = state == null
                ? new DeltaToken(SCOPE, 0, 0, mailbox.lastChange(), true, 0, "", "", "", Long.MIN_VALUE, false, 0)
                : state;
        List<GraphFolder> changed = mailbox.foldersChangedAfter(token.cursor()).stream()
                .filter(folder -> !folder.removed || folder.changedAt > token.base())
                .toList();
        List<GraphFolder> given = changed.subList(0, Math.min(size, changed.size()));
        List<byte[]> elements = new ArrayList<>();
        for (GraphFolder folder : given) {
            elements.add(folder.removed ? DeltaLister.removed(folder.id, "mailFolder") : renderer.json(folder));
        }
        if (given.size() < changed.size()) {
            long cursor = given.get(given.size() - 1).changedAt;
            return new Page(elements, token.at(mailbox.tokens().issue(), cursor, 0), false);
        }
        return new Page(elements, token.round(mailbox.tokens().issue(), mailbox.lastChange()), true);
    }
}
