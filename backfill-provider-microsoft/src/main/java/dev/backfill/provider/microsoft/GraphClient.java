package dev.backfill.provider.microsoft;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.microsoft.graph.core.requests.BaseGraphRequestAdapter;
import com.microsoft.graph.serviceclient.GraphServiceClient;
import com.microsoft.graph.users.item.UserItemRequestBuilder;
import com.microsoft.kiota.RequestInformation;
import dev.backfill.api.AccountRef;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.MailboxContext;
import dev.backfill.spi.Operation;
import dev.backfill.spi.SourceException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.Supplier;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests for one account: the SDK's builders make them, its HTTP client carries them, and the answer is read as it
 * streams in. Nothing is parsed into the SDK's models, and nothing is sent twice. Thread-safe.
 */
final class GraphClient implements AutoCloseable {
    /** Reads JSON of any size a message may have. */
    static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(64 * 1_024 * 1_024)
                    .build())
            .build();

    private static final int MAX_ERROR_BYTES = 64 * 1_024;

    /** A link that is followed was made by the server: what is wrong with it is that it is too old. */
    private static final Set<Integer> DEAD_LINK = Set.of(400, 404, 410);

    private final MailboxContext context;
    private final ServiceClock clock;
    private final GraphErrors errors;
    private final OkHttpClient http;
    /** The same connections; only a page that takes too long is given up earlier. */
    private final OkHttpClient pages;

    private final BaseGraphRequestAdapter adapter;
    private final UserItemRequestBuilder user;
    private volatile boolean closed;

    /**
     * Reads an answer.
     *
     * @param <T> what it becomes
     */
    @FunctionalInterface
    interface Reader<T extends @Nullable Object> {
        T read(InputStream body) throws IOException;
    }

    GraphClient(MailboxContext context, GraphSettings settings) {
        this.context = context;
        this.clock = new ServiceClock(context.clock());
        this.errors = new GraphErrors(context.clock());
        this.http = GraphHttp.client(settings);
        this.pages = GraphHttp.ofPages(http, settings);
        this.adapter = new BaseGraphRequestAdapter(
                (request, additional) -> authenticate(context.tokens(), request), settings.baseUrl(), http);
        GraphServiceClient graph = new GraphServiceClient(adapter);
        String account = context.account().account();
        this.user = account.equals(AccountRef.ME) ? graph.me() : graph.users().byUserId(account);
    }

    private static void authenticate(AccessTokens tokens, RequestInformation request) {
        request.headers.remove("Authorization");
        request.headers.add("Authorization", "Bearer " + token(tokens));
    }

    private static String token(AccessTokens tokens) {
        try {
            return tokens.get();
        } catch (SourceException error) {
            throw error;
        } catch (RuntimeException refused) {
            // The contract of AccessTokens: whatever else it throws, the account's consent cannot be had.
            throw SourceException.of(SourceException.Kind.AUTH, SourceException.Scope.MAILBOX, "TOKEN_UNAVAILABLE")
                    .cause(refused)
                    .build("The host gave no access token for the account");
        }
    }

    /** {@return the clock of the times that the service gives its messages} */
    InstantSource clock() {
        return clock;
    }

    /** {@return the builder of requests below the account} */
    UserItemRequestBuilder user() {
        return user;
    }

    /** Sends a request through the engine's gate, as often as it takes. */
    <T extends @Nullable Object> T call(
            Operation operation, GraphErrors.Target target, Supplier<RequestInformation> request, Reader<T> reader) {
        return context.calls().call(operation, () -> send(target, request.get(), reader, Set.of(), null));
    }

    /** Makes a request for {@link dev.backfill.spi.ApiCalls#all}. */
    <T extends @Nullable Object> ApiRequest<T> request(
            Operation operation, GraphErrors.Target target, Supplier<RequestInformation> request, Reader<T> reader) {
        return new ApiRequest<>(operation, () -> send(target, request.get(), reader, Set.of(), null));
    }

    /** Makes a request whose refusal by one of some statuses is an answer too: null. */
    <T> ApiRequest<@Nullable T> optional(
            Operation operation,
            GraphErrors.Target target,
            Set<Integer> absent,
            Supplier<RequestInformation> request,
            Reader<@Nullable T> reader) {
        return new ApiRequest<>(operation, () -> send(target, request.get(), reader, absent, () -> null));
    }

    /**
     * Follows a link to more of a list, as often as it takes.
     *
     * @throws SourceException of kind RESTART_PARTITION if the server knows the link no more; a fresh question tells whether
     *     anything else is amiss
     */
    <T> T follow(Operation operation, GraphErrors.Target target, RequestInformation link, Reader<T> reader) {
        ApiRequest<@Nullable T> request =
                optional(operation, target, DEAD_LINK, () -> NextLinks.again(link), body -> reader.read(body));
        T answer = context.calls().call(request.operation(), request.body());
        if (answer == null) {
            throw SourceException.of(
                            SourceException.Kind.RESTART_PARTITION,
                            SourceException.Scope.PARTITION,
                            "NEXT_LINK_EXPIRED")
                    .build("Microsoft Graph knows a link no more that it gave for the next page");
        }
        return answer;
    }

    private <T extends @Nullable Object> T send(
            GraphErrors.Target target,
            RequestInformation information,
            Reader<T> reader,
            Set<Integer> absent,
            @Nullable Supplier<T> ifAbsent) {
        // Ids that survive a move; asked for anew with each request, since nextLinks carry no headers.
        information.headers.add("Prefer", "IdType=\"ImmutableId\"");
        Request request = adapter.convertToNativeRequest(information);
        if (closed) {
            throw errors.ofFailure(new IOException("closed"), target);
        }
        Instant asked = clock.hostTime();
        Call call = (target == GraphErrors.Target.PAGE ? pages : http).newCall(request);
        try (Response response = call.execute()) {
            clock.answered(asked, response.header("Date"));
            ResponseBody body = response.body();
            if (response.isSuccessful() && body != null) {
                try (InputStream counted = new CountedStream(body.byteStream(), context.calls()::received)) {
                    return read(call, reader, counted);
                }
            }
            byte[] error = body == null ? new byte[0] : body.byteStream().readNBytes(MAX_ERROR_BYTES);
            SourceException failure = errors.ofAnswer(response.code(), response.header("Retry-After"), error, target);
            if (ifAbsent != null && absent.contains(response.code()) && !GraphErrors.isNoMailbox(failure.code())) {
                return ifAbsent.get();
            }
            throw failure;
        } catch (IOException failure) {
            throw errors.ofFailure(failure, target);
        }
    }

    /**
     * Reads an answer. One that is refused in the middle ends its connection: closed alone, OkHttp would read on for a while, to use the
     * connection again.
     */
    private static <T extends @Nullable Object> T read(Call call, Reader<T> reader, InputStream body)
            throws IOException {
        try {
            return reader.read(body);
        } catch (SourceException refused) {
            call.cancel();
            throw refused;
        }
    }

    /** Ends calls under way and lets go of connections; without calls that nobody waits for there are no threads. */
    @Override
    public void close() {
        closed = true;
        http.dispatcher().cancelAll();
        http.connectionPool().evictAll();
    }
}
