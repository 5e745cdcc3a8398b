package dev.backfill.testkit.http;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Something that goes wrong with one request, as data. Immutable and thread-safe. */
public sealed interface Fault {
    /**
     * An answer in place of the true one.
     *
     * @param status the HTTP status
     * @param headers its headers, Content-Type among them if it has a body
     * @param body its body; may be empty
     */
    record Status(int status, Map<String, String> headers, String body) implements Fault {
        /** Copies the headers. */
        public Status {
            headers = Map.copyOf(headers);
            requireNonNull(body, "body");
        }

        /**
         * Adds a header.
         *
         * @param name the header's name
         * @param value its value
         * @return a new fault
         */
        public Status header(String name, String value) {
            Map<String, String> more = new LinkedHashMap<>(headers);
            more.put(name, value);
            return new Status(status, more, body);
        }

        /**
         * Adds {@code Retry-After}.
         *
         * @param value seconds, a list of seconds, or an HTTP date, as the server would write it
         * @return a new fault
         */
        public Status retryAfter(String value) {
            return header("Retry-After", value);
        }
    }

    /**
     * The true answer, cut off: the connection is dropped after some bytes of the body.
     *
     * @param bytes how many bytes of the body are sent, 0 or more
     * @param chunked true for a chunked body without a length, false for one whose announced length is not reached
     */
    record Truncate(int bytes, boolean chunked) implements Fault {}

    /** No answer at all, and an open connection, until the server is closed. */
    record Hang() implements Fault {}

    /** The connection is dropped before the answer. */
    record Drop() implements Fault {}

    /**
     * The true answer, or another fault's, but later.
     *
     * @param duration how much later
     */
    record Delay(Duration duration) implements Fault {
        /** Checks that the duration is present. */
        public Delay {
            requireNonNull(duration, "duration");
        }
    }

    /**
     * Makes an empty answer.
     *
     * @param status the HTTP status
     * @return the fault
     */
    static Status status(int status) {
        return new Status(status, Map.of(), "");
    }

    /**
     * Makes a JSON answer.
     *
     * @param status the HTTP status
     * @param body the JSON text
     * @return the fault
     */
    static Status json(int status, String body) {
        return new Status(status, Map.of("Content-Type", "application/json"), body);
    }

    /**
     * Makes an HTML answer, as gateways give it.
     *
     * @param status the HTTP status
     * @return the fault
     */
    static Status html(int status) {
        String page = "<html><body><h1>" + status + "</h1></body></html>";
        return new Status(status, Map.of("Content-Type", "text/html; charset=utf-8"), page);
    }
}
