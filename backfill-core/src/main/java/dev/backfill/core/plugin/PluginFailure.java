package dev.backfill.core.plugin;

import static java.util.Objects.requireNonNull;

import java.util.ServiceConfigurationError;
import org.jspecify.annotations.Nullable;

/**
 * A plug-in that was found and cannot be used. Immutable and thread-safe.
 *
 * @param reason which plug-in and what is wrong with it, one sentence
 * @param cause what was thrown; null when the plug-in was refused
 */
public record PluginFailure(String reason, @Nullable Throwable cause) {
    private static final int MAX_CAUSES = 8;

    /** Checks what must be present. */
    public PluginFailure {
        requireNonNull(reason, "reason");
    }

    /** Describes what came out of loading a plug-in. The JDK's texts name service and class, and hold no host's data. */
    static PluginFailure thrown(Throwable thrown) {
        StringBuilder reason = new StringBuilder(text(thrown));
        Throwable cause = thrown.getCause();
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            reason.append(", because of ").append(text(cause));
            cause = cause.getCause();
        }
        return new PluginFailure(reason.toString(), thrown);
    }

    /** A plug-in's own exceptions may say anything, so of them the class alone is told. */
    private static String text(Throwable thrown) {
        // What an initialiser threw is repeated, as text, in the message of the error that stands for it.
        boolean ofTheJdk = thrown instanceof LinkageError && !(thrown instanceof ExceptionInInitializerError)
                || thrown instanceof ReflectiveOperationException
                || thrown instanceof ServiceConfigurationError;
        return ofTheJdk && thrown.getMessage() != null
                ? thrown.getClass().getSimpleName() + ": " + thrown.getMessage()
                : thrown.getClass().getName();
    }
}
