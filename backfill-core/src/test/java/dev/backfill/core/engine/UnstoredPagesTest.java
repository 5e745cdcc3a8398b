package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.JobState;
import dev.backfill.core.InMemoryJobStore;
import dev.backfill.core.encode.JsonEventEncoder;
import dev.backfill.model.FolderRole;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.MessageEncoder;
import dev.backfill.testkit.Interposed;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a kill may publish twice: all that was handed to the sink and is not in a stored checkpoint. */
class UnstoredPagesTest {
    private static final int FOLDERS = 4;
    private static final int MESSAGES = 300;
    private static final int BATCH = 10;
    private static final int PAGES = 2;
    private static final int WINDOW = 4 * PAGES * BATCH;
    private static final int SLOW_WRITES = 6;
    private static final long WRITE_MILLIS = 150;

    private final InMemoryJobStore store = new InMemoryJobStore();
    private final AtomicLong handed = new AtomicLong();
    private final AtomicLong stored = new AtomicLong();
    private final AtomicLong most = new AtomicLong();
    private final AtomicInteger slowWrites = new AtomicInteger(SLOW_WRITES);
    private final Semaphore tooMany = new Semaphore(0);

    /** A store that takes its time, until too much is under way. */
    private JobStore slow() {
        return Interposed.between(JobStore.class, store, (method, arguments, real) -> {
            boolean write = method.equals("write");
            if (write && handed.get() > 0 && slowWrites.getAndDecrement() > 0) {
                tooMany.tryAcquire(WRITE_MILLIS, TimeUnit.MILLISECONDS);
            }
            Object answer = real.call(arguments);
            if (write) {
                stored.set(((JobRecord) answer).counts().published());
            }
            return answer;
        });
    }

    private MessageEncoder counting() {
        MessageEncoder encoder = new JsonEventEncoder("test", false);
        return (event, limits) -> {
            long unstored = handed.incrementAndGet() - stored.get();
            most.accumulateAndGet(unstored, Math::max);
            if (unstored > WINDOW) {
                tooMany.release();
            }
            return encoder.encode(event, limits);
        };
    }

    @Test
    void whileACheckpointIsWrittenNoMoreIsPublishedThanTheWindow() {
        ScriptedFolder[] folders = new ScriptedFolder[FOLDERS];
        for (int i = 0; i < FOLDERS; i++) {
            folders[i] = ScriptedFolder.of("folder-" + i, FolderRole.OTHER, MESSAGES);
        }
        ScriptedSource source = ScriptedSource.builder().mailbox(folders).build();
        RecordingSink sink = new RecordingSink();
        try (EngineRig rig = new EngineRig(
                source,
                sink,
                slow(),
                builder -> builder.encoder(counting())
                        .config(EngineRig.config().maxUnacknowledgedPages(PAGES).build()))) {
            BackfillJob end =
                    rig.run(EngineRig.request().batchSize(BATCH).pin(false).build());

            assertThat(end.state()).isEqualTo(JobState.COMPLETED);
            assertThat(sink.distinct()).isEqualTo(FOLDERS * MESSAGES);
            assertThat(slowWrites.get()).isNotPositive();
            assertThat(most.get()).isBetween(WINDOW / 2L, (long) WINDOW);
        }
    }
}
