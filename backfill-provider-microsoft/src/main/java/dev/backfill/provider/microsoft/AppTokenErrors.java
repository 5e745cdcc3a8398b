package dev.backfill.provider.microsoft;

import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.spi.SourceException.Scope;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Says what it means that no token was given to an app. Quotes nothing of it but Entra ID's code, for it names the tenant. */
final class AppTokenErrors {
    /** Entra ID's codes, learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes. */
    private static final Pattern CODE = Pattern.compile("AADSTS\\d{4,9}");

    /** Those that pass: the service is busy, or could not do it for now. */
    private static final Pattern TRANSIENT = Pattern.compile("AADSTS(90033|90036|50196|90024|1000031)");

    private static final int MAX_CAUSES = 12;

    private AppTokenErrors() {}

    static SourceException sorted(RuntimeException failed) {
        String code = code(failed);
        if (code == null && isUnanswered(failed)) {
            return unanswered();
        }
        if (code != null && TRANSIENT.matcher(code).matches()) {
            return SourceException.of(Kind.RETRY, Scope.MAILBOX, code)
                    .build("Microsoft Entra ID could not give a token just now (" + code + ")");
        }
        String known = code == null ? "APP_TOKEN_REFUSED" : code;
        return SourceException.of(Kind.AUTH, Scope.MAILBOX, known)
                .build("Microsoft Entra ID gave the app no token (" + known
                        + "). Check tenant, app and its secret or certificate, then resume.");
    }

    static SourceException unanswered() {
        return SourceException.of(Kind.RETRY, Scope.MAILBOX, "TOKEN_SERVICE")
                .build("Microsoft Entra ID did not answer a request for a token");
    }

    private static @Nullable String code(Throwable failed) {
        Throwable cause = failed;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++, cause = cause.getCause()) {
            Matcher matcher = CODE.matcher(String.valueOf(cause.getMessage()));
            if (matcher.find()) {
                return matcher.group();
            }
        }
        return null;
    }

    private static boolean isUnanswered(Throwable failed) {
        Throwable cause = failed;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++, cause = cause.getCause()) {
            if (cause instanceof IOException
                    || cause instanceof TimeoutException
                    || cause instanceof InterruptedException) {
                return true;
            }
        }
        return false;
    }
}
