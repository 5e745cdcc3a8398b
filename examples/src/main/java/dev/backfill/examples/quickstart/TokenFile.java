package dev.backfill.examples.quickstart;

import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.SourceException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A token that stands in a file, which somebody else keeps fresh: read once, and again after the server refused it. A file that
 * is empty then is being replaced: the old token is given until there is a new one. Thread-safe.
 */
final class TokenFile implements AccessTokens {
    private final Path file;
    private final Object lock = new Object();
    // Both guarded by lock
    private String last;
    private @Nullable String token;

    TokenFile(Path file) throws UserMistake {
        this.file = file;
        try {
            last = read();
        } catch (CharacterCodingException notText) {
            throw noToken(file);
        } catch (IOException unreadable) {
            throw UserMistake.failed("--token-file: cannot read " + file);
        }
        if (last.isEmpty()) {
            throw UserMistake.failed("--token-file: " + file + " is empty");
        }
        if (!isToken(last)) {
            throw noToken(file);
        }
        token = last;
    }

    private static boolean isToken(String text) {
        return text.chars().allMatch(character -> character > ' ' && character <= '~');
    }

    private static UserMistake noToken(Path file) {
        return UserMistake.failed("--token-file: " + file + " must hold an access token alone, one word of ASCII");
    }

    @Override
    public String get() {
        synchronized (lock) {
            if (token == null) {
                String read = readAgain();
                if (read.isEmpty()) {
                    return last; // not yet: the next call looks again
                }
                last = read;
                token = read;
            }
            return token;
        }
    }

    private String readAgain() {
        try {
            String read = read();
            if (isToken(read)) {
                return read;
            }
        } catch (CharacterCodingException notText) {
            // said below
        } catch (IOException unreadable) {
            throw unusable("TOKEN_FILE_UNREADABLE", "The token file can no longer be read");
        }
        throw unusable("TOKEN_FILE_INVALID", "The token file must hold an access token alone, one word of ASCII");
    }

    private static SourceException unusable(String code, String message) {
        return SourceException.of(SourceException.Kind.AUTH, SourceException.Scope.MAILBOX, code)
                .build(message);
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
