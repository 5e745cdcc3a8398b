package dev.backfill.examples.unruly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobEvent;
import dev.backfill.api.JobListener;
import dev.backfill.api.JobState;
import dev.backfill.api.UserId;
import dev.backfill.api.Waiting;
import dev.backfill.core.Backfill;
import dev.backfill.core.BackfillBuilder;
import dev.backfill.core.EngineConfig;
import dev.backfill.model.FolderRole;
import dev.backfill.provider.microsoft.MicrosoftEmailSource;
import dev.backfill.testkit.AutoAdvance;
import dev.backfill.testkit.ManualTime;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.graph.GraphMailbox;
import dev.backfill.testkit.graph.GraphQuirks;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.GeneratorOptions;
import dev.backfill.testkit.mail.MailGenerator;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The engine and the Microsoft provider on a mailbox that fights back. */
class UnrulyGraphTest {
    private static final String BOX = "box@example.com";
    private static final int LARGEST_PAGE = 8;
    private static final RequestMatch PAGES = RequestMatch.path("/messages$").query("$select", "body");
    private static final RequestMatch LINKED = PAGES.query("$skip", "");
    private static final Set<FolderRole> LEFT_OUT = Set.of(FolderRole.JUNK, FolderRole.DELETED);

    private static List<StoredMail> mails(int count) {
        return new MailGenerator(GeneratorOptions.of(11, count))
                .mails()
                .filter(mail -> !LEFT_OUT.contains(mail.folder().top().role()))
                .toList();
    }

    private static BackfillJob crawl(FakeGraph graph, RecordingSink sink, int batchSize) throws Exception {
        return crawl(graph, sink, batchSize, event -> {}, builder -> builder);
    }

    private static BackfillJob crawl(
            FakeGraph graph,
            RecordingSink sink,
            int batchSize,
            JobListener watch,
            UnaryOperator<BackfillBuilder> changes)
            throws Exception {
        CompletableFuture<BackfillJob> ended = new CompletableFuture<>();
        try (BackfillManager manager = changes.apply(Backfill.builder())
                .autoDiscovery(false)
                .environment(variable -> null)
                .accessTokens(account -> () -> "token")
                .source(new MicrosoftEmailSource())
                .settings("microsoft", Map.of("base-url", graph.baseUrl().toString()))
                .sink(sink)
                .listener(event -> {
                    watch.onEvent(event);
                    if (event.job().state().isTerminal()) {
                        ended.complete(event.job());
                    }
                })
                .build()) {
            manager.forUser(UserId.of("ann"))
                    .start(BackfillRequest.builder("microsoft", "me")
                            .batchSize(batchSize)
                            .pin(false)
                            .build());
            return ended.get(120, TimeUnit.SECONDS);
        }
    }

    private static Set<String> ids(FakeGraph graph, List<StoredMail> mails) {
        return mails.stream().map(graph.mailbox(BOX)::messageId).collect(Collectors.toSet());
    }

    @Test
    void aMailboxThatFightsBackIsReadWholeAndOnce() throws Exception {
        List<StoredMail> mails = mails(400);
        List<StoredMail> gone = mails.subList(20, 30);
        AtomicReference<GraphMailbox> store = new AtomicReference<>();
        FakeGraph.Builder builder = FakeGraph.builder()
                .mailbox(BOX, mails)
                .quirks(GraphQuirks.NONE
                        .withShortPageEvery(5)
                        .withEmptyPageEvery(7)
                        .withTimeoutAbovePage(LARGEST_PAGE)
                        .withRelativeNextLink())
                .beforePage(number -> {
                    if (number == 25) {
                        gone.forEach(mail -> store.get().purge(mail.id()));
                    }
                });
        RecordingSink sink = new RecordingSink();
        try (FakeGraph graph = builder.start()) {
            store.set(graph.mailbox(BOX));
            StoredMail corrupt = mails.get(100);
            store.get().corrupt(corrupt.id());
            graph.faults()
                    .nth(PAGES, 5, Fault.status(429).retryAfter("0"))
                    .nth(PAGES, 11, Fault.status(503))
                    .nth(PAGES, 14, Fault.html(502))
                    .nth(PAGES, 17, new Fault.Truncate(300, true))
                    .nth(PAGES, 20, new Fault.Drop())
                    .first(LINKED, 2, Fault.json(410, "{\"error\":{\"code\":\"SyncStateNotFound\",\"message\":\"\"}}"));

            BackfillJob job = crawl(graph, sink, 20);

            assertThat(job.state())
                    .as(job.failureCode() + ": " + job.failureMessage())
                    .isEqualTo(JobState.COMPLETED);
            assertThat(job.progress().failed()).isEqualTo(1);
            assertThat(job.progress().listed())
                    .isEqualTo(job.progress().published() + job.progress().skipped() + 1);
            List<StoredMail> stayed = mails.stream()
                    .filter(mail -> !gone.contains(mail) && mail != corrupt)
                    .toList();
            assertThat(sink.messageIds()).doesNotHaveDuplicates().containsAll(ids(graph, stayed));
            assertThat(sink.messageIds()).doesNotContain(store.get().messageId(corrupt));
            assertThat(ids(graph, mails)).containsAll(sink.messageIds());
        }
    }

    @Test
    void pagesShrinkWhereTheGatewayGivesUpAndGrowAgain() throws Exception {
        List<StoredMail> mails = mails(400).stream()
                .filter(mail -> mail.folder().role() == FolderRole.INBOX)
                .toList();
        assertThat(mails).hasSizeGreaterThan(100);
        RecordingSink sink = new RecordingSink();
        try (FakeGraph graph = FakeGraph.builder().mailbox(BOX, mails).start()) {
            String inbox = graph.mailbox(BOX).folderId(FolderPath.INBOX);
            RequestMatch pages = RequestMatch.path("/" + inbox + "/messages$").query("$select", "body");
            // Twenty at once are too many, once; five are not.
            graph.faults().first(pages, 2, Fault.status(504));

            BackfillJob job = crawl(graph, sink, 20);

            assertThat(job.state()).isEqualTo(JobState.COMPLETED);
            assertThat(sink.messageIds()).doesNotHaveDuplicates().hasSameElementsAs(ids(graph, mails));
            List<Integer> sizes = graph.journal().entries(pages).stream()
                    .map(entry -> Integer.parseInt(entry.query().get("$top").get(0)))
                    .toList();
            assertThat(sizes.subList(0, 3)).containsExactly(20, 10, 5);
            // What a page asks for beside its messages is those of its first second, which it knows.
            assertThat(sizes.stream().skip(3).mapToInt(Integer::intValue).max().orElseThrow())
                    .isGreaterThanOrEqualTo(7);
        }
    }

    /** A plain 503: no code, no body, no time to come back. Its minutes pass on a clock of the test's own. */
    @Test
    void anOutageOfManyMinutesDelaysAJobAndFailsNothing() throws Exception {
        List<StoredMail> mails = mails(120);
        RecordingSink sink = new RecordingSink();
        ManualTime time = new ManualTime();
        AtomicInteger parked = new AtomicInteger();
        JobListener watch = event -> {
            Waiting waiting = event.job().waiting();
            if (event instanceof JobEvent.StateChanged
                    && event.job().state() == JobState.QUEUED
                    && waiting != null
                    && waiting.reason() == Waiting.Reason.PROVIDER) {
                parked.incrementAndGet();
            }
        };
        try (FakeGraph graph = FakeGraph.builder().mailbox(BOX, mails).start();
                AutoAdvance running = time.autoAdvance(Duration.ofMillis(3), Duration.ofDays(3))) {
            graph.faults().range(RequestMatch.path(""), 15, 150, Fault.status(503));
            EngineConfig config =
                    EngineConfig.builder().sweepInterval(Duration.ofMinutes(1)).build();
            BackfillJob job =
                    crawl(graph, sink, 20, watch, builder -> builder.time(time).config(config));

            assertThat(job.state())
                    .as(job.failureCode() + ": " + job.failureMessage())
                    .isEqualTo(JobState.COMPLETED);
            assertThat(job.progress().failed()).isZero();
            // The grace for pages under way passes in no real time here, so that a page may be cut and come twice.
            assertThat(sink.messageIds()).hasSameElementsAs(ids(graph, mails));
            assertThat(parked).hasPositiveValue();
            assertThat(running).isNotNull();
        }
    }
}
