package dev.backfill.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.Operation;
import dev.backfill.spi.Outcome;
import dev.backfill.spi.SourceException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DirectMailboxContextTest {
    private static final Operation LIST = new Operation("list", 5);

    private final List<SourceException> errors = new ArrayList<>();

    @Test
    void countsRequestsAndUnits() {
        DirectMailboxContext context =
                DirectMailboxContext.builder("scripted", "me").build();
        assertThat(context.calls().call(LIST, () -> "answer")).isEqualTo("answer");
        context.calls().call(new Operation("get", 1), () -> 1);
        assertThat(context.requests()).isEqualTo(2);
        assertThat(context.requests("list")).isEqualTo(1);
        assertThat(context.units()).isEqualTo(6);
        assertThat(context.byOperation()).containsOnlyKeys("list", "get");
    }

    @Test
    void handsErrorsToTheTestUnlessToldToRetry() {
        DirectMailboxContext plain =
                DirectMailboxContext.builder("scripted", "me").build();
        errors.add(error(SourceException.Kind.THROTTLED));
        assertThatExceptionOfType(SourceException.class)
                .isThrownBy(() -> plain.calls().call(LIST, this::answer));

        DirectMailboxContext retrying =
                DirectMailboxContext.builder("scripted", "me").retries(2).build();
        errors.add(error(SourceException.Kind.THROTTLED));
        errors.add(error(SourceException.Kind.RETRY));
        assertThat(retrying.calls().call(LIST, this::answer)).isEqualTo("answer");
        assertThat(retrying.requests()).isEqualTo(3);
    }

    @Test
    void anAuthErrorIsTriedOnceMore() {
        DirectMailboxContext context =
                DirectMailboxContext.builder("scripted", "me").build();
        errors.add(error(SourceException.Kind.AUTH));
        assertThat(context.calls().call(LIST, this::answer)).isEqualTo("answer");
        errors.add(error(SourceException.Kind.AUTH));
        errors.add(error(SourceException.Kind.AUTH));
        assertThatExceptionOfType(SourceException.class)
                .isThrownBy(() -> context.calls().call(LIST, this::answer));
    }

    @Test
    void anUnmappedErrorFailsTheJob() {
        DirectMailboxContext context =
                DirectMailboxContext.builder("scripted", "me").build();
        assertThatExceptionOfType(SourceException.class)
                .isThrownBy(() -> context.calls().call(LIST, () -> {
                    throw new IOException("not mapped");
                }))
                .satisfies(error -> assertThat(error.kind()).isEqualTo(SourceException.Kind.FAIL_JOB));
    }

    @Test
    void manyRequestsRunOneAfterAnotherOrOnAPool() {
        DirectMailboxContext plain =
                DirectMailboxContext.builder("scripted", "me").build();
        errors.add(error(SourceException.Kind.SKIP_MESSAGE));
        List<Outcome<String>> outcomes =
                plain.calls().all(List.of(new ApiRequest<>(LIST, this::answer), new ApiRequest<>(LIST, this::answer)));
        assertThat(outcomes.get(0)).isInstanceOf(Outcome.Failure.class);
        assertThat(outcomes.get(1).get()).isEqualTo("answer");
        assertThat(plain.mostAtOnce()).isEqualTo(1);

        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            DirectMailboxContext pooled =
                    DirectMailboxContext.builder("scripted", "me").pool(pool).build();
            CyclicBarrier meeting = new CyclicBarrier(2);
            ApiRequest<Integer> meet = new ApiRequest<>(LIST, () -> meeting.await(30, TimeUnit.SECONDS));
            assertThat(pooled.calls().all(List.of(meet, meet)))
                    .extracting(Outcome::get)
                    .containsExactlyInAnyOrder(0, 1);
            assertThat(pooled.mostAtOnce()).isEqualTo(2);
        } finally {
            pool.shutdownNow();
        }
    }

    private String answer() {
        if (!errors.isEmpty()) {
            throw errors.remove(0);
        }
        return "answer";
    }

    private static SourceException error(SourceException.Kind kind) {
        return Fault.of(kind).toException(Instant.EPOCH);
    }
}
