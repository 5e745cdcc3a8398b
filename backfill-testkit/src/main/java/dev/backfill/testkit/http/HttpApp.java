package dev.backfill.testkit.http;

import java.io.IOException;

/** What a fake server does: it answers calls. Called from many threads at once, so an implementation is thread-safe. */
@FunctionalInterface
public interface HttpApp {
    /**
     * Answers a call.
     *
     * @param call the request
     * @return the answer
     * @throws IOException if the connection shall be dropped without an answer
     */
    HttpAnswer answer(HttpCall call) throws IOException;
}
