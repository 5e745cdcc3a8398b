package dev.backfill.provider.gmail;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.auth.oauth2.ServiceAccountCredentials;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;

/**
 * What Google's token endpoint is given for an access token (RFC 6749 and RFC 7523). Immutable and thread-safe; what it is made
 * of is secret, so it has no text.
 */
@FunctionalInterface
interface Grant {
    /** The right that is asked for: reading mail, and nothing else. */
    String SCOPE = "https://www.googleapis.com/auth/gmail.readonly";

    /** Makes the form to send; anew for each request, since an assertion is good for a while only. */
    Map<String, String> form(Instant now);

    /** The refresh token that a user's consent gave to an app. */
    static Grant ofUser(String clientId, String clientSecret, String refreshToken) {
        Objects.requireNonNull(clientId, "clientId");
        Objects.requireNonNull(clientSecret, "clientSecret");
        Objects.requireNonNull(refreshToken, "refreshToken");
        return now -> Map.of(
                "grant_type", "refresh_token",
                "client_id", clientId,
                "client_secret", clientSecret,
                "refresh_token", refreshToken);
    }

    /**
     * A service account that acts for a user of its domain.
     *
     * @param key the account's key, which Google's library holds and signs with
     * @param subject the user's address
     * @param endpoint where the assertion will be sent, which it names
     */
    static Grant ofServiceAccount(ServiceAccountCredentials key, String subject, URI endpoint) {
        Objects.requireNonNull(subject, "subject");
        return now -> Map.of(
                "grant_type",
                "urn:ietf:params:oauth:grant-type:jwt-bearer",
                "assertion",
                Assertion.of(key, subject, endpoint, now));
    }

    /** Writes and signs assertions. */
    final class Assertion {
        /** The longest that Google takes. */
        private static final Duration LIFE = Duration.ofHours(1);

        private static final JsonFactory JSON = new JsonFactory();

        /** Writes the fields of an object. */
        private interface Fields {
            void write(JsonGenerator json) throws IOException;
        }

        private Assertion() {}

        private static String of(ServiceAccountCredentials key, String subject, URI endpoint, Instant now) {
            String head = object(json -> {
                json.writeStringField("alg", "RS256");
                json.writeStringField("typ", "JWT");
                if (key.getPrivateKeyId() != null) {
                    json.writeStringField("kid", key.getPrivateKeyId());
                }
            });
            String claims = object(json -> {
                json.writeStringField("iss", key.getClientEmail());
                json.writeStringField("sub", subject);
                json.writeStringField("scope", SCOPE);
                json.writeStringField("aud", endpoint.toString());
                json.writeNumberField("iat", now.getEpochSecond());
                json.writeNumberField("exp", now.plus(LIFE).getEpochSecond());
            });
            String signed = head + "." + claims;
            return signed + "." + base64(key.sign(signed.getBytes(StandardCharsets.US_ASCII)));
        }

        private static String object(Fields fields) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (JsonGenerator json = JSON.createGenerator(bytes)) {
                json.writeStartObject();
                fields.write(json);
                json.writeEndObject();
            } catch (IOException neverInMemory) {
                throw new UncheckedIOException(neverInMemory);
            }
            return base64(bytes.toByteArray());
        }

        private static String base64(byte[] bytes) {
            return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        }
    }
}
