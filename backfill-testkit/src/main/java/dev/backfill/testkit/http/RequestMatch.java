package dev.backfill.testkit.http;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Which requests are meant, as data. Immutable and thread-safe.
 *
 * @param methods the methods; empty for every one
 * @param path found somewhere in the decoded path
 * @param query found somewhere in the first value of each named parameter, which must be there
 */
public record RequestMatch(List<String> methods, Pattern path, Map<String, Pattern> query) {
    /** Every request. */
    public static final RequestMatch ANY = path("");

    /** Copies the collections. */
    public RequestMatch {
        methods = List.copyOf(methods);
        requireNonNull(path, "path");
        query = Map.copyOf(query);
    }

    /**
     * Means requests by their path.
     *
     * @param regex a regular expression that is found somewhere in the decoded path
     * @return the match
     */
    public static RequestMatch path(String regex) {
        return new RequestMatch(List.of(), Pattern.compile(regex), Map.of());
    }

    /**
     * Narrows to a method.
     *
     * @param name the method in upper case
     * @return a new match
     */
    public RequestMatch method(String name) {
        return new RequestMatch(List.of(name), path, query);
    }

    /**
     * Narrows to requests that carry a query parameter.
     *
     * @param name the parameter's name
     * @param regex a regular expression that is found somewhere in its first value
     * @return a new match
     */
    public RequestMatch query(String name, String regex) {
        Map<String, Pattern> more = new LinkedHashMap<>(query);
        more.put(name, Pattern.compile(regex));
        return new RequestMatch(methods, path, more);
    }

    /**
     * Says whether a request is meant.
     *
     * @param method its method
     * @param requestPath its decoded path
     * @param parameters its decoded query
     * @return true if it is
     */
    public boolean matches(String method, String requestPath, Map<String, List<String>> parameters) {
        if (!methods.isEmpty() && !methods.contains(method)) {
            return false;
        }
        if (!path.matcher(requestPath).find()) {
            return false;
        }
        for (Map.Entry<String, Pattern> wanted : query.entrySet()) {
            List<String> values = parameters.get(wanted.getKey());
            if (values == null || !wanted.getValue().matcher(values.get(0)).find()) {
                return false;
            }
        }
        return true;
    }
}
