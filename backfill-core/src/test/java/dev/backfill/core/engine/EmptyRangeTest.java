package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.CountKind;
import dev.backfill.api.Estimate;
import dev.backfill.api.JobState;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** A range that begins after its end, as one from tomorrow on does, holds nothing, and no provider is asked about it. */
class EmptyRangeTest {
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final WrappedSource strict = new WrappedSource(
            ScriptedSource.builder().mailbox(ScriptedFolder.inbox(10)).build(), (method, arguments, real) -> {
                asked.add(method);
                if (List.of("estimate", "count", "plan").contains(method)) {
                    throw new IllegalArgumentException("from must be before to");
                }
                return real.call(arguments);
            });
    private final RecordingSink sink = new RecordingSink();
    private final BackfillRequest request = BackfillRequest.builder(WrappedSource.ID, "me")
            .from(Instant.parse("2100-01-01T00:00:00Z"))
            .build();

    private EngineRig rig() {
        return new EngineRig(strict.inner(), sink, builder -> builder.source(strict));
    }

    @Test
    void anEstimateOfAnEmptyRangeIsNothingAndAsksNobody() {
        try (EngineRig rig = rig()) {
            Estimate estimate = rig.jobs().estimate(request);

            assertThat(estimate.emails()).isZero();
            assertThat(estimate.kind()).isEqualTo(CountKind.EXACT);
            assertThat(estimate.calls()).isZero();
            assertThat(asked).isEmpty();
        }
    }

    @Test
    void aJobOverAnEmptyRangeCompletesWithATotalOfNothing() {
        try (EngineRig rig = rig()) {
            BackfillJob job = rig.run(request);

            assertThat(job.state()).as("%s", job.failureMessage()).isEqualTo(JobState.COMPLETED);
            assertThat(job.progress().totalKind()).isEqualTo(CountKind.EXACT);
            assertThat(job.progress().total()).isZero();
            assertThat(asked).doesNotContain("estimate", "count", "plan");
        }
    }
}
