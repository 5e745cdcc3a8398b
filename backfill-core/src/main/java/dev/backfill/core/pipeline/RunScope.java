package dev.backfill.core.pipeline;

import dev.backfill.core.throttle.MemoryBudget;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.MessageEncoder;
import dev.backfill.spi.MessagePublisher;
import dev.backfill.spi.TimeSource;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * What all runs of an instance share. Thread-safe.
 *
 * @param store where progress is written
 * @param publisher the open sink
 * @param encoder makes the published form
 * @param memory the byte budget of the process
 * @param walkRoom how many windows are of use
 * @param walkers runs partition walks and whatever else asks a mailbox, each task for a long time
 * @param helpers runs short tasks that never wait
 * @param time the clock
 * @param random where jitter comes from
 * @param config how runs behave
 */
public record RunScope(
        JobStore store,
        MessagePublisher publisher,
        MessageEncoder encoder,
        MemoryBudget memory,
        WalkRoom walkRoom,
        Executor walkers,
        Executor helpers,
        TimeSource time,
        RandomGenerator random,
        RunConfig config) {}
