package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.gmail.GmailFault;
import dev.backfill.testkit.gmail.GmailQuirks;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Messages the server never gives, and how they are told from a server that gives nothing. */
class UnreadableMailTest {
    private static final PageLimit PAGE = new PageLimit(50, 50_000_000);
    private static final RequestMatch GET = RequestMatch.path("/messages/[0-9a-f]+$");
    private static final RequestMatch PROFILE = RequestMatch.path("/profile$");
    private static final MailQuery QUERY = Crawl.everything();

    private FakeGmail gmail;
    private TestBox box;
    private Partition window;
    private List<String> order;

    @BeforeEach
    void start() throws Exception {
        gmail = FakeGmail.builder()
                .mailbox("ann@example.com", TestMail.alone(160))
                .start();
        box = TestBox.open(gmail);
        window = box.mailbox().plan(QUERY).get(0);
        order = Crawl.run(box.mailbox(), QUERY, PAGE).ids();
        assertThat(order).hasSizeGreaterThan(120);
    }

    @AfterEach
    void stop() {
        box.close();
        gmail.close();
    }

    private void breakForEver(List<String> ids) {
        ids.forEach(id -> gmail.faults().always(RequestMatch.path(id), Fault.status(500)));
    }

    private PageEnd page(PageLimit limit, PageCollector collector) {
        return box.mailbox().fetch(QUERY, window, Position.START, limit, collector);
    }

    private SourceException failedPage(PageLimit limit, PageCollector collector) {
        return catchThrowableOfType(SourceException.class, () -> page(limit, collector));
    }

    @Test
    void howeverManyFillAPageEachIsAFailureRowAndTheWalkGoesOn() {
        for (int count : new int[] {2, 11, 50, 70}) {
            gmail.faults().clear();
            List<String> broken = order.subList(0, count);
            breakForEver(broken);
            Crawl crawl = Crawl.run(box.mailbox(), QUERY, PAGE);
            assertThat(crawl.ids()).as(count + " broken").containsExactlyElementsOf(order);
            assertThat(crawl.items().subList(0, count))
                    .containsExactlyElementsOf(broken.stream()
                            .map(id -> (PageItem)
                                    new PageItem.Failed(Crawl.failed(id), SourceException.Kind.RETRY, "HTTP_500"))
                            .toList());
            assertThat(crawl.emails()).hasSize(order.size() - count);
        }
    }

    @Test
    void whereNothingElseIsAnsweredEitherThePageFails() {
        gmail.faults().always(GET, Fault.status(503)).always(PROFILE, Fault.status(503));
        for (int messages : new int[] {1, 50}) {
            PageCollector collector = new PageCollector();
            SourceException error = failedPage(new PageLimit(messages, 50_000_000), collector);
            assertThat(error.kind()).isEqualTo(SourceException.Kind.RETRY);
            assertThat(collector.items()).isEmpty();
        }
    }

    @Test
    void anOutageThatBeginsInTheMiddleOfAPageEndsItThere() {
        breakForEver(order.subList(20, order.size()));
        gmail.faults().always(PROFILE, Fault.status(500));
        PageCollector collector = new PageCollector();
        PageEnd end = page(PAGE, collector);
        assertThat(collector.ids()).containsExactlyElementsOf(order.subList(0, 20));
        assertThat(collector.items()).allMatch(PageItem.Message.class::isInstance);
        assertThat(end.next()).isNotNull();
        gmail.faults().clear();
        List<String> rest = new ArrayList<>();
        Position position = end.next();
        while (position != null) {
            PageCollector next = new PageCollector();
            position = box.mailbox().fetch(QUERY, window, position, PAGE, next).next();
            rest.addAll(next.ids());
        }
        assertThat(rest).containsExactlyElementsOf(order.subList(20, order.size()));
    }

    @Test
    void whereNoMessageAtAllIsGivenAPageEndsSoonForTheEngineToJudge() {
        gmail.faults().always(GET, Fault.status(500));
        PageCollector collector = new PageCollector();
        PageEnd end = page(new PageLimit(1_000, 500_000_000), collector);
        assertThat(collector.items()).hasSizeLessThanOrEqualTo(100).allMatch(PageItem.Failed.class::isInstance);
        assertThat(end.next()).isNotNull();
    }

    @Test
    void changesAndReplaysHaveNoFailureRowsOfAnOutageEither() {
        MailQuery pinned = new MailQuery(null, Crawl.TO, List.of(), false, true);
        Crawl crawl = Crawl.run(box.mailbox(), pinned, PAGE);
        gmail.mailbox("ann@example.com").label(order.get(0), List.of("IMPORTANT"), List.of());
        gmail.faults().always(GET, Fault.status(500));
        Partition changes = box.mailbox().planChanges(pinned, crawl.pins()).get(0);
        PageCollector served = new PageCollector();
        box.mailbox().fetch(pinned, changes, Position.START, PAGE, served);
        assertThat(served.items()).hasSize(1).allMatch(PageItem.Failed.class::isInstance);
        gmail.faults().always(PROFILE, Fault.status(500));
        PageCollector outage = new PageCollector();
        assertThat(catchThrowableOfType(
                        SourceException.class,
                        () -> box.mailbox().fetch(pinned, changes, Position.START, PAGE, outage)))
                .isNotNull();
        assertThat(catchThrowableOfType(
                        SourceException.class,
                        () -> box.mailbox().replay(pinned, List.of(FailureRef.message("all", order.get(0))), outage)))
                .isNotNull();
        assertThat(outage.items()).isEmpty();
    }

    @Test
    void aGatewayThatDoesNotFindAMessageNeitherSkipsNorDeletesIt() {
        MailQuery pinned = new MailQuery(null, Crawl.TO, List.of(), false, true);
        Crawl before = Crawl.run(box.mailbox(), pinned, PAGE);
        gmail.mailbox("ann@example.com").label(order.get(0), List.of("IMPORTANT"), List.of());
        gmail.faults().always(RequestMatch.path(order.get(0)), Fault.html(404));
        PageItem failed = new PageItem.Failed(Crawl.failed(order.get(0)), SourceException.Kind.RETRY, "HTTP_404");
        assertThat(Crawl.run(box.mailbox(), QUERY, PAGE).items()).startsWith(failed);
        Partition changes = box.mailbox().planChanges(pinned, before.pins()).get(0);
        PageCollector collector = new PageCollector();
        box.mailbox().fetch(pinned, changes, Position.START, PAGE, collector);
        assertThat(collector.items()).singleElement().isInstanceOfSatisfying(PageItem.Failed.class, one -> {
            assertThat(one.ref().messageId()).isEqualTo(order.get(0));
            assertThat(one.reason()).isEqualTo("HTTP_404");
        });
    }

    @Test
    void aMessageWhoseBodyIsNotThereIsAFailureRowAndNotGone() throws Exception {
        GmailQuirks quirks = GmailQuirks.DEFAULT.withLargeBodyBytes(1);
        try (FakeGmail bodiless = FakeGmail.builder()
                        .mailbox("bob@example.com", TestMail.generated(5))
                        .quirks(quirks)
                        .start();
                TestBox bobs = TestBox.open(bodiless)) {
            bodiless.faults()
                    .always(
                            RequestMatch.path("/attachments/"),
                            GmailFault.notFound().asFault());
            Crawl crawl = Crawl.run(bobs.mailbox(), QUERY, PAGE);
            assertThat(crawl.items()).isNotEmpty().noneMatch(PageItem.Skipped.class::isInstance);
            assertThat(crawl.items().stream().filter(PageItem.Failed.class::isInstance))
                    .isNotEmpty()
                    .allSatisfy(item ->
                            assertThat(((PageItem.Failed) item).reason()).isEqualTo("BODY_MISSING"));
        }
    }
}
