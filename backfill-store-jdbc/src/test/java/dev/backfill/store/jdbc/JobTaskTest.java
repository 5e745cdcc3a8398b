package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.kagkarlsson.scheduler.CurrentlyExecuting;
import com.github.kagkarlsson.scheduler.HeartbeatConfig;
import com.github.kagkarlsson.scheduler.TaskRepository;
import com.github.kagkarlsson.scheduler.event.SchedulerListeners;
import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** What becomes of a job whose heartbeat is missed: one run of it in this process, whoever is right. No database is asked. */
class JobTaskTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final Execution EXECUTION = new Execution(NOW, new TaskInstance<>(QueueTables.TASK, "j1"));
    private static final HeartbeatConfig HEARTBEAT =
            new HeartbeatConfig(Duration.ofSeconds(3), 4, Duration.ofSeconds(12));

    private final DatabaseClock clock = new DatabaseClock(() -> NOW, () -> 0);
    private final DataSource none = proxy(DataSource.class, "getConnection");
    private final QueueTables tables = new QueueTables(none, QueueDialect.SQLITE, "executions", "jobs");
    private final JobHolds holds = new JobHolds(tables, clock, Duration.ofSeconds(9), () -> 0, () -> 0);
    private final List<String> handedOutAgain = new ArrayList<>();

    private <T> T proxy(Class<T> type, String forbidden) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    assertThat(method.getName()).isNotEqualTo(forbidden);
                    if (method.getName().equals("reschedule")) {
                        handedOutAgain.add(((Execution) arguments[0]).getId());
                    }
                    return method.getReturnType() == boolean.class ? true : null;
                }));
    }

    private RunHold running(Execution execution) {
        return holds.begin(new CurrentlyExecuting(execution, clock, HEARTBEAT));
    }

    private void revive(boolean exclusive) {
        JobTask task = new JobTask(
                (id, hold) -> {
                    throw new AssertionError("nothing is run here");
                },
                holds,
                clock,
                exclusive,
                () -> false);
        TaskRepository rows = proxy(TaskRepository.class, "remove");
        task.task()
                .getDeadExecutionHandler()
                .deadExecution(
                        ExecutionComplete.failure(EXECUTION, NOW, NOW, new IllegalStateException("dead")),
                        new ExecutionOperations<>(rows, SchedulerListeners.NOOP, EXECUTION));
    }

    @Test
    void aRunOfTheOnlyProcessThatWasLateGoesOnAndIsNotHandedOutBesideItself() {
        RunHold hold = running(EXECUTION);

        revive(true);

        assertThat(handedOutAgain).isEmpty();
        assertThat(hold.isHeld()).isTrue();
    }

    @Test
    void aRunHereOfWhatCountsAsDeadInAClusterLosesItsHoldBeforeOthersMayBegin() {
        RunHold hold = running(EXECUTION);
        RunHold other = running(new Execution(NOW, new TaskInstance<>(QueueTables.TASK, "j2")));

        revive(false);

        assertThat(hold.isHeld()).isFalse();
        assertThat(other.isHeld()).as("another job's run").isTrue();
        assertThat(handedOutAgain).containsExactly("j1");
    }

    @Test
    void whatNobodyRunsIsHandedOutAgain() {
        running(EXECUTION.updateToPicked("earlier", NOW));

        revive(true);

        assertThat(handedOutAgain).containsExactly("j1");
    }
}
