package dev.backfill.examples.quickstart;

import dev.backfill.api.BackfillException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Why a store cannot be opened, in words without what a driver's message may hold. Stateless. */
final class StoreTrouble {
    private static final String SEE_CAUSE = "; the cause says why";

    private static final byte[] SQLITE = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

    private StoreTrouble() {}

    /** Refuses a file that holds something else before a store lays its lock beside it. What cannot be read is left to the store. */
    static void requireStore(Path file) throws UserMistake {
        if (!Files.isRegularFile(file)) {
            return;
        }
        try (InputStream stream = Files.newInputStream(file)) {
            byte[] start = stream.readNBytes(SQLITE.length);
            if (start.length > 0 && !Arrays.equals(start, SQLITE)) {
                throw UserMistake.failed("--store: the file " + file + " is not a store: it holds something else");
            }
        } catch (IOException unreadable) {
            // said by the store
        }
    }

    /** The store's own message, with the reason in the place where it refers to its cause. */
    static String inOneLine(BackfillException unusable) {
        String message = String.valueOf(unusable.getMessage());
        String reason = null;
        for (Throwable cause = unusable.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException refused && refused.getSQLState() != null) {
                reason = reason(refused.getSQLState()); // the innermost is the driver's own
            }
        }
        return reason == null ? message : message.replace(SEE_CAUSE, ": " + reason);
    }

    private static @Nullable String reason(String sqlState) {
        if (sqlState.startsWith("08")) {
            return "nothing answers there";
        }
        if (sqlState.startsWith("28")) {
            return "it refuses the user or the password";
        }
        return switch (sqlState) {
            case "3D000" -> "there is no such database";
            case "42501" -> "the user may not do this";
            default -> "SQL state " + sqlState;
        };
    }
}
