package dev.backfill.examples.packaging;

import dev.backfill.api.BackfillException;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.UserId;
import dev.backfill.core.Backfill;
import dev.backfill.core.BackfillBuilder;
import dev.backfill.spi.SinkException;
import dev.backfill.testkit.RecordingSink;

/**
 * A host in a JVM of its own: says which module the engine is in, asks for a backfill by the provider of the first argument, and
 * says what it is answered. With a second argument the sink is looked for too, else there is one that needs no broker.
 */
final class DiscoveryProbe {
    private DiscoveryProbe() {}

    public static void main(String[] args) {
        System.out.println("engine in " + Backfill.class.getModule());
        BackfillBuilder builder = Backfill.builder().accessTokens(account -> () -> "a-token");
        if (args.length == 1) {
            builder.sink(new RecordingSink());
        }
        try (BackfillManager manager = builder.build()) {
            manager.forUser(UserId.of("ann"))
                    .start(BackfillRequest.builder(args[0], "me").build());
            System.out.println("started");
        } catch (BackfillException | SinkException refused) {
            System.out.println(refused.getMessage());
        }
    }
}
