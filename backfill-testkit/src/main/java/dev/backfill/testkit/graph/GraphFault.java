package dev.backfill.testkit.graph;

/** An error to be answered as Graph answers it. */
final class GraphFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    final int status;
    final String code;
    final String text;

    GraphFault(int status, String code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
        this.text = message;
    }

    static GraphFault badRequest(String message) {
        return new GraphFault(400, "BadRequest", message);
    }

    static GraphFault itemNotFound() {
        return new GraphFault(404, "ErrorItemNotFound", "The specified object was not found in the store.");
    }

    static GraphFault inefficientFilter() {
        return new GraphFault(
                400, "InefficientFilter", "The restriction or sort order is too complex for this operation.");
    }
}
