package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobNote;
import dev.backfill.api.JobState;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.Partition;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.Gate;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Providers that plan the same partition twice, which a mailbox must neither lose nor double anything by. */
class RepeatedPlansTest extends ScriptedRuns {
    /** A folder whose folders could not be listed, say, stands for windows that are in the plan by themselves. */
    private static final Partition CHILDREN = Partition.window("children", null, null);

    private final List<Partition> windows = new ArrayList<>();

    /** Plans the windows, and at a place among them the partition that turns out to be just these. */
    private WrappedSource planningTwice(int place) {
        return new WrappedSource(source().build(), (method, arguments, real) -> {
            if (method.equals("fetch") && arguments[1].equals(CHILDREN)) {
                return PageEnd.replaced(windows, 0, 0);
            }
            Object answer = real.call(arguments);
            if (!method.equals("plan")) {
                return answer;
            }
            ((List<?>) answer).forEach(partition -> windows.add((Partition) partition));
            List<Partition> plan = new ArrayList<>(windows);
            plan.add(place, CHILDREN);
            plan.addAll(windows.subList(0, 2));
            return plan;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 4})
    void windowsThatArePlannedTwiceAreReadOnce(int place) {
        WrappedSource twice = planningTwice(place);
        BackfillRequest request =
                BackfillRequest.builder(WrappedSource.ID, "me").pin(false).build();
        EngineRig rig =
                new EngineRig(twice.inner(), sink, builder -> builder.time(time).source(twice));
        try (rig) {
            assertWholeMailboxOnce(rig.run(request));
        }
    }

    @Test
    void marksThatAreLostBeforeTheEndHaveTheScopeReadAgain() {
        Gate gate = Gate.shut();
        ScriptedSource source = source().windowMessages(MESSAGES)
                .faults(FaultScript.builder().block(At.window(0, 1), gate).build())
                .build();
        try (EngineRig rig = rig(source)) {
            BackfillJob started = rig.start();
            gate.awaitEntered(1);
            // Behind the walk's back, and by a change that nobody can tell any more.
            source.account().add("inbox", "inbox-late", ScriptedFolder.inbox(1).receivedAt(0));
            source.account().forgetChanges();
            gate.open();

            BackfillJob job = rig.awaitEnd(started.id());

            assertThat(job.state()).as("%s", job.failureMessage()).isEqualTo(JobState.COMPLETED);
            assertThat(job.notes()).contains(new JobNote("READ_WHOLE", "inbox", "MARK_LOST"));
            assertThat(sink.messageIds()).contains("inbox-late");
        }
    }
}
