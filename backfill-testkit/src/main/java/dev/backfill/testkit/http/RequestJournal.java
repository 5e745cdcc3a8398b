package dev.backfill.testkit.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a server was asked, in the order of arrival. Holds a bounded number of entries, the first ones, and counts all. It
 * never holds a token or a request's body. Thread-safe.
 */
public final class RequestJournal {
    /** How many entries are held; later ones are only counted: {@value}. */
    public static final int MAX_ENTRIES = 200_000;

    private static final Set<String> KEPT_HEADERS =
            Set.of("prefer", "accept", "accept-encoding", "user-agent", "content-type", "consistencylevel", "range");

    private final Object lock = new Object();
    private final List<Entry> entries = new ArrayList<>();
    private final AtomicLong total = new AtomicLong();

    /**
     * One request.
     *
     * @param number its place in the order of arrival, from 1
     * @param method the HTTP method
     * @param path the decoded path
     * @param query the decoded query
     * @param headers the lines of the few headers a test may want, names in lower case; never Authorization
     */
    public record Entry(
            long number,
            String method,
            String path,
            Map<String, List<String>> query,
            Map<String, List<String>> headers) {
        /**
         * Gives a header's lines.
         *
         * @param name the name, any case
         * @return the lines, empty when the header was not sent or is not kept
         */
        public List<String> header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
        }
    }

    /** Makes an empty journal. */
    public RequestJournal() {}

    /** {@return all requests, in the order of arrival} */
    public List<Entry> entries() {
        synchronized (lock) {
            return List.copyOf(entries);
        }
    }

    /**
     * Gives the requests that match.
     *
     * @param match which requests are meant
     * @return the requests, in the order of arrival
     */
    public List<Entry> entries(RequestMatch match) {
        return entries().stream()
                .filter(entry -> match.matches(entry.method(), entry.path(), entry.query()))
                .toList();
    }

    /**
     * Counts the requests that match.
     *
     * @param match which requests are meant
     * @return how many came, among those held
     */
    public int count(RequestMatch match) {
        return entries(match).size();
    }

    /** {@return how many requests came in all} */
    public long total() {
        return total.get();
    }

    /** Forgets everything, and counts from 1 again. */
    public void clear() {
        synchronized (lock) {
            entries.clear();
            total.set(0);
        }
    }

    /**
     * Notes a request.
     *
     * @param call the request
     */
    void add(HttpCall call) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (String name : KEPT_HEADERS) {
            if (!call.headers(name).isEmpty()) {
                headers.put(name, call.headers(name));
            }
        }
        synchronized (lock) {
            long number = total.incrementAndGet();
            if (entries.size() < MAX_ENTRIES) {
                entries.add(new Entry(number, call.method(), call.path(), call.query(), headers));
            }
        }
    }
}
