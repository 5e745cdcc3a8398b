package dev.backfill.testkit.graph;

import dev.backfill.testkit.http.AcceptedTokens;
import dev.backfill.testkit.http.HttpAnswer;
import dev.backfill.testkit.http.HttpApp;
import dev.backfill.testkit.http.HttpCall;
import dev.backfill.testkit.http.QuotaMeter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Finds out whose mailbox a request means, whether it may, and whether it may now; then hands it on. Thread-safe. */
final class GraphRouter implements HttpApp {
    static final String VERSION = "v1.0";

    private final Map<String, GraphMailbox> mailboxes;
    private final GraphMailbox first;
    private final AcceptedTokens tokens;
    private final @Nullable QuotaMeter quota;
    private final MailboxApp mailboxApp;
    private final Set<Sharing> sharings = ConcurrentHashMap.newKeySet();
    private final Map<String, Set<String>> seen = new ConcurrentHashMap<>();
    private final AtomicLong requestIds = new AtomicLong();

    GraphRouter(
            List<GraphMailbox> mailboxes, AcceptedTokens tokens, @Nullable QuotaMeter quota, MailboxApp mailboxApp) {
        this.mailboxes = new ConcurrentHashMap<>();
        for (GraphMailbox mailbox : mailboxes) {
            this.mailboxes.put(mailbox.address(), mailbox);
            this.mailboxes.put(mailbox.userId(), mailbox);
        }
        this.first = mailboxes.get(0);
        this.tokens = tokens;
        this.quota = quota;
        this.mailboxApp = mailboxApp;
    }

    /** That a mailbox may be read by another's owner. */
    private record Sharing(GraphMailbox mailbox, GraphMailbox reader) {}

    void share(GraphMailbox mailbox, GraphMailbox reader) {
        sharings.add(new Sharing(mailbox, reader));
    }

    Set<String> tokensSeen(GraphMailbox mailbox) {
        return Set.copyOf(seen.getOrDefault(mailbox.address(), Set.of()));
    }

    @Override
    public HttpAnswer answer(HttpCall call) {
        String requestId = "00000000-0000-4000-8000-" + String.format("%012x", requestIds.incrementAndGet());
        HttpAnswer answer;
        try {
            answer = route(call);
        } catch (GraphFault fault) {
            answer = GraphAnswers.error(fault.status, fault.code, fault.text, requestId);
        } catch (Throttled throttled) {
            answer = throttled.answer(requestId);
        }
        if (answer.status() == 401) {
            answer =
                    answer.header("WWW-Authenticate", "Bearer realm=\"\", authorization_uri=\"https://login.invalid\"");
        }
        return answer.header("request-id", requestId);
    }

    private HttpAnswer route(HttpCall call) {
        List<String> path = call.segments();
        if (path.size() < 2 || !path.get(0).equals(VERSION)) {
            throw new GraphFault(400, "BadRequest", "Invalid version.");
        }
        String owner = tokens.owner(call);
        if (owner == null) {
            throw new GraphFault(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.");
        }
        boolean me = path.get(1).equals("me");
        if (!me && !(path.get(1).equals("users") && path.size() > 2)) {
            throw GraphFault.badRequest("Resource not found for the segment '" + path.get(1) + "'.");
        }
        GraphMailbox mailbox = me ? own(owner) : named(owner, path.get(2));
        seen.computeIfAbsent(mailbox.address(), address -> ConcurrentHashMap.newKeySet())
                .add(AcceptedTokens.bearer(call));
        if (!call.method().equals("GET")) {
            throw new GraphFault(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request.");
        }
        List<String> rest = path.subList(me ? 2 : 3, path.size());
        if (quota == null) {
            return mailboxApp.answer(mailbox, rest, call);
        }
        QuotaMeter.Verdict verdict = quota.admit(mailbox.userId(), 1);
        if (verdict instanceof QuotaMeter.Refused refused) {
            throw new Throttled(refused);
        }
        try {
            return mailboxApp.answer(mailbox, rest, call);
        } finally {
            ((QuotaMeter.Admitted) verdict).close();
        }
    }

    private GraphMailbox own(String owner) {
        if (!owner.equals("*")) {
            return require(owner);
        }
        if (tokens.takesAny()) {
            return first;
        }
        throw GraphFault.badRequest("/me request is only valid with delegated authentication flow.");
    }

    private GraphMailbox named(String owner, String user) {
        GraphMailbox mailbox = require(user);
        if (!owner.equals("*")
                && require(owner) != mailbox
                && !sharings.contains(new Sharing(mailbox, require(owner)))) {
            throw new GraphFault(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.");
        }
        return mailbox;
    }

    private GraphMailbox require(String user) {
        GraphMailbox mailbox = mailboxes.get(user);
        if (mailbox == null) {
            throw new GraphFault(404, "ErrorInvalidUser", "The requested user is invalid.");
        }
        return mailbox;
    }

    /** A request over the quota. */
    private static final class Throttled extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient QuotaMeter.Refused refused;

        private Throttled(QuotaMeter.Refused refused) {
            super(null, null, false, false);
            this.refused = refused;
        }

        private HttpAnswer answer(String requestId) {
            String limit = refused.concurrency() ? "MailboxConcurrency" : "RequestLimit";
            long seconds = Math.max(1, refused.retryAfter().plusMillis(999).toSeconds());
            return GraphAnswers.error(
                            429, "ApplicationThrottled", "Application is over its " + limit + " limit.", requestId)
                    .header("Retry-After", Long.toString(seconds));
        }
    }
}
