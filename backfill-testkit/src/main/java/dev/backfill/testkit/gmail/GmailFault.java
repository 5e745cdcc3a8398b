package dev.backfill.testkit.gmail;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.backfill.testkit.http.Fault;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/**
 * An error as Gmail answers it, in Google's JSON form. Thrown inside the fake; as a {@link Fault} for plans by
 * {@link #asFault()}. Immutable.
 */
public final class GmailFault extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final JsonFactory JSON = new JsonFactory();

    private final int status;
    private final String reason;
    private final String domain;

    private GmailFault(int status, String reason, String domain, String message) {
        super(message, null, false, false);
        this.status = status;
        this.reason = reason;
        this.domain = domain;
    }

    /**
     * Makes an error.
     *
     * @param status the HTTP status
     * @param reason Google's reason, for instance {@code rateLimitExceeded}
     * @param message the text for people
     * @return the error
     */
    public static GmailFault of(int status, String reason, String message) {
        boolean usage = status == 429 || reason.endsWith("Exceeded");
        return new GmailFault(status, reason, usage ? "usageLimits" : "global", message);
    }

    /** {@return the error of a quota of a minute that is used up, as Gmail words it with status 403} */
    public static GmailFault rateLimit() {
        return of(
                403,
                "rateLimitExceeded",
                "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user' of service "
                        + "'gmail.googleapis.com' for consumer 'project_number:1'.");
    }

    /** {@return the error of too many requests at once} */
    public static GmailFault tooManyConcurrent() {
        return of(429, "rateLimitExceeded", "Too many concurrent requests for user");
    }

    /**
     * Makes the error of a user's used up bandwidth.
     *
     * @param until the time in it, as RFC 3339 text
     * @return the error
     */
    public static GmailFault bandwidth(String until) {
        return of(429, "rateLimitExceeded", "User-rate limit exceeded.  Retry after " + until);
    }

    /** {@return the error of a used up day} */
    public static GmailFault dailyLimit() {
        return of(403, "dailyLimitExceeded", "Daily Limit Exceeded");
    }

    /** {@return the error of a token that is not taken} */
    public static GmailFault unauthorized() {
        return of(401, "authError", "Invalid Credentials");
    }

    /** {@return the error of something that is not there} */
    public static GmailFault notFound() {
        return of(404, "notFound", "Requested entity was not found.");
    }

    static GmailFault badRequest(String message) {
        return of(400, "invalidArgument", message);
    }

    /** {@return the HTTP status} */
    public int status() {
        return status;
    }

    /** {@return the body} */
    public String body() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeObjectFieldStart("error");
            json.writeNumberField("code", status);
            json.writeStringField("message", getMessage());
            json.writeArrayFieldStart("errors");
            json.writeStartObject();
            json.writeStringField("message", getMessage());
            json.writeStringField("domain", domain);
            json.writeStringField("reason", reason);
            json.writeEndObject();
            json.writeEndArray();
            json.writeStringField("status", word());
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException neverInMemory) {
            throw new UncheckedIOException(neverInMemory);
        }
        return text.toString();
    }

    private String word() {
        return switch (status) {
            case 400 -> "INVALID_ARGUMENT";
            case 401 -> "UNAUTHENTICATED";
            case 403 -> "PERMISSION_DENIED";
            case 404 -> "NOT_FOUND";
            case 429 -> "RESOURCE_EXHAUSTED";
            case 503 -> "UNAVAILABLE";
            default -> "INTERNAL";
        };
    }

    /** {@return the error as something that a plan lets happen} */
    public Fault.Status asFault() {
        return Fault.json(status, body());
    }
}
