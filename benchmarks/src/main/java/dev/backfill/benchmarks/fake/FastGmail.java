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
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * As much of the Gmail API as a crawl asks for: any user has a mailbox, all of its mail is in the inbox, message number i came i
 * minutes after the first, and everything of a message but its number is the same: a plain and an HTML body, a quarter and three
 * quarters of its bytes, and attachments, whose contents are asked for by themselves unless the message is asked for as its MIME.
 * Thread-safe.
 */
public final class FastGmail implements MailServer {
    private static final Instant OLDEST = FastGraph.OLDEST;
    private static final long SPACING_SECONDS = 60;
    private static final long FIRST_ID = 0x1400000000000000L;
    private static final int DEFAULT_PAGE = 100;
    private static final String JSON_TYPE = "application/json; charset=UTF-8";
    private static final byte[] END = MailText.utf8("\"}");
    private static final Pattern BOUND = Pattern.compile("(after|before):(\\d+)");

    private static final List<List<String>> HEADERS = List.of(
            List.of("Delivered-To", "box@example.com"),
            List.of("Received", "from a.example.com by b.example.com; Fri, 1 Jan 2010 00:00:00 +0000"),
            List.of("Return-Path", "<sender@example.com>"),
            List.of(
                    "DKIM-Signature",
                    "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=one; b=" + "q".repeat(200)),
            List.of("MIME-Version", "1.0"),
            List.of("Date", "Fri, 1 Jan 2010 00:00:00 +0000"),
            List.of("Message-ID", "<one@example.com>"),
            List.of("In-Reply-To", "<zero@example.com>"),
            List.of("References", "<zero@example.com>"),
            List.of("Subject", "Figures of the northern branch"),
            List.of("From", "A Sender <sender@example.com>"),
            List.of("To", "A Reader <reader@example.com>, Another <another@example.com>"));

    private final int messages;
    private final byte[] payload;
    private final byte[] mime;
    private final byte[] attachment;
    private final FastServer server;

    /**
     * Starts the server.
     *
     * @param messages messages of each mailbox, 1 or more
     * @param bodyBytes bytes of each message's bodies together
     * @param latency how long each answer takes
     */
    public FastGmail(int messages, int bodyBytes, Duration latency) {
        this(messages, bodyBytes, 0, 0, latency);
    }

    /**
     * Starts the server with messages that have attachments.
     *
     * @param messages messages of each mailbox, 1 or more
     * @param bodyBytes bytes of each message's bodies together
     * @param attachments attachments of each message
     * @param attachmentBytes bytes of each
     * @param latency how long each answer takes
     */
    public FastGmail(int messages, int bodyBytes, int attachments, int attachmentBytes, Duration latency) {
        this.messages = messages;
        this.payload = MailText.utf8(payload(bodyBytes, attachments, attachmentBytes));
        this.mime = Base64.getUrlEncoder().encode(MailText.utf8(mime(bodyBytes, attachments, attachmentBytes)));
        this.attachment = Base64.getUrlEncoder().encode(MailText.utf8(MailText.of(attachmentBytes)));
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
            case "messages" -> messages(call, path);
            default ->
                HttpAnswer.text(404, JSON_TYPE, "{\"error\":{\"code\":404,\"errors\":[{\"reason\":\"notFound\"}]}}");
        };
    }

    private HttpAnswer messages(HttpCall call, List<String> path) {
        if (path.size() > 6) {
            return HttpAnswer.of(
                    200,
                    JSON_TYPE,
                    List.of(MailText.utf8("{\"size\":" + attachment.length / 4 * 3 + ",\"data\":\""), attachment, END));
        }
        return path.size() > 5 ? message(call, number(path.get(5))) : list(call);
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
                + OLDEST.plusSeconds(number * SPACING_SECONDS).toEpochMilli() + "\",\"sizeEstimate\":"
                + mime.length / 4 * 3;
        List<byte[]> pieces = new ArrayList<>();
        pieces.add(MailText.utf8(head));
        switch (text(call, "format", "full")) {
            case "full" -> {
                pieces.add(payload);
                pieces.add(MailText.utf8("}"));
            }
            case "raw" -> {
                pieces.add(MailText.utf8(",\"raw\":\""));
                pieces.add(mime);
                pieces.add(END);
            }
            default -> pieces.add(MailText.utf8("}"));
        }
        return HttpAnswer.of(200, JSON_TYPE, pieces);
    }

    private static String payload(int bodyBytes, int attachments, int attachmentBytes) {
        int text = bodyBytes / 4;
        String bodies = part("0", "text/plain", text) + ',' + part("1", "text/html", bodyBytes - text);
        String type = attachments == 0 ? "multipart/alternative" : "multipart/mixed";
        String attached = IntStream.range(2, 2 + attachments)
                .mapToObj(
                        i -> ",{\"partId\":\"" + i + "\",\"mimeType\":\"application/octet-stream\",\"filename\":\"" + i
                                + ".bin\",\"headers\":["
                                + header("Content-Disposition", "attachment; filename=" + i + ".bin")
                                + "],\"body\":{\"attachmentId\":\"a" + i + "\",\"size\":" + attachmentBytes + "}}")
                .collect(Collectors.joining());
        String headers = HEADERS.stream()
                .map(field -> header(field.get(0), field.get(1)) + ',')
                .collect(Collectors.joining());
        return ",\"payload\":{\"partId\":\"\",\"mimeType\":\"" + type + "\",\"filename\":\"\",\"headers\":[" + headers
                + header("Content-Type", type + "; boundary=edge") + "],\"body\":{\"size\":0},\"parts\":[" + bodies
                + attached + "]}";
    }

    private static String mime(int bodyBytes, int attachments, int attachmentBytes) {
        int text = bodyBytes / 4;
        StringBuilder mime = new StringBuilder();
        HEADERS.forEach(field ->
                mime.append(field.get(0)).append(": ").append(field.get(1)).append("\r\n"));
        mime.append("Content-Type: multipart/mixed; boundary=edge\r\n");
        mime.append("\r\n--edge\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n")
                .append(MailText.of(text));
        mime.append("\r\n--edge\r\nContent-Type: text/html; charset=UTF-8\r\n\r\n")
                .append(MailText.of(bodyBytes - text));
        String content = attachments == 0
                ? ""
                : Base64.getMimeEncoder().encodeToString(MailText.utf8(MailText.of(attachmentBytes)));
        for (int i = 2; i < 2 + attachments; i++) {
            mime.append(
                            "\r\n--edge\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=")
                    .append(i)
                    .append(".bin\r\nContent-Transfer-Encoding: base64\r\n\r\n")
                    .append(content);
        }
        return mime.append("\r\n--edge--\r\n").toString();
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
