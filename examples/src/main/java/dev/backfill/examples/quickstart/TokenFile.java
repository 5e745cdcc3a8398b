package dev.backfill.examples.quickstart;

import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.SourceException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A token that stands in a file, which somebody else keeps fresh: read once, and again after the server refused it. */
final class TokenFile implements AccessTokens {
    private final Path file;
    private final Object lock = new Object();
    private @Nullable String token;

    TokenFile(Path file) throws UserMistake {
        this.file = file;
        try {
            token = read();
        } catch (CharacterCodingException notText) {
            throw noToken(file);
        } catch (IOException unreadable) {
            throw UserMistake.failed("--token-file: cannot read " + file);
        }
        if (token.isEmpty()) {
            throw UserMistake.failed("--token-file: " + file + " is empty");
        }
        if (token.chars().anyMatch(character -> character <= ' ' || character > '~')) {
            throw noToken(file);
        }
    }

    private static UserMistake noToken(Path file) {
        return UserMistake.failed("--token-file: " + file + " must hold an access token alone, one word of ASCII");
    }

    @Override
    public String get() {
        synchronized (lock) {
            if (token == null) {
                try {
                    token = read();
                } catch (IOException unreadable) {
                    throw SourceException.of(
                                    SourceException.Kind.AUTH, SourceException.Scope.MAILBOX, "TOKEN_FILE_UNREADABLE")
                            .build("The token file can no longer be read");
                }
            }
            return token;
        }
    }

    @Override
    public void invalidate(String refused) {
        synchronized (lock) {
            // Of several requests refused at once, the first makes the file be read again.
            if (refused.equals(token)) {
                token = null;
            }
        }
    }

    private String read() throws IOException {
        return Files.readString(file).strip();
    }
}
