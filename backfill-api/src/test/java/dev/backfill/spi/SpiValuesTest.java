package dev.backfill.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.AccountRef;
import dev.backfill.api.JobId;
import dev.backfill.api.UserId;
import dev.backfill.model.EmailMessage;
import dev.backfill.spi.EmailEvent.Change;
import dev.backfill.spi.EmailEvent.SyncType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SpiValuesTest {
    private static final Instant FROM = Instant.ofEpochSecond(1_577_836_800);
    private static final Instant TO = FROM.plusSeconds(60);
    private static final Position NEXT = new Position("v1:2");

    @Test
    void the_same_plan_gives_the_same_partition_ids() {
        assertThat(Partition.window("inbox", FROM, TO).id()).isEqualTo("window:inbox:1577836800:1577836860");
        assertThat(Partition.window("inbox", null, TO).id()).isEqualTo("window:inbox::1577836860");
        assertThat(Partition.window("all", null, null).id()).isEqualTo("window:all::");
        assertThat(Partition.pin("inbox").id()).isEqualTo("pin:inbox");
        assertThat(Partition.changes("inbox", "t").id())
                .isEqualTo(Partition.changes("inbox", "t").id());
    }

    @Test
    void partitions_of_one_scope_have_ids_of_their_own() {
        assertThat(List.of(
                        Partition.window("s", FROM, TO).id(),
                        Partition.window("s", null, TO).id(),
                        Partition.window("s", FROM, null).id(),
                        Partition.pin("s").id(),
                        Partition.changes("s", "a").id(),
                        Partition.changes("s", "b").id()))
                .doesNotHaveDuplicates();
    }

    @Test
    void a_partition_hides_its_token() {
        assertThat(Partition.changes("s", "t0ken").toString())
                .contains("changes:s")
                .doesNotContain("t0ken");
    }

    @Test
    void a_partition_is_refused_when_its_parts_do_not_fit() {
        refused(() -> Partition.window("s", TO, FROM));
        refused(() -> Partition.window("s", FROM, FROM));
        refused(() -> new Partition("", Partition.Kind.PIN, "s", null, null, null));
        refused(() -> new Partition("x".repeat(513), Partition.Kind.PIN, "s", null, null, null));
        refused(() -> new Partition("id", Partition.Kind.PIN, "s", null, null, "token"));
        refused(() -> new Partition("id", Partition.Kind.CHANGES, "s", null, null, null));
    }

    @Test
    void a_page_in_the_middle_knows_where_the_next_begins() {
        PageEnd end = PageEnd.more(NEXT, 10, 3);

        assertThat(end.isLast()).isFalse();
        assertThat(end.next()).isEqualTo(NEXT);
        assertThat(end.entries()).isEqualTo(10);
        assertThat(end.repeats()).isEqualTo(3);
    }

    @Test
    void a_page_at_the_end_may_count_give_a_token_or_be_replaced() {
        assertThat(PageEnd.last(1, 0, 7L).providerCount()).isEqualTo(7L);
        assertThat(PageEnd.last(0, 0, null).isLast()).isTrue();
        assertThat(PageEnd.token("t", 0, 0).token()).isEqualTo("t");
        assertThat(PageEnd.replaced(List.of(Partition.pin("s")), 0, 0).replacedBy())
                .hasSize(1);
    }

    @Test
    void a_page_is_refused_when_its_parts_do_not_fit() {
        refused(() -> PageEnd.last(-1, 0, null));
        refused(() -> PageEnd.last(1, -1, null));
        refused(() -> PageEnd.last(1, 2, null));
        refused(() -> new PageEnd(NEXT, 1, 0, 7L, null, List.of(), false));
        refused(() -> new PageEnd(NEXT, 1, 0, null, "token", List.of(), false));
        refused(() -> new PageEnd(NEXT, 1, 0, null, null, List.of(Partition.pin("s")), false));
        refused(() -> new PageEnd(null, 1, 0, null, null, List.of(), true));
        refused(() -> new PageEnd(null, 1, 0, null, "token", List.of(Partition.pin("s")), true));
    }

    @Test
    void a_position_holds_at_most_4096_characters() {
        assertThat(Position.START.isStart()).isTrue();
        assertThat(new Position("x".repeat(4_096)).isStart()).isFalse();
        refused(() -> new Position("x".repeat(4_097)));
    }

    @Test
    void limits_operations_and_quotas_are_positive() {
        refused(() -> new PageLimit(0, 1));
        refused(() -> new PageLimit(1, 0));
        refused(() -> new Operation("list", 0));
        refused(() -> new SinkLimits(1_023, 0, 0, 0));
        refused(() -> new SinkLimits(1_024, -1, 0, 0));
        refused(() -> new SinkLimits(1_024, 0, -1, 0));
        refused(() -> new SinkLimits(1_024, 0, 0, -1));
        refused(() -> Quota.concurrent("q", 0));
        refused(() -> quota(Quota.Measure.CONCURRENT, Duration.ofSeconds(1)));
        refused(() -> quota(Quota.Measure.UNITS, Duration.ZERO));
        refused(() -> quota(Quota.Measure.UNITS, Duration.ofSeconds(-1)));
        assertThat(Quota.concurrent("q", 4).scope()).isEqualTo(Quota.Scope.MAILBOX);
    }

    private static Quota quota(Quota.Measure measure, Duration window) {
        return new Quota("q", measure, Quota.Scope.PROJECT, 1, window);
    }

    @ParameterizedTest
    @EnumSource
    void an_event_has_an_email_unless_it_is_a_delete(Change change) {
        EmailMessage email = EmailMessage.builder("id", FROM).build();
        boolean delete = change == Change.DELETE;

        assertThat(event(change, delete ? null : email).toString())
                .contains("id")
                .contains(change.name());
        refused(() -> event(change, delete ? email : null));
    }

    private static EmailEvent event(Change change, EmailMessage email) {
        AccountRef account = new AccountRef(UserId.of("u"), "google", "me");
        return new EmailEvent(
                change,
                SyncType.BACKFILL,
                account,
                "key",
                new JobId("job"),
                "id",
                "1",
                email,
                List.of(),
                List.of(),
                FROM);
    }

    @Test
    void an_omitted_content_has_no_size_or_one_of_zero_or_more() {
        assertThat(new OmittedContent("", null, OmittedContent.Reason.REFERENCE).sizeBytes())
                .isNull();
        refused(() -> new OmittedContent("id", -1L, OmittedContent.Reason.UNAVAILABLE));
    }

    @Test
    void payloads_show_their_size_alone() {
        OutboundMessage message = new OutboundMessage(new byte[3], Map.of("a", "s3cret"), "key", null);

        assertThat(message.toString()).contains("3 bytes", "key").doesNotContain("s3cret");
        assertThat(new AttachmentContent("att", new byte[5]).toString()).contains("5 bytes");
    }

    private static void refused(Executable construction) {
        assertThatThrownBy(construction::execute).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aReferenceToAChangeIsMarkedOnceAndKnowsWhereItWasMet() {
        FailureRef change = FailureRef.message("inbox", "m-1").ofChange();

        assertThat(change.isOfChange()).isTrue();
        assertThat(change.ofChange()).isEqualTo(change);
        assertThat(change.metIn()).isEqualTo("inbox");
        assertThat(FailureRef.message("inbox", "m-1").isOfChange()).isFalse();
        assertThat(FailureRef.message("inbox", "m-1").metIn()).isEqualTo("inbox");
    }
}
