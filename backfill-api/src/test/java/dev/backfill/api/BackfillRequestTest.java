package dev.backfill.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BackfillRequestTest {
    private static final Instant FROM = Instant.parse("2020-01-01T00:00:00Z");

    private static BackfillRequest.Builder builder() {
        return BackfillRequest.builder("google", "me");
    }

    @Test
    void defaults_are_those_of_the_contract() {
        BackfillRequest request = builder().build();

        assertThat(request.mode()).isEqualTo(Mode.FULL);
        assertThat(request.from()).isNull();
        assertThat(request.to()).isNull();
        assertThat(request.folders()).isEmpty();
        assertThat(request.batchSize()).isNull();
        assertThat(request.rateLimit()).isNull();
        assertThat(request.includeAttachments()).isFalse();
        assertThat(request.rawMime()).isFalse();
        assertThat(request.includeDeleted()).isFalse();
        assertThat(request.maxEmails()).isNull();
        assertThat(request.priority()).isEqualTo(5);
        assertThat(request.dailyShare()).isNull();
        assertThat(request.pin()).isTrue();
    }

    @Test
    void what_it_leaves_open_is_filled_in_and_nothing_else() {
        assertThat(builder().build().withDefaults(7, 8))
                .isEqualTo(builder().batchSize(7).rateLimit(8).build());
        assertThat(builder().batchSize(1).build().withDefaults(7, 8))
                .isEqualTo(builder().batchSize(1).rateLimit(8).build());
        assertThat(builder().rateLimit(2).build().withDefaults(7, 8))
                .isEqualTo(builder().batchSize(7).rateLimit(2).build());
    }

    @Test
    void a_builder_made_of_a_request_holds_all_of_it() {
        BackfillRequest request = builder()
                .account("box")
                .mode(Mode.INCREMENTAL)
                .from(FROM)
                .to(FROM.plusSeconds(1))
                .folders(List.of("inbox"))
                .batchSize(7)
                .rateLimit(8)
                .includeAttachments(true)
                .rawMime(true)
                .includeDeleted(true)
                .maxEmails(9L)
                .priority(10)
                .dailyShare(0.5)
                .pin(false)
                .build();

        assertThat(request.toBuilder().build()).isEqualTo(request);
    }

    static Stream<Arguments> inRange() {
        return Stream.of(
                change(builder -> builder.batchSize(1)),
                change(builder -> builder.batchSize(1_000)),
                change(builder -> builder.rateLimit(1)),
                change(builder -> builder.rateLimit(1_000)),
                change(builder -> builder.priority(1)),
                change(builder -> builder.priority(10)),
                change(builder -> builder.maxEmails(1L)),
                change(builder -> builder.dailyShare(1.0)),
                change(builder -> builder.dailyShare(Double.MIN_VALUE)),
                change(builder -> builder.from(FROM).to(FROM.plusNanos(1))),
                change(builder -> builder.folders(Collections.nCopies(1_000, "x"))));
    }

    private static Arguments change(UnaryOperator<BackfillRequest.Builder> change) {
        return Arguments.of(change);
    }

    @ParameterizedTest
    @MethodSource("inRange")
    void the_bounds_themselves_are_allowed(UnaryOperator<BackfillRequest.Builder> change) {
        assertThat(change.apply(builder()).build()).isNotNull();
    }

    static Stream<Arguments> outOfRange() {
        return Stream.of(
                wrong("batch_size", "1 to 1000, was 0", builder -> builder.batchSize(0)),
                wrong("batch_size", "1 to 1000, was 1001", builder -> builder.batchSize(1_001)),
                wrong("rate_limit", "1 to 1000, was 0", builder -> builder.rateLimit(0)),
                wrong("rate_limit", "1 to 1000, was 1001", builder -> builder.rateLimit(1_001)),
                wrong("priority", "1 to 10, was 0", builder -> builder.priority(0)),
                wrong("priority", "1 to 10, was 11", builder -> builder.priority(11)),
                wrong("max_emails", "1 or more, was 0", builder -> builder.maxEmails(0L)),
                wrong("daily_share", "was 0.0", builder -> builder.dailyShare(0.0)),
                wrong("daily_share", "was 1.01", builder -> builder.dailyShare(1.01)),
                wrong("daily_share", "was NaN", builder -> builder.dailyShare(Double.NaN)),
                wrong(
                        "start_date",
                        "before end_date",
                        builder -> builder.from(FROM).to(FROM)),
                wrong("folders", "at most 1000, had 1001", builder -> builder.folders(Collections.nCopies(1_001, "x"))),
                wrong("folders", "not be blank", builder -> builder.folders(List.of("inbox", " "))),
                wrong("account", "1 to 320", builder -> builder.account(" ")));
    }

    private static Arguments wrong(String field, String problem, UnaryOperator<BackfillRequest.Builder> change) {
        return Arguments.of(field, problem, change);
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("outOfRange")
    void a_value_out_of_range_is_refused_with_field_and_range(
            String field, String problem, UnaryOperator<BackfillRequest.Builder> change) {
        BackfillRequest.Builder builder = change.apply(builder());

        assertThatThrownBy(builder::build)
                .isInstanceOfSatisfying(InvalidRequestException.class, failure -> {
                    assertThat(failure.field()).isEqualTo(field);
                    assertThat(failure.code()).isEqualTo("INVALID");
                })
                .hasMessageContaining(problem);
    }

    @Test
    void a_provider_that_is_no_id_is_refused() {
        BackfillRequest.Builder builder = BackfillRequest.builder("Google!", "me");

        assertThatThrownBy(builder::build)
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("provider");
    }

    @Test
    void the_callers_list_is_copied() {
        List<String> folders = new ArrayList<>(List.of("inbox"));
        BackfillRequest request = builder().folders(folders).build();

        folders.add("sent");

        assertThat(request.folders()).containsExactly("inbox");
    }

    @Test
    void its_text_shows_neither_account_nor_folders() {
        assertThat(builder()
                        .account("box@example.org")
                        .folders(List.of("Divorce"))
                        .build()
                        .toString())
                .contains("google")
                .doesNotContain("box", "Divorce");
    }
}
