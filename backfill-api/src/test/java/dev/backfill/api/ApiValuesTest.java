package dev.backfill.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiValuesTest {
    @ParameterizedTest
    @EnumSource
    void a_state_is_found_by_its_code(JobState state) {
        assertThat(JobState.ofCode(state.code())).isEqualTo(state);
        assertThat(state.isActive()).isNotEqualTo(state.isTerminal());
    }

    @Test
    void states_are_active_until_they_are_terminal() {
        assertThat(Arrays.stream(JobState.values()).filter(JobState::isActive))
                .containsExactly(JobState.QUEUED, JobState.RUNNING, JobState.PAUSED);
        assertThat(Arrays.stream(JobState.values()).map(JobState::code))
                .containsExactly("queued", "running", "paused", "completed", "failed", "cancelled");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "RUNNING", "done"})
    void an_unknown_code_is_refused_with_those_that_are_known(String code) {
        assertThatThrownBy(() -> JobState.ofCode(code))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("status", "queued, running, paused", code);
    }

    @Test
    void what_a_job_waits_for_has_a_code_of_its_own() {
        assertThat(EnumSet.allOf(Waiting.Reason.class).stream().map(Waiting.Reason::code))
                .doesNotHaveDuplicates()
                .allMatch(code -> code.matches("[a-z-]+"));
    }

    @Test
    void a_page_holds_1_to_1000_rows() {
        assertThat(PageRequest.first().limit()).isEqualTo(100);
        assertThat(PageRequest.first().cursor()).isNull();
        assertThat(PageRequest.first(1_000).limit()).isEqualTo(1_000);
        assertThatThrownBy(() -> PageRequest.first(0))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("limit", "1 to 1000", "was 0");
        assertThatThrownBy(() -> new PageRequest(1_001, "cursor")).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void a_page_keeps_its_cursor_when_its_rows_change() {
        List<Integer> rows = new ArrayList<>(List.of(1, 2));
        Page<Integer> page = new Page<>(rows, "next");

        rows.add(3);

        assertThat(page.map(row -> "row " + row)).isEqualTo(new Page<>(List.of("row 1", "row 2"), "next"));
    }

    @Test
    void a_delay_between_runs_is_at_least_a_minute() {
        Duration minute = Duration.ofMinutes(1);

        assertThat(new Schedule.FixedDelay(minute).delay()).isEqualTo(minute);
        assertThatThrownBy(() -> new Schedule.FixedDelay(minute.minusNanos(1)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("delay", "PT1M");
    }

    @Test
    void what_is_processed_has_an_outcome() {
        Progress progress = new Progress(100, CountKind.EXACT, 50, 30, 5, 2, 9, 1, Duration.ZERO, 1.5, null);

        assertThat(progress.processed()).isEqualTo(37);
    }

    @Test
    void a_filter_names_states_or_lets_all_through() {
        assertThat(JobFilter.all().states()).isEmpty();
        assertThat(JobFilter.states(JobState.FAILED, JobState.PAUSED).states())
                .isEqualTo(Set.of(JobState.PAUSED, JobState.FAILED));
    }

    @Test
    void every_exception_has_a_stable_code() {
        assertThat(new ProviderNotFoundException("none").code()).isEqualTo("PROVIDER_NOT_FOUND");
        assertThat(new InvalidRequestException("field", "problem")).hasMessage("field: problem");
    }
}
