package dev.backfill.benchmarks.fake;

import dev.backfill.testkit.http.HttpAnswer;
import dev.backfill.testkit.http.HttpCall;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * As much of the Gmail API as a crawl asks for: any user has a mailbox, all of its mail is in the inbox, message number i came i
 * minutes after the first, and everything of a message but its number is the same: a plain and an HTML body, a quarter and three
 * quarters of its bytes. Thread-safe.
 */
public final class FastGmail implements MailServer {
    private static final Instant OLDEST = FastGraph.OLDEST;
    private static final long SPACING_SECONDS = 60;
    private static final long FIRST_ID = 0x1400000000000000L;
    private static final int DEFAULT_PAGE = 100;
    private static final String JSON_TYPE = "application/json; charset=UTF-8";
    private static final Pattern BOUND = Pattern.compile("(after|before):(\\d+)");

    private final int messages;
    private final byte[] payload;
    private final FastServer server;

    /**
     * Starts the server.
     *
     * @param messages messages of each mailbox, 1 or more
     * @param bodyBytes bytes of each message's bodies together
     * @param latency how long each answer takes
     */
    public FastGmail(int messages, int bodyBytes, Duration latency) {
        this.messages = messages;
        this.payload = MailText.utf8(payload(bodyBytes));
        this.server = FastServer.start(call -> FastServer.Reply.of(answer(call)), latency);
    }

    /** {@return the API's root, with a slash at its end} */
    public URI rootUrl() {
        return URI.create(server.uri() + "/");
    }

    @Override
    public URI address() {
        return rootUrl();
    }

    @Override
    public long requests() {
        return server.requests();
    }

    /** Stops the server at once. */
    @Override
    public void close() {
        server.close();
    }

    /** What comes behind {@code /gmail/v1/users/NAME}. */
    private HttpAnswer answer(HttpCall call) {
        List<String> path = call.segments();
        return switch (path.size() > 4 ? path.get(4) : "") {
            case "profile" -> json("{\"emailAddress\":\"box@example.com\",\"historyId\":\"1000\"}");
            case "history" -> json("{\"historyId\":\"1000\"}");
            case "labels" -> json("{\"labels\":[{\"id\":\"INBOX\",\"name\":\"INBOX\",\"type\":\"system\"}]}");
            case "messages" -> path.size() > 5 ? message(call, number(path.get(5))) : list(call);
            default ->
                HttpAnswer.text(404, JSON_TYPE, "{\"error\":{\"code\":404,\"errors\":[{\"reason\":\"notFound\"}]}}");
        };
    }

    private static HttpAnswer json(String text) {
        return HttpAnswer.text(200, JSON_TYPE, text);
    }

    private static int number(String id) {
        return (int) (Long.parseLong(id, 16) - FIRST_ID);
    }

    /** Newest first, as Gmail lists. */
    private HttpAnswer list(HttpCall call) {
        int from = 0;
        int to = messages;
        Matcher bound = BOUND.matcher(text(call, "q", ""));
        while (bound.find()) {
            long second = Long.parseLong(bound.group(2));
            if (bound.group(1).equals("after")) {
                from = Math.max(from, firstAt(second + 1));
            } else {
                to = Math.min(to, firstAt(second));
            }
        }
        int total = Math.max(0, to - from);
        int skip = Math.min(total, Integer.parseInt(text(call, "pageToken", "0")));
        int size = Math.min(total - skip, Integer.parseInt(text(call, "maxResults", Integer.toString(DEFAULT_PAGE))));
        StringBuilder answer = new StringBuilder("{");
        for (int i = 0; i < size; i++) {
            String id = id(to - 1 - skip - i);
            answer.append(i == 0 ? "\"messages\":[" : ",").append("{\"id\":\"").append(id);
            answer.append("\",\"threadId\":\"").append(id).append("\"}");
        }
        answer.append(size > 0 ? "]," : "");
        if (skip + size < total) {
            answer.append("\"nextPageToken\":\"").append(skip + size).append("\",");
        }
        return json(answer.append("\"resultSizeEstimate\":")
                .append(total)
                .append('}')
                .toString());
    }

    /** The number of the first message that came at a second or later. */
    private int firstAt(long second) {
        long number = Math.floorDiv(second - OLDEST.getEpochSecond() + SPACING_SECONDS - 1, SPACING_SECONDS);
        return (int) Math.max(0, Math.min(messages, number));
    }

    private static String text(HttpCall call, String name, String otherwise) {
        String value = call.parameter(name);
        return value == null ? otherwise : value;
    }

    private static String id(int number) {
        return Long.toHexString(FIRST_ID + number);
    }

    private HttpAnswer message(HttpCall call, int number) {
        String id = id(number);
        String head = "{\"id\":\"" + id + "\",\"threadId\":\"" + id + "\",\"labelIds\":[\"INBOX\"],\"historyId\":\""
                + (1_000 + number) + "\",\"internalDate\":\""
                + OLDEST.plusSeconds(number * SPACING_SECONDS).toEpochMilli() + "\",\"sizeEstimate\":" + payload.length;
        List<byte[]> pieces = new ArrayList<>();
        pieces.add(MailText.utf8(head));
        if (text(call, "format", "full").equals("full")) {
            pieces.add(payload);
        }
        pieces.add(MailText.utf8("}"));
        return HttpAnswer.of(200, JSON_TYPE, pieces);
    }

    private static String payload(int bodyBytes) {
        int text = bodyBytes / 4;
        return ",\"payload\":{\"partId\":\"\",\"mimeType\":\"multipart/alternative\",\"filename\":\"\",\"headers\":["
                + header("Delivered-To", "box@example.com")
                + ',' + header("Received", "from a.example.com by b.example.com; Fri, 1 Jan 2010 00:00:00 +0000")
                + ',' + header("Return-Path", "<sender@example.com>")
                + ','
                + header(
                        "DKIM-Signature",
                        "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=one; b=" + "q".repeat(200))
                + ',' + header("MIME-Version", "1.0")
                + ',' + header("Date", "Fri, 1 Jan 2010 00:00:00 +0000")
                + ',' + header("Message-ID", "<one@example.com>")
                + ',' + header("In-Reply-To", "<zero@example.com>")
                + ',' + header("References", "<zero@example.com>")
                + ',' + header("Subject", "Figures of the northern branch")
                + ',' + header("From", "A Sender <sender@example.com>")
                + ',' + header("To", "A Reader <reader@example.com>, Another <another@example.com>")
                + ',' + header("Content-Type", "multipart/alternative; boundary=\\\"edge\\\"")
                + "],\"body\":{\"size\":0},\"parts\":["
                + part("0", "text/plain", text) + ',' + part("1", "text/html", bodyBytes - text) + "]}";
    }

    private static String part(String id, String type, int bytes) {
        return "{\"partId\":\"" + id + "\",\"mimeType\":\"" + type + "\",\"filename\":\"\",\"headers\":["
                + header("Content-Type", type + "; charset=\\\"UTF-8\\\"")
                + "],\"body\":{\"size\":" + bytes + ",\"data\":\""
                + Base64.getUrlEncoder().encodeToString(MailText.of(bytes).getBytes(StandardCharsets.UTF_8)) + "\"}}";
    }

    private static String header(String name, String value) {
        return "{\"name\":\"" + name + "\",\"value\":\"" + value + "\"}";
    }
}
