package dev.backfill.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.backfill.model.EmailMessage;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.Crawl;
import dev.backfill.testkit.DirectMailboxContext;
import dev.backfill.testkit.PageCollector;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Walks: every message once, whatever the page's size, and from every position on.
 *
 * <p>Not thread-safe: JUnit makes an instance for each test and calls it on one thread.
 */
public interface SourceWalkContract extends EmailSourceFixture {
    /** A page that holds the whole mailbox. */
    PageLimit LARGE = new PageLimit(1_000, 1L << 30);

    /** Complete means complete, and nothing twice. */
    @Test
    default void aCrawlGivesExactlyTheMailbox() {
        DirectMailboxContext context = context();
        try (Mailbox mailbox = source().open(context)) {
            Crawl crawl = Crawl.plan(mailbox, query(), LARGE);
            assertThat(crawl.ids()).containsExactlyInAnyOrderElementsOf(expected(query()));
            assertThat(crawl.items())
                    .allSatisfy(item -> assertThat(item)
                            .isInstanceOfSatisfying(
                                    PageItem.Message.class,
                                    message -> assertThat(message.change()).isEqualTo(PageItem.Change.CREATE)));
        }
        assertThat(context.requests()).as("requests through calls()").isPositive();
        assertThat(context.units()).isGreaterThanOrEqualTo(context.requests());
    }

    /** A page may hold one message and one byte: a message is always allowed. */
    @Test
    default void theSmallestPagesGiveTheMailboxToo() {
        assertWalkIsWhole(new PageLimit(1, 1), Integer.MAX_VALUE, 1);
    }

    /** Bytes end a page as messages do. */
    @Test
    default void pagesBoundedInBytesGiveTheMailboxToo() {
        assertWalkIsWhole(new PageLimit(1_000, 1), Integer.MAX_VALUE, 1);
        assertWalkIsWhole(new PageLimit(3, 1L << 30), Integer.MAX_VALUE, 3);
    }

    /** After STOP the page ends with that item, and the next begins behind it. */
    @Test
    default void pagesThatAreStoppedGiveTheMailboxToo() {
        for (int stopAfter = 1; stopAfter <= 3; stopAfter++) {
            assertWalkIsWhole(LARGE, stopAfter, stopAfter);
        }
    }

    private void assertWalkIsWhole(PageLimit limit, int stopAfter, int mostItems) {
        try (Mailbox mailbox = source().open(context())) {
            Crawl crawl = Crawl.plan(mailbox, query(), limit, stopAfter);
            assertThat(crawl.ids())
                    .as("limit %s, STOP after %s", limit, stopAfter)
                    .containsExactlyInAnyOrderElementsOf(expected(query()));
            assertThat(crawl.pages()).allSatisfy(page -> {
                assertThat(page.items()).hasSizeLessThanOrEqualTo(mostItems);
                assertThat(page.end().entries() - page.end().repeats())
                        .as("entries without repeats of a page")
                        .isEqualTo(page.items().size());
            });
        }
    }

    /** Raw entries are counted, and each has an item or was there before. */
    @Test
    default void everyRawEntryIsAnItemOrARepeat() {
        try (Mailbox mailbox = source().open(context())) {
            for (Crawl.Page page :
                    Crawl.plan(mailbox, query(), new PageLimit(7, 1L << 30)).pages()) {
                assertThat(page.end().entries() - page.end().repeats())
                        .isEqualTo(page.items().size());
            }
        }
    }

    /** Whoever comes back to a position, in another life, finds the rest. */
    @Test
    default void fromEveryPositionTheRestIsGiven() {
        PageLimit limit = new PageLimit(5, 1L << 30);
        List<Crawl.Page> pages;
        try (Mailbox mailbox = source().open(context())) {
            pages = Crawl.plan(mailbox, query(), limit).pages();
        }
        for (int i = 0; i < pages.size(); i++) {
            Crawl.Page at = pages.get(i);
            try (Mailbox again = source().open(context())) {
                assertThat(Crawl.from(again, query(), at.partition(), at.position(), LARGE)
                                .ids())
                        .as("from %s", at.position().value())
                        .containsExactlyInAnyOrderElementsOf(rest(at.partition(), pages.subList(i, pages.size())));
            }
        }
    }

    /** What pages say of a partition, and of those that took its place. */
    private static List<String> rest(Partition partition, List<Crawl.Page> pages) {
        List<String> ids = new ArrayList<>();
        for (Crawl.Page page : pages) {
            if (page.partition().equals(partition)) {
                page.items().forEach(item -> ids.add(PageCollector.id(item)));
                page.end().replacedBy().forEach(other -> ids.addAll(rest(other, pages)));
            }
        }
        return ids;
    }

    /** Inside a window the walk stays within the bounds, and ascends unless the source says that it has an order of its own. */
    @Test
    default void aWindowHoldsItsOwnTimeInOrder() {
        try (Mailbox mailbox = source().open(context())) {
            Map<Partition, Instant> last = new HashMap<>();
            for (Crawl.Page page :
                    Crawl.plan(mailbox, query(), new PageLimit(7, 1L << 30)).pages()) {
                Partition window = page.partition();
                for (EmailMessage email : messages(page)) {
                    if (walksByTime()) {
                        assertThat(email.receivedAt()).isAfterOrEqualTo(last.getOrDefault(window, Instant.MIN));
                    }
                    assertThat(window.from() == null || !email.receivedAt().isBefore(window.from()))
                            .isTrue();
                    assertThat(window.to() == null || email.receivedAt().isBefore(window.to()))
                            .isTrue();
                    last.put(window, email.receivedAt());
                }
            }
        }
    }

    /** The provider's own count, where it has one, is what the walk found. */
    @Test
    default void theProvidersCountIsTheWalks() {
        try (Mailbox mailbox = source().open(context())) {
            Map<Partition, Long> found = new HashMap<>();
            for (Crawl.Page page :
                    Crawl.plan(mailbox, query(), new PageLimit(7, 1L << 30)).pages()) {
                long items = found.merge(page.partition(), (long) page.items().size(), Long::sum);
                if (page.end().providerCount() != null) {
                    assertThat(page.end().providerCount()).isEqualTo(items);
                }
            }
        }
    }

    /** Partitions are walked on several threads at once. */
    @Test
    default void partitionsWalkedAtOnceGiveTheMailboxToo() {
        try (Mailbox mailbox = source().open(context())) {
            List<Partition> plan = mailbox.plan(query());
            ConcurrentLinkedQueue<String> ids = new ConcurrentLinkedQueue<>();
            assertThat(Together.run(
                            plan.size(),
                            number -> ids.addAll(Crawl.from(
                                            mailbox,
                                            query(),
                                            plan.get(number),
                                            Position.START,
                                            new PageLimit(4, 1L << 30))
                                    .ids())))
                    .isEmpty();
            assertThat(ids).containsExactlyInAnyOrderElementsOf(expected(query()));
        }
    }

    /** A position that cannot be read, of an older version perhaps, costs the partition's walk and not the job. */
    @Test
    default void aPositionThatCannotBeReadRestartsThePartition() {
        try (Mailbox mailbox = source().open(context())) {
            Partition window = windows(mailbox.plan(query())).get(0);
            PageCollector collector = new PageCollector();
            assertThat(catchThrowable(() ->
                            mailbox.fetch(query(), window, new Position("no position of ours"), LARGE, collector)))
                    .isInstanceOfSatisfying(
                            SourceException.class,
                            error -> assertThat(error.kind()).isEqualTo(SourceException.Kind.RESTART_PARTITION));
            assertThat(collector.items()).isEmpty();
        }
    }

    /** A PIN gives a token and no mail; nothing has changed since. */
    @Test
    default void pinsComeFirstAndLeadToTheChanges() {
        MailQuery query = queryWithPins();
        try (Mailbox mailbox = source().open(context())) {
            List<Partition> plan = mailbox.plan(query);
            List<String> pinned = new ArrayList<>();
            for (Partition partition : plan) {
                if (partition.kind() == Partition.Kind.PIN) {
                    pinned.add(partition.scope());
                } else {
                    assertThat(pinned).as("pins before %s", partition.id()).contains(partition.scope());
                }
            }
            Crawl crawl = Crawl.plan(mailbox, query, LARGE);
            assertThat(crawl.ids()).containsExactlyInAnyOrderElementsOf(expected(query()));
            assertThat(crawl.tokens().keySet()).containsExactlyInAnyOrderElementsOf(pinned);
            assertThat(crawl.tokens().values())
                    .allSatisfy(token -> assertThat(token.length()).isBetween(1, 65_536));

            Crawl changes = Crawl.changes(mailbox, query, crawl.tokens(), LARGE);
            assertThat(changes.ids()).isEmpty();
            assertThat(changes.tokens().keySet()).isEqualTo(crawl.tokens().keySet());
        }
    }

    /** Without pins no plan has one, and without tokens there are no changes to plan. */
    @Test
    default void withoutPinsThereAreNone() {
        try (Mailbox mailbox = source().open(context())) {
            assertThat(mailbox.plan(query())).extracting(Partition::kind).doesNotContain(Partition.Kind.PIN);
            assertThat(mailbox.planChanges(query(), Map.of())).isEmpty();
        }
    }

    private static List<Partition> windows(List<Partition> plan) {
        return plan.stream()
                .filter(partition -> partition.kind() == Partition.Kind.WINDOW)
                .toList();
    }

    private static List<EmailMessage> messages(Crawl.Page page) {
        return page.items().stream()
                .flatMap(item -> item instanceof PageItem.Message message ? Stream.of(message.email()) : Stream.empty())
                .toList();
    }
}
