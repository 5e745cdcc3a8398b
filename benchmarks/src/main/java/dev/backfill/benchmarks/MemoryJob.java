package dev.backfill.benchmarks;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillManager;
import dev.backfill.core.BackfillBuilder;
import dev.backfill.core.EngineConfig;
import dev.backfill.provider.gmail.GoogleEmailSource;
import dev.backfill.provider.microsoft.MicrosoftEmailSource;
import dev.backfill.publisher.pubsub.PubSubMessageSink;
import dev.backfill.spi.EmailSource;
import dev.backfill.spi.Quota;
import dev.backfill.spi.SinkException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The job of {@link MemoryBench} in a JVM of its own, with nothing beside it: one mailbox of a fake provider to a fake Pub/Sub, both
 * in the JVM that started this one. Its lines are {@code live BYTES} now and then (the heap without garbage), and at the end
 * {@code resident BYTES} and {@code ended PUBLISHED SKIPPED FAILED}.
 */
final class MemoryJob {
    private static final int TRIES = 10;

    /** Whose fake is read, and how many requests at once; a quota of more would only make it longer. */
    enum Provider {
        GRAPH(new MicrosoftEmailSource(), MicrosoftEmailSource.PROVIDER_ID, "base-url", 4, Map.of()),
        GMAIL(new GoogleEmailSource(), GoogleEmailSource.ID, "root-url", 20, Map.of()),
        /** Each message as its MIME, with all that is attached. */
        GMAIL_AS_MIME(new GoogleEmailSource(), GoogleEmailSource.ID, "root-url", 20, Map.of("content", "raw"));

        private final EmailSource source;
        private final String id;
        private final String addressSetting;
        private final int atOnce;
        private final Map<String, String> settings;

        Provider(EmailSource source, String id, String addressSetting, int atOnce, Map<String, String> settings) {
            this.source = source;
            this.id = id;
            this.addressSetting = addressSetting;
            this.atOnce = atOnce;
            this.settings = settings;
        }

        private Map<String, String> settings(String address) {
            Map<String, String> all = new HashMap<>(settings);
            all.put(addressSetting, address);
            return all;
        }
    }

    private MemoryJob() {}

    /**
     * Runs the job to its end.
     *
     * @param arguments the {@link Provider}, its address, Pub/Sub's host, the topic, the milliseconds between two looks at the heap, true for
     *     the contents of attachments as far as the sink has room for them
     */
    public static void main(String[] arguments) {
        ChildJvm.endWithParent();
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BackfillJob job = run(
                Provider.valueOf(arguments[0]),
                arguments[1],
                arguments[2],
                arguments[3],
                Boolean.parseBoolean(arguments[5]),
                new HeapLook(out, Duration.ofMillis(Long.parseLong(arguments[4]))));
        out.println("resident " + Machine.mostResident());
        out.println("ended " + job.progress().published() + " " + job.progress().skipped() + " "
                + job.progress().failed());
        System.exit(0);
    }

    private static BackfillJob run(
            Provider provider, String address, String pubSub, String topic, boolean contents, HeapLook look) {
        BackfillBuilder builder = JobRuns.builder()
                .source(provider.source)
                .settings(provider.id, provider.settings(address))
                .quotas(provider.id, List.of(Quota.concurrent("at-once", provider.atOnce)))
                .sink(new PubSubMessageSink())
                .settings(PubSubMessageSink.ID, Map.of("emulator-host", pubSub, "topic", topic))
                .config(EngineConfig.builder()
                        .attachmentMaxBytes(EngineConfig.MAX_ATTACHMENT_MAX_BYTES)
                        .build());
        try (BackfillManager engine = connect(builder)) {
            return JobRuns.toTheirEnds(
                            engine,
                            List.of(JobRuns.request(provider.id, "box")
                                    .includeAttachments(contents)
                                    .build()),
                            look::look)
                    .get(0);
        }
    }

    /** On a machine full of others, two cold JVMs take longer to connect than an emulator is given. */
    private static BackfillManager connect(BackfillBuilder builder) {
        for (int left = TRIES; ; left--) {
            try {
                return builder.build();
            } catch (SinkException notYet) {
                if (left == 1) {
                    throw notYet;
                }
            }
        }
    }

    /** Tells the live heap as often as it should. */
    private static final class HeapLook {
        private final PrintStream out;
        private final long everyNanos;
        private long next = System.nanoTime();

        HeapLook(PrintStream out, Duration every) {
            this.out = out;
            this.everyNanos = every.toNanos();
        }

        void look() {
            if (System.nanoTime() - next >= 0) {
                out.println("live " + Machine.liveHeap());
                next = System.nanoTime() + everyNanos;
            }
        }
    }
}
