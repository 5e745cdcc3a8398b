package dev.backfill.core;

/**
 * Where a host begins: builds the {@link dev.backfill.api.BackfillManager}. Stateless and thread-safe.
 *
 * <pre>{@code
 * BackfillManager manager = Backfill.builder()
 *         .accessTokens(account -> () -> vault.tokenFor(account))
 *         .settings("pubsub", Map.of("project", "my-project", "topic", "emails"))
 *         .build();
 * BackfillJob job = manager.forUser(UserId.of("u42"))
 *         .start(BackfillRequest.builder("microsoft", "me").build());
 * }</pre>
 */
public final class Backfill {
    private Backfill() {}

    /** {@return a builder with the defaults; providers and sinks on the class path are found by it} */
    public static BackfillBuilder builder() {
        return new BackfillBuilder();
    }
}
