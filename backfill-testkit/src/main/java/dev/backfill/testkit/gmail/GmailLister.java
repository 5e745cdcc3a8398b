package dev.backfill.testkit.gmail;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.backfill.testkit.gmail.GmailMailbox.HistoryRecord;
import dev.backfill.testkit.http.HttpCall;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers lists: of messages, of threads, of history. Thread-safe. */
final class GmailLister {
    private static final int DEFAULT_RESULTS = 100;
    private static final int MAX_RESULTS = 500;

    private final GmailQuirks quirks;

    GmailLister(GmailQuirks quirks) {
        this.quirks = quirks;
    }

    void list(JsonGenerator json, GmailMailbox mailbox, HttpCall call, String kind) throws IOException {
        List<GmailItem> found = found(mailbox, call);
        if (kind.equals("threads")) {
            Map<String, GmailItem> newest = new LinkedHashMap<>();
            found.forEach(item -> newest.putIfAbsent(item.threadId(), item));
            found = List.copyOf(newest.values());
        }
        int from = from(found, call.parameter("pageToken"));
        int to = Math.min(found.size(), from + size(call));
        if (mailbox.isSpoilt(found.subList(from, to))) {
            throw GmailFault.of(500, "backendError", "Backend Error");
        }
        json.writeStartObject();
        if (to > from) {
            json.writeArrayFieldStart(kind);
            for (GmailItem item : found.subList(from, to)) {
                json.writeStartObject();
                json.writeStringField("id", kind.equals("threads") ? item.threadId() : item.id());
                json.writeStringField(
                        kind.equals("threads") ? "historyId" : "threadId",
                        kind.equals("threads") ? Long.toString(item.historyId()) : item.threadId());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        boolean last = to == found.size();
        if (!last) {
            json.writeStringField("nextPageToken", token(found, to));
        }
        // A guess, except on the last page, as people found out.
        json.writeNumberField("resultSizeEstimate", last && from == 0 ? found.size() : 201);
        json.writeEndObject();
    }

    private List<GmailItem> found(GmailMailbox mailbox, HttpCall call) {
        String q = call.parameter("q");
        GmailSearch search = GmailSearch.of(q == null ? "" : q, mailbox.labels());
        List<String> labelIds = call.query().getOrDefault("labelIds", List.of());
        boolean hidden = "true".equals(call.parameter("includeSpamTrash")) || search.asksForHidden();
        for (String labelId : labelIds) {
            if (!mailbox.labels().containsKey(labelId)) {
                throw GmailFault.badRequest("Invalid label: " + labelId);
            }
        }
        List<GmailItem> found = new ArrayList<>();
        for (GmailItem item : dated(mailbox, search)) {
            if ((hidden || !item.isHidden()) && item.hasAll(labelIds) && search.matches(item)) {
                found.add(item);
            }
        }
        if (quirks.order() == GmailQuirks.Order.BY_ID) {
            found.sort(Comparator.comparing(GmailItem::id));
        }
        return found;
    }

    private List<GmailItem> dated(GmailMailbox mailbox, GmailSearch search) {
        GmailItem[] all = mailbox.newestFirst();
        if (quirks.searchDate() == GmailQuirks.SearchDate.HEADER) {
            return Arrays.stream(all)
                    .filter(item -> search.holds(headerMillis(item), quirks.includesBorders()))
                    .toList();
        }
        if (quirks.searchDate() == GmailQuirks.SearchDate.NONE) {
            return List.of(all);
        }
        int from = 0;
        int to = all.length;
        // Newest first: a binary search for the first message that is not too new.
        while (from < to) {
            int middle = (from + to) >>> 1;
            long second = Math.floorDiv(all[middle].millis(), 1_000);
            if (second > search.beforeSecond()) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        List<GmailItem> dated = new ArrayList<>();
        for (int i = from; i < all.length; i++) {
            if (Math.floorDiv(all[i].millis(), 1_000) < search.afterSecond()) {
                break;
            }
            if (search.holds(all[i].millis(), quirks.includesBorders())) {
                dated.add(all[i]);
            }
        }
        return dated;
    }

    private static long headerMillis(GmailItem item) {
        return item.mail().parsed().date().map(Instant::toEpochMilli).orElse(item.millis());
    }

    private static int size(HttpCall call) {
        String text = call.parameter("maxResults");
        if (text == null) {
            return DEFAULT_RESULTS;
        }
        if (!text.matches("\\d{1,9}")) {
            throw GmailFault.badRequest("Invalid value at 'max_results'");
        }
        return Math.max(1, Math.min(MAX_RESULTS, Integer.parseInt(text)));
    }

    private String token(List<GmailItem> found, int next) {
        GmailItem last = found.get(next - 1);
        String plain = quirks.shiftingPages() ? "o:" + next : "k:" + last.millis() + ":" + last.id();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(plain.getBytes(StandardCharsets.US_ASCII));
    }

    private int from(List<GmailItem> found, @Nullable String token) {
        if (token == null) {
            return 0;
        }
        if (quirks.dyingTokens()) {
            throw GmailFault.badRequest("Invalid pageToken");
        }
        String[] parts = decoded(token).split(":");
        if (parts[0].equals("o") && parts.length == 2) {
            return Math.min(found.size(), Integer.parseInt(parts[1]));
        }
        if (!parts[0].equals("k") || parts.length != 3) {
            throw GmailFault.badRequest("Invalid pageToken");
        }
        long millis = Long.parseLong(parts[1]);
        for (int i = 0; i < found.size(); i++) {
            GmailItem item = found.get(i);
            boolean behind = quirks.order() == GmailQuirks.Order.BY_ID
                    ? item.id().compareTo(parts[2]) > 0
                    : item.millis() < millis
                            || item.millis() == millis && item.id().compareTo(parts[2]) < 0;
            if (behind) {
                return i;
            }
        }
        return found.size();
    }

    private static String decoded(String token) {
        try {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.US_ASCII);
        } catch (IllegalArgumentException noToken) {
            throw GmailFault.badRequest("Invalid pageToken");
        }
    }

    void history(JsonGenerator json, GmailMailbox mailbox, HttpCall call) throws IOException {
        String start = call.parameter("startHistoryId");
        if (start == null || !start.matches("\\d{1,18}")) {
            throw GmailFault.badRequest("Missing startHistoryId");
        }
        List<HistoryRecord> records = mailbox.historyAfter(Long.parseLong(start));
        if (records == null) {
            throw GmailFault.notFound();
        }
        String token = call.parameter("pageToken");
        int from = token == null ? 0 : Integer.parseInt(token);
        int to = Math.min(records.size(), from + size(call));
        json.writeStartObject();
        if (to > from) {
            json.writeArrayFieldStart("history");
            for (HistoryRecord record : records.subList(Math.min(from, to), to)) {
                record(json, record);
            }
            json.writeEndArray();
        }
        if (to < records.size()) {
            json.writeStringField("nextPageToken", Integer.toString(to));
        }
        json.writeStringField("historyId", Long.toString(mailbox.historyId()));
        json.writeEndObject();
    }

    private static void record(JsonGenerator json, HistoryRecord record) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", Long.toString(record.id()));
        // Google names the messages twice: here, and below by what happened to them.
        json.writeArrayFieldStart("messages");
        message(json, record, false);
        json.writeEndArray();
        boolean labels = record.happened() == GmailMailbox.Happened.LABELS_ADDED
                || record.happened() == GmailMailbox.Happened.LABELS_REMOVED;
        json.writeArrayFieldStart(
                switch (record.happened()) {
                    case MESSAGE_ADDED -> "messagesAdded";
                    case MESSAGE_DELETED -> "messagesDeleted";
                    case LABELS_ADDED -> "labelsAdded";
                    case LABELS_REMOVED -> "labelsRemoved";
                });
        json.writeStartObject();
        json.writeFieldName("message");
        message(json, record, true);
        if (labels) {
            labelIds(json, record.changed());
        }
        json.writeEndObject();
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void message(JsonGenerator json, HistoryRecord record, boolean withLabels) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", record.messageId());
        json.writeStringField("threadId", record.threadId());
        // As in messages, Google leaves empty lists out.
        if (withLabels && !record.labelIds().isEmpty()) {
            labelIds(json, record.labelIds());
        }
        json.writeEndObject();
    }

    private static void labelIds(JsonGenerator json, List<String> labelIds) throws IOException {
        json.writeArrayFieldStart("labelIds");
        for (String labelId : labelIds) {
            json.writeString(labelId);
        }
        json.writeEndArray();
    }
}
