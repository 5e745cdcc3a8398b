package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillManager;
import dev.backfill.api.JobEvent;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.core.Backfill;
import dev.backfill.core.InMemoryJobStore;
import dev.backfill.spi.JobStore;
import dev.backfill.testkit.Interposed;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Listeners hear everything in order and can do no harm. */
class ListenerTest {
    private static final int MESSAGES = 500;

    private final RecordingSink sink = new RecordingSink();
    private final ScriptedSource source =
            ScriptedSource.builder().mailbox(ScriptedFolder.inbox(MESSAGES)).build();
    private final List<JobState> states = new CopyOnWriteArrayList<>();

    private void hearState(JobEvent event) {
        if (event instanceof JobEvent.StateChanged change) {
            states.add(change.job().state());
        }
    }

    @Test
    void theStartIsHeardBeforeTheRunThoughTheRunIsFaster() {
        CountDownLatch ended = new CountDownLatch(1);
        BackfillManager manager = Backfill.builder()
                .autoDiscovery(false)
                .environment(name -> null)
                .source(source)
                .sink(sink)
                .store(slowToReturnFromInsert())
                .accessTokens(account -> () -> "token")
                .config(EngineRig.config().sweepInterval(Duration.ofMillis(10)).build())
                .listener(this::hearState)
                .listener(event -> {
                    if (event.job().state().isTerminal()) {
                        ended.countDown();
                    }
                })
                .build();
        try (manager) {
            manager.forUser(EngineRig.USER).start(EngineRig.request().build());
            assertThat(within(ended, 30_000)).isTrue();
        }
        assertThat(states).containsExactly(JobState.QUEUED, JobState.RUNNING, JobState.COMPLETED);
    }

    /** A store whose insert returns only when the job has run for a while, if others let it. */
    private static JobStore slowToReturnFromInsert() {
        JobStore store = new InMemoryJobStore();
        CountDownLatch written = new CountDownLatch(1);
        return Interposed.between(JobStore.class, store, (method, arguments, real) -> {
            Object answer = real.call(arguments);
            if (method.equals("write")) {
                written.countDown();
            } else if (method.equals("insert")) {
                within(written, 300);
            }
            return answer;
        });
    }

    private static boolean within(CountDownLatch latch, long millis) {
        try {
            return latch.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    @Test
    void aListenerThatDoesNotReturnHoldsUpNoJobAndMissesNothing() {
        CountDownLatch stuck = new CountDownLatch(1);
        try (EngineRig rig = new EngineRig(source, sink)) {
            rig.manager().addListener(event -> {
                if (event instanceof JobEvent.Progressed) {
                    within(stuck, 60_000);
                }
            });
            rig.manager().addListener(this::hearState);
            JobId id =
                    rig.jobs().start(EngineRig.request().batchSize(10).build()).id();

            sink.awaitDelivered(MESSAGES);
            stuck.countDown();

            rig.awaitEnd(id);
        }
        assertThat(states).containsExactly(JobState.QUEUED, JobState.RUNNING, JobState.COMPLETED);
    }

    @Test
    void anErrorInAListenerBreaksNothing() {
        try (EngineRig rig = new EngineRig(source, sink)) {
            rig.manager().addListener(event -> {
                throw new NoClassDefFoundError("a listener's own trouble");
            });
            rig.manager().addListener(this::hearState);
            rig.manager().addListener(event -> {
                throw new OutOfMemoryError("a listener's own trouble");
            });

            assertThat(rig.run(EngineRig.request().build()).state()).isEqualTo(JobState.COMPLETED);
        }
        assertThat(states).containsExactly(JobState.QUEUED, JobState.RUNNING, JobState.COMPLETED);
    }
}
