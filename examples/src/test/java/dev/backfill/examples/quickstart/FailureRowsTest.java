package dev.backfill.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.JobFailure;
import dev.backfill.api.JobId;
import dev.backfill.api.Page;
import dev.backfill.api.PageRequest;
import dev.backfill.api.UserJobs;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FailureRowsTest {
    private static final JobId JOB = new JobId("backfill_ann_20260101_000000_0123abcd");

    @Test
    void everyRowIsReadWhateverThePages() {
        List<JobFailure> rows = new ArrayList<>();
        for (int i = 1; i <= 2_345; i++) {
            rows.add(row(i, i % 5 == 0 ? null : "m" + i, i <= 2_000 ? "GONE_BAD" : "TOO_LARGE"));
        }

        FailureRows failures = FailureRows.of(jobsWith(rows), JOB);

        assertThat(failures.byReason()).containsEntry("FETCH GONE_BAD", 2_000).containsEntry("FETCH TOO_LARGE", 345);
        assertThat(failures.reasonOf())
                .hasSize(2_345 * 4 / 5)
                .containsEntry("m1", "FETCH GONE_BAD")
                .containsEntry("m2344", "FETCH TOO_LARGE");
    }

    @Test
    void aJobWithoutFailuresHasNone() {
        FailureRows failures = FailureRows.of(jobsWith(List.of()), JOB);

        assertThat(failures.byReason()).isEmpty();
        assertThat(failures.reasonOf()).isEmpty();
    }

    private static JobFailure row(long number, @Nullable String messageId, String reason) {
        return new JobFailure(
                number, JOB, messageId, "", JobFailure.Stage.FETCH, JobFailure.Kind.PERMANENT, reason, Instant.EPOCH);
    }

    /** Jobs that give their failures in pages, as every store does, and nothing else. */
    private static UserJobs jobsWith(List<JobFailure> rows) {
        return (UserJobs) Proxy.newProxyInstance(
                FailureRowsTest.class.getClassLoader(), new Class<?>[] {UserJobs.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("failures");
                    return page(rows, (PageRequest) arguments[1]);
                });
    }

    private static Page<JobFailure> page(List<JobFailure> rows, PageRequest request) {
        int from = request.cursor() == null ? 0 : Integer.parseInt(request.cursor());
        int to = Math.min(from + request.limit(), rows.size());
        return new Page<>(rows.subList(from, to), to == rows.size() ? null : String.valueOf(to));
    }
}
