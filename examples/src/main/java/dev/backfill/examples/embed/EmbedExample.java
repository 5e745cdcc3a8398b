package dev.backfill.examples.embed;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.UserId;
import dev.backfill.core.Backfill;
import dev.backfill.spi.AccessTokens;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** The few lines a host writes to backfill one user's mailbox with its own tokens; the README shows them. Stateless. */
public final class EmbedExample {
    private EmbedExample() {}

    /**
     * Backfills a user's inbox and sent mail since 2020 and waits for the end.
     *
     * @param tokens gives the tokens of an account: {@code get} the present one, {@code invalidate} the one that was refused
     * @param provider {@code microsoft} or {@code google}; its jar is found on the class path, as is the sink's
     * @param settings the settings of the provider and of the sink, by their ids; the servers of this example's test
     * @return the job as it ended
     * @throws dev.backfill.api.BackfillException if the job cannot be started
     */
    public static BackfillJob backfill(
            Function<AccountRef, AccessTokens> tokens, String provider, Map<String, Map<String, String>> settings) {
        // README: begin
        CompletableFuture<BackfillJob> ended = new CompletableFuture<>();
        try (BackfillManager manager = Backfill.builder()
                .accessTokens(tokens)
                .settings("pubsub", settings.getOrDefault("pubsub", Map.of("topic", "emails")))
                .settings(provider, settings.getOrDefault(provider, Map.of()))
                .listener(event -> {
                    if (event.job().state().isTerminal()) {
                        ended.complete(event.job());
                    }
                })
                .build()) {
            manager.forUser(UserId.of("ann"))
                    .start(BackfillRequest.builder(provider, AccountRef.ME)
                            .from(Instant.parse("2020-01-01T00:00:00Z"))
                            .folders(List.of("inbox", "sent"))
                            .build());
            return ended.join();
        }
        // README: end
    }
}
