package dev.backfill.benchmarks;

import dev.backfill.benchmarks.fake.FastGmail;
import dev.backfill.benchmarks.fake.FastGraph;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The fake servers of {@link ProviderBench} and {@link FakesBench} in a JVM of their own, until the one that started it is gone. */
final class ProviderServer {
    private ProviderServer() {}

    /**
     * Starts a server and tells its address.
     *
     * @param arguments {@code graph} or {@code gmail}, how many messages, the bytes of a body
     */
    public static void main(String[] arguments) {
        ChildJvm.endWithParent();
        int messages = Integer.parseInt(arguments[1]);
        int bytes = Integer.parseInt(arguments[2]);
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        // It listens on threads that are no daemons
        out.println(
                arguments[0].equals("graph")
                        ? new FastGraph(messages, bytes, Duration.ZERO, null).baseUrl()
                        : new FastGmail(messages, bytes, Duration.ZERO).rootUrl());
    }
}
