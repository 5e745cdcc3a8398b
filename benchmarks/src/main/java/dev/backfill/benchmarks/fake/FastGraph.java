package dev.backfill.benchmarks.fake;

import dev.backfill.testkit.http.HttpAnswer;
import dev.backfill.testkit.http.HttpCall;
import dev.backfill.testkit.http.QuotaMeter;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * As much of Microsoft Graph as a crawl of one folder asks for: any user has a mailbox, all of its mail is in the inbox, message
 * number i came i minutes after the first, and everything of a message but its number is the same. So a page is made of
 * ready-made bytes and takes no time. Thread-safe.
 */
public final class FastGraph implements MailServer {
    /** When message 0 came; the next come a minute apart. */
    public static final Instant OLDEST = Instant.parse("2010-01-01T00:00:00Z");

    private static final long SPACING_SECONDS = 60;
    private static final String JSON_TYPE = "application/json;odata.metadata=minimal;charset=utf-8";
    private static final Pattern BOUND = Pattern.compile("receivedDateTime (ge|lt) (\\S+)");
    private static final String INBOX = "AAMkFastInbox";
    private static final byte[] COMMA = {','};
    private static final byte[] END = {']', '}'};
    private static final int MAX_TOP = 1_000;
    private static final int DEFAULT_TOP = 10;

    private final int messages;
    private final int every;
    private final byte[] rest;
    private final byte[] restWithAttachments;
    private final byte[] attachment;
    private final @Nullable QuotaMeter quota;
    private final FastServer server;
    private final AtomicLong refused = new AtomicLong();

    /**
     * Starts the server.
     *
     * @param messages messages of each mailbox, 1 or more
     * @param bodyBytes bytes of each body
     * @param latency how long each answer takes
     * @param quota what each mailbox is kept to, a unit a request; null for no limit
     */
    public FastGraph(int messages, int bodyBytes, Duration latency, @Nullable QuotaMeter quota) {
        this(messages, bodyBytes, 1, 0, 0, latency, quota);
    }

    /**
     * Starts the server with messages that have attachments.
     *
     * @param messages messages of each mailbox, 1 or more
     * @param bodyBytes bytes of each body
     * @param attachments attachments of each message
     * @param attachmentBytes bytes of each
     * @param latency how long each answer takes
     * @param quota what each mailbox is kept to, a unit a request; null for no limit
     */
    public FastGraph(
            int messages,
            int bodyBytes,
            int attachments,
            int attachmentBytes,
            Duration latency,
            @Nullable QuotaMeter quota) {
        this(messages, bodyBytes, 1, attachments, attachmentBytes, latency, quota);
    }

    /**
     * Starts the server with messages of which some have attachments.
     *
     * @param messages messages of each mailbox, 1 or more
     * @param bodyBytes bytes of each body
     * @param every every so many'th message has attachments, 1 for all
     * @param attachments attachments of each of those
     * @param attachmentBytes bytes of each
     * @param latency how long each answer takes
     * @param quota what each mailbox is kept to, a unit a request; null for no limit
     */
    public FastGraph(
            int messages,
            int bodyBytes,
            int every,
            int attachments,
            int attachmentBytes,
            Duration latency,
            @Nullable QuotaMeter quota) {
        this.messages = messages;
        this.every = every;
        this.quota = quota;
        this.attachment = MailText.utf8(MailText.of(attachmentBytes));
        this.rest = MailText.utf8(rest(bodyBytes, 0, 0));
        this.restWithAttachments = MailText.utf8(rest(bodyBytes, attachments, attachmentBytes));
        this.server = FastServer.start(this::admit, latency);
    }

    private static String rest(int bodyBytes, int attachments, int attachmentBytes) {
        String attached = IntStream.range(0, attachments)
                .mapToObj(i -> "{\"@odata.type\":\"#microsoft.graph.fileAttachment\",\"id\":\"AAMkAttachment" + i
                        + "\",\"name\":\"annex-" + i + ".txt\",\"contentType\":\"text/plain\",\"size\":"
                        + attachmentBytes + ",\"isInline\":false}")
                .collect(Collectors.joining(","));
        return "\",\"categories\":[],\"hasAttachments\":" + (attachments > 0)
                + ",\"subject\":\"Figures of the northern branch\","
                + "\"importance\":\"normal\",\"parentFolderId\":\"" + INBOX
                + "\",\"conversationId\":\"AAQkConversation\","
                + "\"isRead\":true,\"body\":{\"contentType\":\"text\",\"content\":\""
                + MailText.escaped(MailText.of(bodyBytes)) + "\"},"
                + "\"from\":{\"emailAddress\":{\"name\":\"A Sender\",\"address\":\"sender@example.com\"}},"
                + "\"toRecipients\":[{\"emailAddress\":{\"name\":\"A Reader\",\"address\":\"reader@example.com\"}}],"
                + "\"ccRecipients\":[],\"bccRecipients\":[],\"replyTo\":[],\"flag\":{\"flagStatus\":\"notFlagged\"},"
                + "\"internetMessageHeaders\":[{\"name\":\"Received\",\"value\":\"from a.example.com by b.example.com\"},"
                + "{\"name\":\"MIME-Version\",\"value\":\"1.0\"}],\"attachments\":[" + attached + "]}";
    }

    /** {@return the address to crawl, which ends in {@code /v1.0}} */
    public URI baseUrl() {
        return URI.create(server.uri() + "/v1.0");
    }

    /** {@return how many messages each mailbox has} */
    public int messages() {
        return messages;
    }

    @Override
    public URI address() {
        return baseUrl();
    }

    @Override
    public long requests() {
        return server.requests();
    }

    /** {@return how many requests were refused for the quota} */
    public long refused() {
        return refused.get();
    }

    /** Stops the server at once. */
    @Override
    public void close() {
        server.close();
    }

    private FastServer.Reply admit(HttpCall call) {
        List<String> path = call.segments();
        if (quota == null || path.size() < 3) {
            return FastServer.Reply.of(answer(call, path));
        }
        QuotaMeter.Verdict verdict = quota.admit(path.get(2), 1);
        if (verdict instanceof QuotaMeter.Admitted admitted) {
            return new FastServer.Reply(answer(call, path), admitted::close);
        }
        refused.incrementAndGet();
        long millis = verdict instanceof QuotaMeter.Refused no ? no.retryAfter().toMillis() : 0;
        return FastServer.Reply.of(HttpAnswer.text(429, JSON_TYPE, error("ApplicationThrottled"))
                .header("Retry-After", Long.toString(Math.max(1, (millis + 999) / 1_000))));
    }

    private static String error(String code) {
        return "{\"error\":{\"code\":\"" + code + "\",\"message\":\"refused by the fake\"}}";
    }

    /** What comes behind {@code /v1.0/users/NAME}. */
    private HttpAnswer answer(HttpCall call, List<String> path) {
        if (path.size() > 5 && path.get(3).equals("messages") && path.get(5).equals("attachments")) {
            return HttpAnswer.of(200, "application/octet-stream", List.of(attachment));
        }
        if (path.size() < 4 || !path.get(3).equals("mailFolders")) {
            return notFound();
        }
        if (path.size() == 4) {
            return json("{\"value\":[" + inbox() + "]}");
        }
        String folder = path.get(4);
        boolean isInbox = folder.equals(INBOX) || folder.equalsIgnoreCase("inbox");
        if (path.size() == 5) {
            if (folder.startsWith("delta")) {
                return json(round(call, inbox()));
            }
            return folder.equals("msgfolderroot") ? json(root(path.get(2))) : isInbox ? json(inbox()) : notFound();
        }
        if (path.get(5).equals("childFolders")) {
            return json("{\"value\":[]}");
        }
        if (!isInbox || !path.get(5).equals("messages")) {
            return notFound();
        }
        return path.size() > 6 && path.get(6).startsWith("delta") ? json(round(call, "")) : page(call);
    }

    /** A round of changes that ends at once, for nothing ever changes here. */
    private String round(HttpCall call, String entries) {
        return "{\"value\":[" + entries + "],\"@odata.deltaLink\":\"" + server.uri() + call.rawPath()
                + "?%24deltatoken=now\"}";
    }

    private static HttpAnswer notFound() {
        return HttpAnswer.text(404, JSON_TYPE, error("ErrorItemNotFound"));
    }

    private static HttpAnswer json(String text) {
        return HttpAnswer.text(200, JSON_TYPE, text);
    }

    private static String root(String user) {
        return "{\"id\":\"root-" + user + "\",\"displayName\":\"Top of Information Store\",\"childFolderCount\":1,"
                + "\"totalItemCount\":0,\"isHidden\":false}";
    }

    private String inbox() {
        return "{\"id\":\"" + INBOX + "\",\"displayName\":\"Inbox\",\"childFolderCount\":0,\"totalItemCount\":"
                + messages + ",\"isHidden\":false}";
    }

    private HttpAnswer page(HttpCall call) {
        int from = 0;
        int to = messages;
        Matcher bound = BOUND.matcher(text(call, "$filter"));
        while (bound.find()) {
            if (bound.group(1).equals("ge")) {
                from = Math.max(from, firstAt(bound.group(2)));
            } else {
                to = Math.min(to, firstAt(bound.group(2)));
            }
        }
        int total = Math.max(0, to - from);
        int skip = Math.min(number(call, "$skip", 0), total);
        int size = Math.min(Math.min(number(call, "$top", DEFAULT_TOP), MAX_TOP), total - skip);
        boolean newestFirst = text(call, "$orderby").endsWith("desc");
        boolean whole = List.of(text(call, "$select").split(",")).contains("body");
        List<byte[]> pieces = new ArrayList<>(3 * size + 2);
        pieces.add(MailText.utf8("{\"@odata.count\":" + total + next(call, skip + size, total) + ",\"value\":["));
        for (int i = 0; i < size; i++) {
            if (i > 0) {
                pieces.add(COMMA);
            }
            int number = newestFirst ? to - 1 - skip - i : from + skip + i;
            String head = head(number);
            pieces.add(MailText.utf8(whole ? head : head + "\"}"));
            if (whole) {
                pieces.add(number % every == 0 ? restWithAttachments : rest);
            }
        }
        pieces.add(END);
        return HttpAnswer.of(200, JSON_TYPE, pieces);
    }

    /** The number of the first message that came at a time or later. */
    private int firstAt(String time) {
        long seconds = Instant.parse(time).getEpochSecond() - OLDEST.getEpochSecond();
        long number = Math.floorDiv(seconds + SPACING_SECONDS - 1, SPACING_SECONDS);
        return (int) Math.max(0, Math.min(messages, number));
    }

    /** What differs between messages, up to within the string that is their internetMessageId. */
    private static String head(int number) {
        String time = OLDEST.plusSeconds(number * SPACING_SECONDS).toString();
        return "{\"@odata.etag\":\"W/1\",\"id\":\"AAkALg" + number + "\",\"changeKey\":\"CQAAABY" + number
                + "\",\"createdDateTime\":\"" + time + "\",\"lastModifiedDateTime\":\"" + time
                + "\",\"receivedDateTime\":\"" + time + "\",\"sentDateTime\":\"" + time
                + "\",\"internetMessageId\":\"<" + number + "@example.com>";
    }

    private String next(HttpCall call, int shown, int total) {
        if (shown >= total) {
            return "";
        }
        StringBuilder link = new StringBuilder(server.uri() + call.rawPath() + "?");
        for (String part : call.rawQuery().split("&")) {
            if (!part.startsWith("$skip=") && !part.startsWith("%24skip=")) {
                link.append(part).append('&');
            }
        }
        return ",\"@odata.nextLink\":\"" + link.append("%24skip=").append(shown) + "\"";
    }

    private static String text(HttpCall call, String name) {
        String value = call.parameter(name);
        return value == null ? "" : value;
    }

    private static int number(HttpCall call, String name, int otherwise) {
        String value = call.parameter(name);
        return value == null ? otherwise : Integer.parseInt(value);
    }
}
