package dev.backfill.examples.contents;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobState;
import dev.backfill.api.UserId;
import dev.backfill.core.Backfill;
import dev.backfill.core.EngineConfig;
import dev.backfill.provider.microsoft.MicrosoftEmailSource;
import dev.backfill.spi.MessagePublisher;
import dev.backfill.spi.MessageSink;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.SinkContext;
import dev.backfill.spi.SinkLimits;
import dev.backfill.spi.SpiVersion;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Reads one message with the contents of its attachments, in a JVM of its own: all in its heap is the job's. */
final class ContentsJob {
    private ContentsJob() {}

    /**
     * Runs the job. Ends with code 0 if the message came with all contents.
     *
     * @param arguments Graph's address, the bytes of the event at the least
     */
    public static void main(String[] arguments) throws Exception {
        CompletableFuture<BackfillJob> end = new CompletableFuture<>();
        LengthSink sink = new LengthSink();
        BackfillManager manager = Backfill.builder()
                .autoDiscovery(false)
                .environment(name -> null)
                .source(new MicrosoftEmailSource())
                .sink(sink)
                .accessTokens(account -> () -> "any")
                .settings(MicrosoftEmailSource.PROVIDER_ID, Map.of("base-url", arguments[0]))
                .config(EngineConfig.builder()
                        .instanceName("contents")
                        .attachmentMaxBytes(EngineConfig.MAX_ATTACHMENT_MAX_BYTES)
                        .build())
                .listener(event -> {
                    if (event.job().state().isTerminal()) {
                        end.complete(event.job());
                    }
                })
                .build();
        manager.forUser(UserId.of("user"))
                .start(BackfillRequest.builder(MicrosoftEmailSource.PROVIDER_ID, "me")
                        .includeAttachments(true)
                        .pin(false)
                        .build());
        BackfillJob job = end.get(90, TimeUnit.SECONDS);
        boolean whole = sink.bytes.get() >= Long.parseLong(arguments[1]);
        System.exit(job.state() == JobState.COMPLETED && whole ? 0 : 1);
    }

    /** Takes messages of any size and keeps none. */
    private static final class LengthSink implements MessageSink, MessagePublisher {
        private final AtomicLong bytes = new AtomicLong();

        @Override
        public String sinkId() {
            return "length";
        }

        @Override
        public int spiVersion() {
            return SpiVersion.CURRENT;
        }

        @Override
        public MessagePublisher open(SinkContext context) {
            return this;
        }

        @Override
        public CompletionStage<String> publish(OutboundMessage message) {
            bytes.addAndGet(message.data().length);
            return CompletableFuture.completedFuture("1");
        }

        @Override
        public SinkLimits limits() {
            return new SinkLimits(1 << 30, 100, 256, 1_024);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
