package dev.backfill.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.CountKind;
import dev.backfill.model.EmailMessage;
import dev.backfill.spi.MailEstimate;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.testkit.Crawl;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Queries: bounds, folders and deleted mail, and the plan that is made of them.
 *
 * <p>Not thread-safe: JUnit makes an instance for each test and calls it on one thread.
 */
public interface SourceQueryContract extends EmailSourceFixture {
    /** The first second counts, the last does not. */
    @Test
    default void aRangeIsHalfOpen() {
        Map<String, Instant> received = received();
        List<Instant> seconds = received.values().stream()
                .map(time -> time.truncatedTo(ChronoUnit.SECONDS))
                .distinct()
                .sorted()
                .toList();
        assertThat(seconds).as("different seconds in the test's mailbox").hasSizeGreaterThan(3);
        Instant from = seconds.get(seconds.size() / 3);
        Instant to = seconds.get(seconds.size() - 2);
        MailQuery query = new MailQuery(from, to, query().folders(), false, false);
        Set<String> within = received.entrySet().stream()
                .filter(one -> !one.getValue().isBefore(from) && one.getValue().isBefore(to))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        assertThat(crawl(query)).containsExactlyInAnyOrderElementsOf(within);
    }

    /** No lower bound is the beginning of the mailbox. */
    @Test
    default void aRangeMayBeginWithTheMailbox() {
        MailQuery query = new MailQuery(null, query().to(), query().folders(), false, false);
        assertThat(crawl(query)).containsExactlyInAnyOrderElementsOf(expected(query()));
    }

    /** A range without mail is an empty crawl. */
    @Test
    default void aRangeMayBeEmpty() {
        Instant to = Instant.parse("1999-01-01T00:00:00Z");
        assertThat(crawl(new MailQuery(to.minusSeconds(86_400), to, List.of(), false, false)))
                .isEmpty();
    }

    /** A folder that is named is read, and no other. */
    @Test
    default void aFolderIsReadAlone() {
        MailQuery query = new MailQuery(query().from(), query().to(), List.of(folder()), false, false);
        assertThat(expected(query))
                .as("messages of the folder")
                .isNotEmpty()
                .hasSizeLessThan(expected(query()).size());
        assertThat(crawl(query)).containsExactlyInAnyOrderElementsOf(expected(query));
    }

    /** Deleted mail comes when it is asked for. */
    @Test
    default void deletedMailIsReadByChoice() {
        MailQuery query = new MailQuery(query().from(), query().to(), query().folders(), true, false);
        assertThat(expected(query)).hasSizeGreaterThan(expected(query()).size());
        assertThat(crawl(query)).containsExactlyInAnyOrderElementsOf(expected(query));
    }

    /** A plan is the same whenever it is made, its ids are unique, and a scope's windows are disjoint, the newest first. */
    @Test
    default void aPlanIsOrderedAndRepeatable() {
        try (Mailbox mailbox = source().open(context())) {
            List<Partition> plan = mailbox.plan(query());
            assertThat(mailbox.plan(query())).isEqualTo(plan);
            assertThat(plan).extracting(Partition::id).doesNotHaveDuplicates();
            plan.stream()
                    .filter(partition -> partition.kind() == Partition.Kind.WINDOW)
                    .collect(Collectors.groupingBy(Partition::scope))
                    .values()
                    .forEach(SourceQueryContract::assertNewestFirst);
        }
    }

    private static void assertNewestFirst(List<Partition> windows) {
        for (int i = 1; i < windows.size(); i++) {
            Instant begin = windows.get(i - 1).from();
            Instant end = windows.get(i).to();
            assertThat(begin).isNotNull();
            assertThat(end).isNotNull().isBeforeOrEqualTo(begin);
        }
    }

    /** Bounds are whole seconds. */
    @Test
    default void windowsAreOfWholeSeconds() {
        try (Mailbox mailbox = source().open(context())) {
            List<Instant> bounds = new ArrayList<>();
            for (Partition partition : mailbox.plan(query())) {
                if (partition.from() != null) {
                    bounds.add(partition.from());
                }
                if (partition.to() != null) {
                    bounds.add(partition.to());
                }
            }
            assertThat(bounds).allSatisfy(bound -> assertThat(bound).isEqualTo(bound.truncatedTo(ChronoUnit.SECONDS)));
        }
    }

    /** An estimate that calls itself exact is. */
    @Test
    default void anExactEstimateIsExact() {
        try (Mailbox mailbox = source().open(context())) {
            MailEstimate estimate = mailbox.estimate(query());
            if (estimate.kind() == CountKind.EXACT) {
                assertThat(estimate.emails()).isEqualTo(expected(query()).size());
            }
            if (estimate.kind() == CountKind.UNKNOWN) {
                assertThat(estimate.emails()).isZero();
            }
        }
    }

    private List<String> crawl(MailQuery query) {
        try (Mailbox mailbox = source().open(context())) {
            return Crawl.plan(mailbox, query, new PageLimit(10, 1L << 30)).ids();
        }
    }

    private Map<String, Instant> received() {
        try (Mailbox mailbox = source().open(context())) {
            return Crawl.plan(mailbox, query(), new PageLimit(1_000, 1L << 30)).items().stream()
                    .map(item -> ((PageItem.Message) item).email())
                    .collect(Collectors.toMap(EmailMessage::id, EmailMessage::receivedAt));
        }
    }
}
