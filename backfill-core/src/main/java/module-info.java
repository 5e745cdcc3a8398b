import dev.backfill.spi.EmailSource;
import dev.backfill.spi.MessageSink;

/**
 * The engine: jobs, pipeline, throttling, encoding, in-memory ports.
 *
 * @uses EmailSource mail providers on the class path or module path
 * @uses MessageSink sinks on the class path or module path
 */
module dev.backfill.core {
    requires transitive dev.backfill.api;
    requires com.fasterxml.jackson.core;
    requires dev.failsafe.core;
    requires io.github.bucket4j.core;
    requires static transitive micrometer.core;
    requires java.management;
    requires static jdk.management;
    requires org.slf4j;

    exports dev.backfill.core;
    exports dev.backfill.core.metrics;

    uses EmailSource;
    uses MessageSink;
}
