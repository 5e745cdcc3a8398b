package dev.backfill.examples.packaging;

import dev.backfill.api.BackfillException;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.UserId;
import dev.backfill.core.Backfill;
import dev.backfill.core.BackfillBuilder;
import dev.backfill.spi.SinkException;
import dev.backfill.testkit.RecordingSink;
import java.util.List;
import java.util.Map;

/**
 * A host in a JVM of its own: says which module the engine is in, asks for a backfill by the provider of the first argument, and
 * says what it is answered. A second argument "sink" has the sink looked for too, where else there is one that needs no broker; "settings" gives settings
 * to the provider.
 */
final class DiscoveryProbe {
    private DiscoveryProbe() {}

    public static void main(String[] args) {
        System.out.println("engine in " + Backfill.class.getModule());
        BackfillBuilder builder = Backfill.builder().accessTokens(account -> () -> "a-token");
        List<String> wishes = List.of(args).subList(1, args.length);
        if (!wishes.contains("sink")) {
            builder.sink(new RecordingSink());
        }
        if (wishes.contains("settings")) {
            builder.settings(args[0], Map.of());
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
