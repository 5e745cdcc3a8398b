package dev.backfill.provider.gmail;

import dev.backfill.api.AccountRef;
import dev.backfill.spi.Settings;
import dev.backfill.spi.SourceException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The credentials that a host's settings hold, in place of its {@link dev.backfill.spi.AccessTokens}: an app with one user's refresh
 * token, or a service account that acts for each account. Immutable and thread-safe; its text holds no secret.
 */
final class SignIn {
    static final String CLIENT_ID = "client-id";
    static final String CLIENT_SECRET = "client-secret";
    static final String REFRESH_TOKEN = "refresh-token";
    static final String KEY = "service-account-key";
    static final String KEY_FILE = "service-account-key-file";
    static final String TOKEN_URL = "token-url";
    static final Set<String> SETTINGS = Set.of(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, KEY, KEY_FILE, TOKEN_URL);

    private final @Nullable ServiceAccountKey key;
    private final @Nullable Grant user;
    private final URI tokenUrl;

    private SignIn(@Nullable ServiceAccountKey key, @Nullable Grant user, URI tokenUrl) {
        this.key = key;
        this.user = user;
        this.tokenUrl = tokenUrl;
    }

    /** What the settings say; null when they hold no credentials, so that the host's tokens are asked for. */
    static @Nullable SignIn of(Settings settings) {
        ServiceAccountKey key = key(settings);
        Grant user = user(settings);
        if (key != null && user != null) {
            throw settings.invalid(CLIENT_ID, "and a service account exclude each other");
        }
        if (key == null && user == null) {
            if (settings.text(TOKEN_URL) != null) {
                throw settings.invalid(TOKEN_URL, "is of no use without credentials");
            }
            return null;
        }
        String named = key == null
                ? GoogleAccessTokens.DEFAULT_TOKEN_URL
                : key.tokenUrl().toString();
        URI tokenUrl = GmailSettings.safe(settings, TOKEN_URL, settings.url(TOKEN_URL, named));
        return new SignIn(key, user, tokenUrl);
    }

    private static @Nullable Grant user(Settings settings) {
        String id = settings.text(CLIENT_ID);
        String secret = settings.text(CLIENT_SECRET);
        String refresh = settings.text(REFRESH_TOKEN);
        if (id == null && secret == null && refresh == null) {
            return null;
        }
        if (id == null || secret == null || refresh == null) {
            String missing = id == null ? CLIENT_ID : secret == null ? CLIENT_SECRET : REFRESH_TOKEN;
            throw settings.invalid(missing, "must be set as well, since others of the app's credentials are");
        }
        return Grant.ofUser(id, secret, refresh);
    }

    private static @Nullable ServiceAccountKey key(Settings settings) {
        String text = settings.text(KEY);
        String file = settings.text(KEY_FILE);
        if (text != null && file != null) {
            throw settings.invalid(KEY, "and " + KEY_FILE + " exclude each other");
        }
        if (text == null && file == null) {
            return null;
        }
        String name = text != null ? KEY : KEY_FILE;
        try {
            return ServiceAccountKey.read(text != null ? text : Files.readString(Path.of(String.valueOf(file))));
        } catch (IOException | InvalidPathException unreadable) {
            throw settings.invalid(name, "names no file that can be read");
        } catch (IllegalArgumentException noKey) {
            throw settings.invalid(name, "is no key of a service account in Google's JSON form");
        }
    }

    /**
     * Gives an account's tokens.
     *
     * @param account the account; with a service account its address is the user to act for
     * @param transport what the endpoint is asked over
     * @param clock tells when a token ends
     */
    GoogleAccessTokens tokens(
            AccountRef account, com.google.api.client.http.HttpTransport transport, java.time.InstantSource clock) {
        return new GoogleAccessTokens(grant(account), new TokenEndpoint(transport, tokenUrl, clock), clock);
    }

    private Grant grant(AccountRef account) {
        if (user != null) {
            return user;
        }
        String subject = account.account();
        if (key == null || subject.toLowerCase(Locale.ROOT).equals(AccountRef.ME)) {
            // Thrown when a token is asked for, since a mailbox is opened without a word to the provider.
            return now -> {
                throw SourceException.of(SourceException.Kind.AUTH, SourceException.Scope.MAILBOX, "NO_SUBJECT")
                        .build("a service account acts for the user whose address the account is; \"me\" is nobody");
            };
        }
        return key.grant(subject, tokenUrl);
    }

    /** {@return a text without a secret} */
    @Override
    public String toString() {
        return key == null ? "SignIn[user]" : "SignIn[service account]";
    }
}
