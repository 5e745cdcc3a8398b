package dev.backfill.provider.gmail;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.google.api.client.googleapis.services.AbstractGoogleClientRequest;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.json.gson.GsonFactory;
import com.google.api.services.gmail.Gmail;
import dev.backfill.provider.gmail.GmailErrors.Asked;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.MailboxContext;
import dev.backfill.spi.SourceException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Sends one request at a time for a caller: built by the vendor's library, its answer streamed through Jackson, its error
 * classified. Every method is the body of an {@link dev.backfill.spi.ApiRequest}: it waits and retries nothing. Thread-safe.
 */
final class GmailClient implements AutoCloseable {
    static final String MESSAGE_FIELDS = "id,threadId,labelIds,historyId,internalDate,sizeEstimate";
    private static final Pattern RECORD_ID = Pattern.compile("\\d{1,20}");
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
            // A message may have 50 MB; as base64 in one string that is more than Jackson allows by itself.
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final AccessTokens tokens;
    private final boolean ownTokens;
    private final GmailErrors errors;
    private final GmailTransport transport;
    private final LongAdder received = new LongAdder();
    private final Gmail gmail;
    private final String user;
    private final LongConsumer room;
    private volatile boolean closed;

    /** What one list request asks for. */
    record ListQuery(String search, @Nullable String labelId, boolean spamAndTrash) {}

    /** Reads an answer whose object has just begun. */
    interface Reader<T> {
        T read(JsonParser parser) throws IOException;

        /** True if it stopped in the middle because it wants no more. */
        default boolean hasEnough() {
            return false;
        }
    }

    GmailClient(MailboxContext context, GmailSettings settings) {
        this.errors = new GmailErrors(context.clock());
        this.room = context.calls()::awaitRoom;
        this.user = context.account().account();
        LongConsumer engine = context.calls()::received;
        this.transport = new GmailTransport(settings.concurrency() + 4, bytes -> {
            received.add(bytes);
            engine.accept(bytes);
        });
        SignIn signIn = settings.signIn();
        this.ownTokens = signIn != null;
        this.tokens = signIn == null
                ? context.tokens()
                : signIn.tokens(context.account(), transport.transport(), context.clock());
        int connectMillis = (int) settings.connectTimeout().toMillis();
        int readMillis = (int) settings.readTimeout().toMillis();
        this.gmail = new Gmail.Builder(
                        transport.transport(),
                        GsonFactory.getDefaultInstance(),
                        request -> initialize(request, connectMillis, readMillis))
                .setRootUrl(settings.rootUrl().toString())
                // Google compresses only for agents that say so here as well.
                .setApplicationName("backfill (gzip)")
                .build();
    }

    private static void initialize(HttpRequest request, int connectMillis, int readMillis) {
        request.setConnectTimeout(connectMillis);
        request.setReadTimeout(readMillis);
        makeQuiet(request);
    }

    /** Takes from a request all that the vendor's library would do by itself. */
    static void makeQuiet(HttpRequest request) {
        // The engine is the only one that retries and follows.
        request.setNumberOfRetries(0);
        request.setFollowRedirects(false);
        request.setThrowExceptionOnExecuteError(true);
        // At level CONFIG it logs whole bodies, tokens and mail.
        request.setLoggingEnabled(false);
        request.setCurlLoggingEnabled(false);
    }

    /** How many bytes of answers came over the wire so far, whoever asked. */
    long receivedBytes() {
        return received.sum();
    }

    ListJson.IdPage list(ListQuery query, @Nullable String pageToken, int maxResults, Asked asked) {
        return call(asked, ListJson::ids, () -> {
            Gmail.Users.Messages.List list = gmail.users().messages().list(user);
            list.setMaxResults((long) maxResults).setFields("messages(id,threadId),nextPageToken,resultSizeEstimate");
            if (!query.search().isEmpty()) {
                list.setQ(query.search());
            }
            if (query.labelId() != null) {
                list.setLabelIds(List.of(query.labelId()));
            }
            if (query.spamAndTrash()) {
                list.setIncludeSpamTrash(true);
            }
            return pageToken == null ? list : list.setPageToken(pageToken);
        });
    }

    /** The message with its parsed parts, never without. */
    GmailMessage full(String id) {
        return withPayload(message(id, "full", MESSAGE_FIELDS + ",payload", false));
    }

    /** The message's parts with the content of small attachments. */
    GmailMessage withContents(String id) {
        return withPayload(message(id, "full", "id,payload", true));
    }

    /** The message with its MIME, never without. */
    GmailMessage raw(String id) {
        GmailMessage message = message(id, "raw", MESSAGE_FIELDS + ",raw", false);
        if (message.raw() == null) {
            throw errors.unusable("NO_RAW");
        }
        return message;
    }

    /** An answer without what was asked for is broken; taken as it is, an empty mail would be made of it. */
    private GmailMessage withPayload(GmailMessage message) {
        if (message.payload() == null) {
            throw errors.unusable("NO_PAYLOAD");
        }
        return message;
    }

    /** The message's labels and dates. */
    GmailMessage minimal(String id) {
        return message(id, "minimal", MESSAGE_FIELDS, false);
    }

    private GmailMessage message(String id, String format, String fields, boolean everything) {
        AnswerMemory memory = memory();
        return call(
                Asked.MESSAGE,
                memory,
                parser -> MessageJson.read(parser, id, everything, memory),
                () -> gmail.users().messages().get(user, id).setFormat(format).setFields(fields));
    }

    /**
     * Reads messages of a thread, one after another as they come.
     *
     * @param threadId the thread
     * @param wanted says by an id whether its message is to be read; others are passed over
     * @param taker takes each message; false if no more are wanted, then the rest of the answer is not read
     * @return true if the answer was read to its end
     */
    boolean thread(String threadId, Predicate<String> wanted, Predicate<GmailMessage> taker) {
        AnswerMemory memory = memory();
        return call(
                Asked.MESSAGE,
                memory,
                new ThreadJson(wanted, taker, memory),
                () -> gmail.users()
                        .threads()
                        .get(user, threadId)
                        .setFormat("full")
                        .setFields(ThreadJson.FIELDS));
    }

    /** The content of an attachment or of a large part. */
    byte[] attachment(String messageId, String attachmentId) {
        return attachment(messageId, attachmentId, memory());
    }

    /** The content of an attachment, for which the engine has room. */
    byte[] openedAttachment(String messageId, String attachmentId) {
        return attachment(messageId, attachmentId, new AnswerMemory(room, AnswerMemory.HELD_PER_BYTE_OPENED));
    }

    private byte[] attachment(String messageId, String attachmentId, AnswerMemory memory) {
        return call(
                Asked.MESSAGE,
                memory,
                parser -> data(parser, memory),
                () -> gmail.users()
                        .messages()
                        .attachments()
                        .get(user, messageId, attachmentId)
                        .setFields("size,data"));
    }

    /** Nothing is a content only where the server says that its size is 0. */
    private byte[] data(JsonParser parser, AnswerMemory memory) throws IOException {
        byte[] data = new byte[0];
        Long size = null;
        for (String field = Json.nextField(parser); field != null; field = Json.nextField(parser)) {
            switch (field) {
                case "data" -> {
                    memory.expect(size == null ? 0 : size);
                    data = Json.bytes(parser);
                }
                case "size" -> size = Json.number(parser);
                default -> parser.skipChildren();
            }
        }
        if (data.length == 0 && (size == null || size != 0)) {
            throw errors.unusable("NO_DATA");
        }
        return data;
    }

    List<ListJson.Label> labels() {
        return call(
                Asked.EXTRA,
                ListJson::labels,
                () -> gmail.users().labels().list(user).setFields("labels(id,name,type,labelListVisibility)"));
    }

    ListJson.Label label(String id) {
        return call(
                Asked.MESSAGE,
                ListJson::label,
                () -> gmail.users().labels().get(user, id).setFields("id,name,type,messagesTotal"));
    }

    /** The profile, never without an address: a mailbox without its name would be taken for another one. */
    ListJson.Profile profile() {
        ListJson.Profile profile = call(
                Asked.EXTRA,
                ListJson::profile,
                () -> gmail.users().getProfile(user).setFields("emailAddress,historyId,messagesTotal"));
        if (profile.address().isBlank()) {
            throw errors.unusable("NO_ADDRESS");
        }
        return profile;
    }

    HistoryJson.Page history(String startHistoryId, @Nullable String pageToken) {
        if (!RECORD_ID.matcher(startHistoryId).matches()) {
            // None that Google gave; turned into a number it would fail in words that quote it.
            throw errors.historyGone();
        }
        Asked asked = pageToken == null ? Asked.HISTORY : Asked.PAGE;
        return call(asked, HistoryJson::page, () -> {
            Gmail.Users.History.List list = gmail.users().history().list(user);
            list.setStartHistoryId(new BigInteger(startHistoryId))
                    .setMaxResults(500L)
                    .setFields(HistoryJson.FIELDS);
            return pageToken == null ? list : list.setPageToken(pageToken);
        });
    }

    /** Builds a request; the vendor's builders say IOException though they send nothing. */
    private interface Request {
        AbstractGoogleClientRequest<?> build() throws IOException;
    }

    private AnswerMemory memory() {
        return new AnswerMemory(room, AnswerMemory.HELD_PER_BYTE);
    }

    private <T> T call(Asked asked, Reader<T> reader, Request request) {
        return call(asked, memory(), reader, request);
    }

    private <T> T call(Asked asked, AnswerMemory memory, Reader<T> reader, Request request) {
        if (closed) {
            throw errors.unusable("CLOSED");
        }
        String token = tokens.get();
        try {
            AbstractGoogleClientRequest<?> built = request.build();
            built.getRequestHeaders().setAuthorization("Bearer " + token);
            return read(built.executeUnparsed(), memory, reader);
        } catch (IOException failed) {
            if (closed) {
                throw errors.unusable("CLOSED");
            }
            SourceException error = errors.of(failed, asked);
            if (ownTokens && error.kind() == SourceException.Kind.AUTH) {
                // Of the host's tokens the engine says so.
                tokens.invalidate(token);
            }
            throw error;
        } catch (IllegalStateException noPool) {
            // What Apache's pool says once it is shut down.
            if (closed) {
                throw errors.unusable("CLOSED");
            }
            throw noPool;
        }
    }

    private <T> T read(HttpResponse response, AnswerMemory memory, Reader<T> reader) throws IOException {
        boolean whole = false;
        InputStream content = response.getContent();
        if (content == null) {
            throw errors.unusable("EMPTY");
        }
        try (JsonParser parser = JSON.createParser(memory.counting(content))) {
            JsonToken first = parser.nextToken();
            if (first != JsonToken.START_OBJECT) {
                throw errors.unusable(first == null ? "EMPTY" : "NO_OBJECT");
            }
            T value = reader.read(parser);
            whole = parser.currentToken() == JsonToken.END_OBJECT;
            if (!whole && !reader.hasEnough()) {
                throw errors.unusable(GmailErrors.TRUNCATED);
            }
            return value;
        } finally {
            if (whole) {
                // Reads to the end, which gives the connection back.
                content.close();
            } else {
                drop(response);
            }
        }
    }

    /** Throws away what is left of an answer. How its connection ends tells nothing, and would hide why. */
    private static void drop(HttpResponse response) {
        try {
            response.disconnect();
        } catch (IOException ended) {
            // As it should.
        }
    }

    /** Ends calls under way in any thread. Idempotent. */
    @Override
    public void close() {
        closed = true;
        transport.close();
    }
}
