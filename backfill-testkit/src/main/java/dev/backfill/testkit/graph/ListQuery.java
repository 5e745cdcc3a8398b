package dev.backfill.testkit.graph;

import dev.backfill.testkit.http.HttpCall;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The OData options of a request for messages, checked as Graph checks them. Immutable. */
final class ListQuery {
    private static final Set<String> KNOWN = Set.of(
            "$filter",
            "$orderby",
            "$top",
            "$skip",
            "$select",
            "$expand",
            "$count",
            "$search",
            "includeHiddenMessages",
            "includeHiddenFolders");
    private static final Pattern ORDER = Pattern.compile("(\\w+)(?:\\s+(asc|desc))?");
    private static final Pattern PAGE_SIZE = Pattern.compile("odata\\.maxpagesize\\s*=\\s*\"?(\\d+)");
    private static final int DEFAULT_PAGE = 10;

    final FilterParser.Filter filter;
    final @Nullable String orderBy;
    final boolean descending;
    final int page;
    final int skip;
    final boolean count;
    final MessageShape shape;

    private ListQuery(HttpCall call) {
        checkNames(call);
        String filterText = call.parameter("$filter");
        filter = filterText == null ? FilterParser.Filter.NONE : FilterParser.parse(filterText);
        String orderText = call.parameter("$orderby");
        Matcher order = orderText == null ? null : ORDER.matcher(orderText.strip());
        if (order != null && !order.matches()) {
            throw GraphFault.badRequest("The fake orders by one property.");
        }
        orderBy = order == null ? null : order.group(1);
        descending = order == null || "desc".equals(order.group(2));
        if (filterText != null && orderBy != null) {
            checkEfficient(filter.properties(), orderBy);
        }
        page = page(call);
        skip = number(call, "$skip", 0);
        count = "true".equals(call.parameter("$count"));
        shape = MessageShape.of(call);
    }

    static ListQuery of(HttpCall call) {
        return new ListQuery(call);
    }

    /** Graph's rule: what is ordered by must stand in the filter, and before anything else. */
    private static void checkEfficient(List<String> filtered, String ordered) {
        if (!filtered.get(0).equals(ordered)) {
            throw GraphFault.inefficientFilter();
        }
    }

    private static void checkNames(HttpCall call) {
        for (String name : call.query().keySet()) {
            if (name.startsWith("$") && !KNOWN.contains(name)) {
                throw GraphFault.badRequest("The query parameter '" + name + "' is not supported.");
            }
        }
        if (call.parameter("$search") != null) {
            throw GraphFault.badRequest("The fake cannot search.");
        }
    }

    private static int page(HttpCall call) {
        int asked = number(call, "$top", 0);
        if (asked == 0) {
            for (String prefer : call.headers("Prefer")) {
                Matcher matcher = PAGE_SIZE.matcher(prefer);
                if (matcher.find()) {
                    asked = Integer.parseInt(matcher.group(1));
                }
            }
        }
        return asked == 0 ? DEFAULT_PAGE : asked;
    }

    /** Reads a whole number that is 0 or more. */
    static int number(HttpCall call, String name, int defaultValue) {
        String text = call.parameter(name);
        if (text == null) {
            return defaultValue;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            throw GraphFault.badRequest("Invalid value '" + text + "' for " + name + " query option found.");
        }
        throw GraphFault.badRequest("Invalid value '" + text + "' for " + name + " query option found.");
    }
}
