package dev.backfill.testkit.graph;

import dev.backfill.testkit.graph.FolderChanges.Touch;
import dev.backfill.testkit.http.HttpAnswer;
import dev.backfill.testkit.http.HttpCall;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@code mailFolders/{id}/messages/delta}: the first round gives what is there, each later one what changed since, a
 * message once in the state it has now, and what left the folder as {@code @removed}. Thread-safe.
 *
 * <p>As at the real service the options of the first request stand in the tokens and hold for all that follow, but for the
 * headers; a filter bounds the first round to 5,000 messages; {@code $top} bounds a round, not a page; and the nested
 * {@code $select} of an expand has no effect. What nobody outside knows is decided for the client that wants to be told: a
 * message that came and left between two rounds is told as removed.
 */
final class DeltaLister {
    /** The most messages of a first round that is filtered (learn.microsoft.com/en-us/graph/delta-query-messages). */
    static final int FILTERED = 5_000;

    private static final int DEFAULT_PAGE = 10;
    private static final Pattern PAGE_SIZE = Pattern.compile("odata\\.maxpagesize\\s*=\\s*\"?(\\d+)");
    private static final Pattern FILTER = Pattern.compile("receivedDateTime\\s+(ge|gt)\\s+\\S+");
    private static final Set<String> CHANGE_TYPES = Set.of("created", "updated", "deleted");
    private static final Set<String> OPTIONS =
            Set.of("$select", "$expand", "$filter", "$top", "$skiptoken", "$deltatoken");
    private static final byte[] TYPE =
            "{\"@odata.type\":\"#microsoft.graph.message\",".getBytes(StandardCharsets.UTF_8);

    private final GraphQuirks quirks;
    private final DeltaOptions options;
    private final LongConsumer beforePage;
    private final AtomicLong pages = new AtomicLong();

    /** A page, and where the list goes on. */
    private record Page(List<Touch> touches, DeltaToken next, boolean last) {}

    DeltaLister(GraphQuirks quirks, DeltaOptions options, LongConsumer beforePage) {
        this.quirks = quirks;
        this.options = options;
        this.beforePage = beforePage;
    }

    HttpAnswer list(GraphMailbox mailbox, GraphFolder folder, HttpCall call, String root) {
        checkSupported(mailbox, call);
        long number = pages.incrementAndGet();
        beforePage.accept(number);
        boolean empty = quirks.emptyPageEvery() > 0 && number % quirks.emptyPageEvery() == 0;
        int size = empty ? 0 : pageSize(call);
        Page page = mailbox.locked(() -> page(mailbox, folder, token(mailbox, folder, call), size));
        MessageShape shape = MessageShape.of(page.next().select(), page.next().expand(), call);
        List<byte[]> elements = new ArrayList<>(page.touches().size());
        for (Touch touch : page.touches()) {
            elements.add(element(mailbox, touch, shape));
        }
        String link = link(call, folder.id, page.next(), page.last(), root);
        String context = root + "/" + GraphRouter.VERSION + "/$metadata#Collection(message)";
        return GraphAnswers.delta(context, page.last(), link, elements);
    }

    /** Fails where a change list cannot be had at all. */
    void checkSupported(GraphMailbox mailbox, HttpCall call) {
        if (!options.supported()) {
            throw GraphFault.badRequest("Resource not found for the segment 'delta'.");
        }
        for (String name : call.query().keySet()) {
            if (name.startsWith("$") && !OPTIONS.contains(name)) {
                throw GraphFault.badRequest(
                        "The query parameter '" + name + "' is not supported with change tracking.");
            }
        }
        if (mailbox.isFull()) {
            throw new GraphFault(507, "ErrorQuotaExceeded", "The mailbox has exceeded its quota.");
        }
    }

    /** Reads the state token of a request; null if it has none. */
    @Nullable
    DeltaToken state(GraphMailbox mailbox, String scope, HttpCall call) {
        String given = call.parameter("$skiptoken");
        if (given == null) {
            given = call.parameter("$deltatoken");
        }
        if (given == null) {
            return null;
        }
        DeltaToken token = DeltaToken.decode(given);
        if (token == null || !token.scope().equals(scope)) {
            throw DeltaOptions.DeadToken.SYNC_STATE_INVALID.fault();
        }
        if (!mailbox.tokens().isAlive(scope, token.serial(), options.keptTokens())) {
            throw options.dead().fault();
        }
        return token;
    }

    private DeltaToken token(GraphMailbox mailbox, GraphFolder folder, HttpCall call) {
        DeltaToken state = state(mailbox, folder.id, call);
        return state == null ? first(mailbox, folder.id, call) : state;
    }

    private static DeltaToken first(GraphMailbox mailbox, String folderId, HttpCall call) {
        String changeType = text(call, "changeType");
        if (!changeType.isEmpty() && !CHANGE_TYPES.contains(changeType)) {
            throw GraphFault.badRequest("Invalid value specified for changeType.");
        }
        String filter = text(call, "$filter").strip();
        if (!filter.isEmpty() && !FILTER.matcher(filter).matches()) {
            throw GraphFault.badRequest("The filter is not supported with change tracking.");
        }
        long from =
                filter.isEmpty() ? Long.MIN_VALUE : FilterParser.parse(filter).fromMillis();
        return new DeltaToken(
                folderId,
                0,
                0,
                mailbox.lastChange(),
                true,
                0,
                text(call, "$select"),
                text(call, "$expand"),
                changeType,
                from,
                !filter.isEmpty(),
                ListQuery.number(call, "$top", 0));
    }

    private static String text(HttpCall call, String name) {
        String value = call.parameter(name);
        return value == null ? "" : value;
    }

    /** Gives the size of a page: the header's alone. */
    int pageSize(HttpCall call) {
        int asked = DEFAULT_PAGE;
        for (String prefer : call.headers("Prefer")) {
            Matcher matcher = PAGE_SIZE.matcher(prefer);
            if (matcher.find()) {
                asked = Integer.parseInt(matcher.group(1));
            }
        }
        return Math.max(1, Math.min(asked, quirks.maxPage()));
    }

    private static Page page(GraphMailbox mailbox, GraphFolder folder, DeltaToken token, int size) {
        int room = room(token) - token.given();
        List<Touch> found =
                folder.changes.after(token.cursor(), touch -> isTold(touch, token), Math.min(size + 1, room + 1));
        boolean more = found.size() > Math.min(size, room);
        List<Touch> given = more ? found.subList(0, Math.min(size, room)) : found;
        long cursor =
                given.isEmpty() ? token.cursor() : given.get(given.size() - 1).number();
        if (more && given.size() < room) {
            return new Page(given, token.at(mailbox.tokens().issue(), cursor, token.given() + given.size()), false);
        }
        return new Page(given, token.round(mailbox.tokens().issue(), mailbox.lastChange()), true);
    }

    /** How many messages a round gives; what is beyond that is never told. */
    private static int room(DeltaToken token) {
        int filtered = token.filtered() && token.initial() ? FILTERED : Integer.MAX_VALUE - 1;
        return token.top() > 0 ? Math.min(token.top(), filtered) : filtered;
    }

    private static boolean isTold(Touch touch, DeltaToken token) {
        if (touch.item().receivedMillis < token.fromMillis()) {
            return false;
        }
        if (!touch.present()) {
            return touch.number() > token.base()
                    && (token.changeType().isEmpty() || token.changeType().equals("deleted"));
        }
        boolean isNew = touch.came() > token.base();
        return token.initial()
                || token.changeType().isEmpty()
                || token.changeType().equals(isNew ? "created" : "updated");
    }

    private static byte[] element(GraphMailbox mailbox, Touch touch, MessageShape shape) {
        if (!touch.present()) {
            return removed(mailbox.id(touch.item(), shape.immutableIds), "message");
        }
        if (shape.needsContent() && mailbox.locked(() -> mailbox.isCorrupt(touch.item()))) {
            throw new GraphFault(500, "ErrorCorruptData", "Data is corrupt.");
        }
        byte[] message = MessageRenderer.message(mailbox, touch.item(), shape);
        byte[] typed = new byte[TYPE.length + message.length - 1];
        System.arraycopy(TYPE, 0, typed, 0, TYPE.length);
        System.arraycopy(message, 1, typed, TYPE.length, message.length - 1);
        return typed;
    }

    static byte[] removed(String id, String type) {
        return MessageRenderer.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("@odata.type", "#microsoft.graph." + type);
            json.writeStringField("id", id);
            json.writeObjectFieldStart("@removed");
            json.writeStringField("reason", "deleted");
            json.writeEndObject();
            json.writeEndObject();
        });
    }

    /** The link's path names the folder in brackets, as the service does it. */
    private String link(HttpCall call, String folderId, DeltaToken token, boolean last, String root) {
        String path = call.rawPath();
        String owner = path.substring(0, path.toLowerCase(Locale.ROOT).indexOf("/mailfolders"));
        return link(owner + "/mailFolders('" + folderId + "')/messages/delta", token, last, root);
    }

    String link(String path, DeltaToken token, boolean last, String root) {
        String target = path + (last ? "?$deltatoken=" : "?$skiptoken=") + token.encode(options.tokenLength());
        return quirks.relativeNextLink() ? target : root + target;
    }
}
