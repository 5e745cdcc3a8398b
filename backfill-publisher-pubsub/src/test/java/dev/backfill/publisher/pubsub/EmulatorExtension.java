package dev.backfill.publisher.pubsub;

import dev.backfill.testkit.pubsub.PubSubEmulator;
import dev.backfill.testkit.pubsub.PubSubTestClient;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Google's emulator for the tests of a class; says aloud when it is not found. */
final class EmulatorExtension implements BeforeAllCallback, AfterAllCallback {
    private PubSubEmulator emulator;
    private PubSubTestClient client;

    String host() {
        return emulator.host();
    }

    PubSubTestClient client() {
        return client;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        Optional<Path> jar = PubSubEmulator.find();
        if (jar.isEmpty()) {
            System.out.println(context.getDisplayName() + " IS NOT RUN. " + PubSubEmulator.notFound());
        }
        Assumptions.assumeTrue(jar.isPresent(), PubSubEmulator::notFound);
        emulator = PubSubEmulator.start(jar.orElseThrow());
        client = PubSubTestClient.connect(emulator.host());
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (emulator != null) {
            client.close();
            emulator.close();
        }
    }
}
