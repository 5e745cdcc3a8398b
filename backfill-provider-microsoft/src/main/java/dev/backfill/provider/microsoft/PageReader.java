package dev.backfill.provider.microsoft;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonToken;
import dev.backfill.model.EmailMessage;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.SourceException;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a page of messages from its bytes, no further than there is room. For one answer; confined to one thread. */
final class PageReader {
    private final Frame frame;
    private final List<MessagePage.Entry> entries = new ArrayList<>();
    private @Nullable String nextLink;
    private @Nullable Long count;
    private boolean sawValue;
    private boolean cut;
    private int fresh;
    private long bytes;
    private long lastSecond;

    /**
     * What a page may hold.
     *
     * @param scope the folder's id, for failures
     * @param folder the folder's path
     * @param border hashes of messages handed over before
     * @param fromSecond the first second asked for
     * @param toSecond the end of what was asked for, exclusive
     * @param maxMessages the most messages to read, repeats apart
     * @param maxBytes the most bytes of messages to read; one is always read
     * @param detail what was asked for
     */
    record Frame(
            String scope,
            String folder,
            Set<String> border,
            long fromSecond,
            long toSecond,
            int maxMessages,
            long maxBytes,
            GraphRequests.Detail detail) {}

    private final Set<String> seen = new HashSet<>();

    private PageReader(Frame frame) {
        this.frame = frame;
        this.lastSecond = frame.fromSecond;
    }

    static MessagePage read(InputStream body, Frame frame) throws IOException {
        PageReader reader = new PageReader(frame);
        try (EntryCounter json = new EntryCounter(GraphClient.JSON.createParser(body))) {
            json.nextToken();
            reader.answer(json);
            if (!reader.sawValue) {
                throw new JsonParseException(json, "the answer has no value");
            }
            return new MessagePage(reader.entries, json.entries(), reader.nextLink, reader.count, reader.cut);
        }
    }

    private void answer(EntryCounter json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new JsonParseException(json, "the answer is no object");
        }
        while (!cut && json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "value" -> value(json);
                case "@odata.nextLink" -> nextLink = JsonText.string(json);
                case "@odata.count" -> count = JsonText.number(json);
                default -> json.skipChildren();
            }
        }
        if (!cut && json.currentToken() != JsonToken.END_OBJECT) {
            throw new JsonParseException(json, "the answer ends too early");
        }
    }

    private void value(EntryCounter json) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw new JsonParseException(json, "the answer's value is no list");
        }
        sawValue = true;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (fresh >= frame.maxMessages || (fresh > 0 && bytes >= frame.maxBytes)) {
                cut = true;
                nextLink = null;
                return;
            }
            int index = json.entries();
            add(RawMessage.read(json), index);
        }
    }

    private void add(RawMessage raw, int index) {
        String id = raw.id == null ? "" : raw.id;
        String hash = KeysetPosition.hash(id);
        long second = second(raw);
        // What an answer names twice may stand where another is missing: as two it would make up the server's count.
        boolean again = !id.isEmpty() && !seen.add(hash);
        if (again || (second == frame.fromSecond && frame.border.contains(hash))) {
            entries.add(new MessagePage.Entry(id, hash, second, index, true, null, null));
            return;
        }
        fresh++;
        if (frame.detail == GraphRequests.Detail.IDS) {
            entries.add(new MessagePage.Entry(id, hash, second, index, false, null, null));
            return;
        }
        PageItem item = item(raw, id);
        if (item instanceof PageItem.Message message) {
            bytes += message.email().heapBytes();
        }
        entries.add(new MessagePage.Entry(id, hash, second, index, false, item, raw.lacksAttachments() ? raw : null));
    }

    private PageItem item(RawMessage raw, String id) {
        try {
            EmailMessage email = raw.toEmail(frame.folder);
            return new PageItem.Message(PageItem.Change.CREATE, email);
        } catch (IllegalArgumentException | DateTimeException unreadable) {
            FailureRef ref = id.isEmpty()
                    ? FailureRef.stretch(frame.scope, Seconds.instant(lastSecond), Seconds.instant(lastSecond + 1))
                    : FailureRef.message(frame.scope, id);
            return new PageItem.Failed(ref, SourceException.Kind.SKIP_MESSAGE, "UNREADABLE_MESSAGE");
        }
    }

    /** Gives an entry's second, and refuses a server that keeps neither to the filter nor to the order. */
    private long second(RawMessage raw) {
        if (raw.receivedDateTime == null) {
            return lastSecond;
        }
        long second;
        try {
            second = raw.receivedAt().getEpochSecond();
        } catch (DateTimeException unreadable) {
            return lastSecond;
        }
        if (second < frame.fromSecond || second >= frame.toSecond) {
            throw broken("FILTER_NOT_KEPT", "gave messages outside the time that was asked for");
        }
        if (second < lastSecond) {
            throw broken("ORDER_NOT_KEPT", "did not give messages in the order of received time");
        }
        lastSecond = second;
        return second;
    }

    private static SourceException broken(String code, String what) {
        return SourceException.of(SourceException.Kind.FAIL_JOB, SourceException.Scope.MAILBOX, code)
                .build("Microsoft Graph " + what + "; going on would lose or repeat mail");
    }
}
