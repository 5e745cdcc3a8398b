package dev.backfill.provider.microsoft;

import com.microsoft.kiota.HttpMethod;
import com.microsoft.kiota.RequestInformation;
import java.net.URISyntaxException;
import java.util.Objects;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** Follows the links by which a server continues a collection. */
final class NextLinks {
    private NextLinks() {}

    /**
     * Makes the request for a nextLink. The link may be relative. A token is never sent to a host that only an answer names:
     * of such a link the query is taken, and nothing else.
     *
     * @param first the request whose answer held the link
     * @param nextLink the link
     * @return the request, with the first one's headers; null if the link is no address
     */
    static @Nullable RequestInformation follow(RequestInformation first, String nextLink) {
        HttpUrl origin = address(first);
        HttpUrl link = origin == null ? null : origin.resolve(nextLink);
        if (origin == null || link == null) {
            return null;
        }
        boolean home = link.scheme().equals(origin.scheme())
                && link.host().equals(origin.host())
                && link.port() == origin.port();
        HttpUrl target = home
                ? link
                : origin.newBuilder().encodedQuery(link.encodedQuery()).build();
        RequestInformation next = new RequestInformation();
        next.httpMethod = HttpMethod.GET;
        next.setUri(target.uri());
        copyHeaders(first, next);
        return next;
    }

    private static @Nullable HttpUrl address(RequestInformation request) {
        try {
            return HttpUrl.parse(Objects.requireNonNull(request.getUri(), "uri").toString());
        } catch (URISyntaxException notAnAddress) {
            return null;
        }
    }

    /** Makes the same request anew, without the token of an earlier attempt. */
    static RequestInformation again(RequestInformation request) {
        RequestInformation next = new RequestInformation();
        next.httpMethod = HttpMethod.GET;
        try {
            next.setUri(Objects.requireNonNull(request.getUri(), "uri"));
        } catch (URISyntaxException cannotHappen) {
            throw new IllegalStateException("the address was read before", cannotHappen);
        }
        copyHeaders(request, next);
        return next;
    }

    private static void copyHeaders(RequestInformation from, RequestInformation to) {
        from.headers.forEach((name, values) -> {
            if (!name.equalsIgnoreCase("Authorization")) {
                values.forEach(value -> to.headers.add(name, value));
            }
        });
    }
}
