package dev.backfill.provider.gmail;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.HttpResponseException;
import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.UrlEncodedContent;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.spi.SourceException.Scope;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Google's token endpoint: one request, one answer, no retry. The request is ours rather than Google's auth library's, since that
 * one hands what it sends and receives, secrets, to a logger, and sends again by itself; see docs/adr. Thread-safe.
 */
final class TokenEndpoint {
    private static final JsonFactory JSON = new JsonFactory();
    private static final Duration SHORTEST_LIFE = Duration.ofMinutes(1);

    private final HttpTransport transport;
    private final URI url;
    private final InstantSource clock;

    /**
     * An access token.
     *
     * @param value the token, without the word Bearer
     * @param from when it was asked for
     * @param until when it ends
     */
    record Token(String value, Instant from, Instant until) {
        /** {@return a text without the token} */
        @Override
        public String toString() {
            return "Token[until " + until + "]";
        }
    }

    TokenEndpoint(HttpTransport transport, URI url, InstantSource clock) {
        this.transport = transport;
        this.url = url;
        this.clock = clock;
    }

    /**
     * Asks for a token.
     *
     * @throws SourceException of kind AUTH if the grant is refused, with the endpoint's code ({@code invalid_grant}); of kind RETRY
     *     if the endpoint does not answer, or not usably
     */
    Token exchange(Grant grant) {
        Instant now = clock.instant();
        try {
            HttpRequest request = transport
                    .createRequestFactory(GmailClient::makeQuiet)
                    .buildPostRequest(new GenericUrl(url), new UrlEncodedContent(grant.form(now)));
            return read(request.execute(), now);
        } catch (HttpResponseException refused) {
            throw ofRefusal(refused);
        } catch (IOException failed) {
            // Its text may quote the answer, so only its class is kept.
            throw SourceException.of(Kind.RETRY, Scope.MAILBOX, "TOKEN_IO")
                    .build("the token endpoint could not be asked: "
                            + failed.getClass().getSimpleName());
        }
    }

    private static Token read(HttpResponse response, Instant now) throws IOException {
        String value = "";
        Long seconds = null;
        try (InputStream content = response.getContent();
                JsonParser parser = JSON.createParser(content)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                for (String field = Json.nextField(parser); field != null; field = Json.nextField(parser)) {
                    switch (field) {
                        case "access_token" -> value = Json.text(parser);
                        case "expires_in" -> seconds = Json.number(parser);
                        default -> parser.skipChildren();
                    }
                }
            }
        } finally {
            response.disconnect();
        }
        if (value.isBlank()) {
            throw SourceException.of(Kind.RETRY, Scope.MAILBOX, "TOKEN_EMPTY")
                    .build("the token endpoint's answer holds no token");
        }
        Duration life =
                seconds == null || seconds < SHORTEST_LIFE.toSeconds() ? SHORTEST_LIFE : Duration.ofSeconds(seconds);
        return new Token(value.strip(), now, now.plus(life));
    }

    private static SourceException ofRefusal(HttpResponseException refused) {
        int status = refused.getStatusCode();
        String word = word(refused.getContent());
        String code = word.isEmpty() ? "TOKEN_HTTP_" + status : word;
        boolean mayPass = status >= 500 || status == 408 || status == 429;
        return SourceException.of(mayPass ? Kind.RETRY : Kind.AUTH, Scope.MAILBOX, code)
                .build("the token endpoint answered HTTP " + status + " (" + code + ")");
    }

    /** The error's code; empty when there is none, or what stands there is no code. */
    private static String word(@Nullable String content) {
        if (content == null) {
            return "";
        }
        try (JsonParser parser = JSON.createParser(content)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                for (String field = Json.nextField(parser); field != null; field = Json.nextField(parser)) {
                    if (field.equals("error")) {
                        String error = Json.text(parser);
                        return error.matches("[a-z_]{1,64}") ? error : "";
                    }
                    parser.skipChildren();
                }
            }
        } catch (IOException noJson) {
            return "";
        }
        return "";
    }
}
