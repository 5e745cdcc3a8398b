package dev.backfill.provider.gmail;

import com.google.auth.oauth2.ServiceAccountCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** The key of a service account, read by Google's library. Immutable and thread-safe; its text holds nothing of it. */
final class ServiceAccountKey {
    private final ServiceAccountCredentials credentials;

    private ServiceAccountKey(ServiceAccountCredentials credentials) {
        this.credentials = credentials;
    }

    /**
     * Reads a key.
     *
     * @param json the text of the key file
     * @throws IllegalArgumentException if it is no key of a service account; the message holds nothing of it
     */
    static ServiceAccountKey read(String json) {
        ServiceAccountCredentials credentials;
        try {
            credentials = ServiceAccountCredentials.fromStream(
                    new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException | RuntimeException unreadable) {
            // Whatever the library says of it may quote the key, so nothing of that is kept.
            throw new IllegalArgumentException("is no key of a service account in Google's JSON form");
        }
        return new ServiceAccountKey(credentials);
    }

    /** Where the key says that tokens are to be had. */
    URI tokenUrl() {
        return credentials.getTokenServerUri();
    }

    /** What to send to the endpoint for a token that acts for a user. */
    Grant grant(String subject, URI endpoint) {
        return Grant.ofServiceAccount(credentials, subject, endpoint);
    }

    /** {@return a text without the key} */
    @Override
    public String toString() {
        return "ServiceAccountKey";
    }
}
