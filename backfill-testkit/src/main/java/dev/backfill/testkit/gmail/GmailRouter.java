package dev.backfill.testkit.gmail;

import dev.backfill.testkit.http.AcceptedTokens;
import dev.backfill.testkit.http.HttpAnswer;
import dev.backfill.testkit.http.HttpApp;
import dev.backfill.testkit.http.HttpCall;
import dev.backfill.testkit.http.QuotaMeter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Finds out whose mailbox is meant, lets the quota decide, takes its time, and compresses what is wanted so. Thread-safe. */
final class GmailRouter implements HttpApp, AutoCloseable {
    private static final int SHORT_BYTES = 256;

    private final Map<String, GmailMailbox> mailboxes;
    private final AcceptedTokens tokens;
    private final @Nullable QuotaMeter quota;
    private final ToIntFunction<List<String>> price;
    private final Duration latency;
    private final GmailApp app;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Map<GmailMailbox, Set<String>> tokensSeen = new ConcurrentHashMap<>();

    GmailRouter(
            Map<String, GmailMailbox> mailboxes,
            AcceptedTokens tokens,
            @Nullable QuotaMeter quota,
            ToIntFunction<List<String>> price,
            Duration latency,
            GmailApp app) {
        this.mailboxes = mailboxes;
        this.tokens = tokens;
        this.quota = quota;
        this.price = price;
        this.latency = latency;
        this.app = app;
    }

    /** The tokens with which a mailbox was asked for. */
    Set<String> tokensSeen(GmailMailbox mailbox) {
        return Set.copyOf(tokensSeen.getOrDefault(mailbox, Set.of()));
    }

    @Override
    public HttpAnswer answer(HttpCall call) throws IOException {
        HttpAnswer answer;
        try {
            answer = routed(call);
        } catch (GmailFault fault) {
            answer = HttpAnswer.text(fault.status(), "application/json; charset=UTF-8", fault.body());
        }
        return compressed(answer, call);
    }

    private HttpAnswer routed(HttpCall call) throws IOException {
        String owner = tokens.owner(call);
        if (owner == null) {
            throw GmailFault.unauthorized();
        }
        List<String> path = call.segments();
        boolean known = path.size() > 4 && path.subList(0, 3).equals(List.of("gmail", "v1", "users"));
        if (!known) {
            throw GmailFault.notFound();
        }
        GmailMailbox mailbox = mailbox(path.get(3), owner);
        String authorization = String.valueOf(call.header("Authorization"));
        tokensSeen
                .computeIfAbsent(mailbox, unused -> ConcurrentHashMap.newKeySet())
                .add(authorization.replaceFirst("(?i)^bearer +", ""));
        List<String> rest = path.subList(4, path.size());
        if (quota == null) {
            pause();
            return app.answer(mailbox, rest, call);
        }
        QuotaMeter.Verdict verdict = quota.admit(mailbox.address(), price.applyAsInt(rest));
        if (verdict instanceof QuotaMeter.Refused refused) {
            throw refused.concurrency() ? GmailFault.tooManyConcurrent() : GmailFault.rateLimit();
        }
        try {
            pause();
            return app.answer(mailbox, rest, call);
        } finally {
            ((QuotaMeter.Admitted) verdict).close();
        }
    }

    /** The user's mailbox; {@code me} is the token's owner's, as long as any token is taken the first one. */
    private GmailMailbox mailbox(String user, String owner) {
        String address = !user.equals("me")
                ? user
                : owner.equals("*") ? mailboxes.keySet().iterator().next() : owner;
        GmailMailbox mailbox = mailboxes.get(address.toLowerCase(Locale.ROOT));
        if (mailbox == null) {
            throw GmailFault.notFound();
        }
        if (!owner.equals("*") && !owner.equalsIgnoreCase(address)) {
            throw GmailFault.of(403, "forbidden", "Delegation denied");
        }
        return mailbox;
    }

    private void pause() throws IOException {
        if (latency.isZero()) {
            return;
        }
        try {
            if (closed.await(latency.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new IOException("the server is closed");
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("the server is closed", stopped);
        }
    }

    /** Google compresses only for clients that ask for it and name it in their user agent. */
    private static HttpAnswer compressed(HttpAnswer answer, HttpCall call) throws IOException {
        String accepts = String.valueOf(call.header("Accept-Encoding"));
        String agent = String.valueOf(call.header("User-Agent"));
        if (!accepts.contains("gzip") || !agent.contains("gzip") || answer.length() < SHORT_BYTES) {
            return answer;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) answer.length() / 2);
        try (OutputStream zip = new FastGzip(bytes)) {
            for (byte[] piece : answer.body()) {
                zip.write(piece);
            }
        }
        String type = answer.headers().getOrDefault("Content-Type", "");
        return HttpAnswer.of(answer.status(), type, List.of(bytes.toByteArray()))
                .header("Content-Encoding", "gzip");
    }

    @Override
    public void close() {
        closed.countDown();
    }

    private static final class FastGzip extends GZIPOutputStream {
        private FastGzip(OutputStream out) throws IOException {
            super(out, 4_096);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
