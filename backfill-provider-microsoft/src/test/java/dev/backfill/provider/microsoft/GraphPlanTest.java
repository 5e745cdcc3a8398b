package dev.backfill.provider.microsoft;

import static dev.backfill.provider.microsoft.Graphs.OWNER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.CountKind;
import dev.backfill.model.Attachment;
import dev.backfill.model.EmailMessage;
import dev.backfill.model.FolderRole;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.ContentRef;
import dev.backfill.spi.MailEstimate;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.Partition;
import dev.backfill.testkit.DirectMailboxContext;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.graph.GraphQuirks;
import dev.backfill.testkit.http.Fault;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.StoredMail;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** How folders are cut into windows, and what is estimated. */
class GraphPlanTest {
    @Test
    void largeFoldersAreCutNewestFirstWithTwoRequestsEach() throws Exception {
        List<StoredMail> mails = new ArrayList<>(Graphs.minutes(5_000, FolderPath.INBOX));
        mails.add(Graphs.mail(9_000, Graphs.START, FolderPath.SENT));
        try (FakeGraph graph = Graphs.start(mails)) {
            DirectMailboxContext context = Graphs.context(graph);
            try (Mailbox mailbox = new MicrosoftEmailSource().open(context)) {
                List<Partition> plan = mailbox.plan(Crawl.ALL);

                String inbox = graph.mailbox(OWNER).folderId(FolderPath.INBOX);
                assertThat(plan.get(0).scope()).isEqualTo(inbox);
                assertThat(plan.get(1).scope()).isNotEqualTo(inbox);
                assertThat(plan).filteredOn(part -> part.scope().equals(inbox)).hasSize(4);
                assertThat(context.requests("messages.count")).isEqualTo(2);
                assertThat(context.requests("messages.list")).isZero();
                Crawl newest = Crawl.of(mailbox, Crawl.ALL, plan.subList(0, 1), Crawl.limit(500), 10_000);
                assertThat(newest.ids()).hasSizeBetween(900, 1_100);
            }
        }
    }

    @Test
    void foldersAreCutFinerWhereFewerOfThemHoldMailThanAreReadAtOnce() throws Exception {
        List<StoredMail> one = folder(0, FolderPath.INBOX);
        List<StoredMail> two = new ArrayList<>(one);
        two.addAll(folder(1_000, FolderPath.SENT));
        List<StoredMail> four = new ArrayList<>(two);
        four.addAll(folder(2_000, FolderPath.DRAFTS));
        four.addAll(folder(3_000, FolderPath.ARCHIVE));

        assertThat(windows(one)).isEqualTo(4);
        assertThat(windows(two)).isEqualTo(4);
        assertThat(windows(four)).isEqualTo(4);
    }

    private static List<StoredMail> folder(int first, FolderPath folder) {
        List<StoredMail> mails = new ArrayList<>();
        for (int i = first; i < first + 1_000; i++) {
            mails.add(Graphs.mail(i, Graphs.START.plusSeconds(60L * i), folder));
        }
        return mails;
    }

    /** Counts the windows that hold mail. */
    private static long windows(List<StoredMail> mails) throws Exception {
        try (FakeGraph graph = Graphs.start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            List<Partition> plan = mailbox.plan(Crawl.ALL);
            return plan.stream()
                    .filter(window -> !Crawl.of(mailbox, Crawl.ALL, List.of(window), Crawl.limit(10), 10)
                            .ids()
                            .isEmpty())
                    .count();
        }
    }

    @Test
    void aWindowThatTurnsOutTooFullIsCutAgain() throws Exception {
        // All but the oldest message within the last tenth of the time.
        List<StoredMail> mails = new ArrayList<>(Graphs.minutes(4_000, FolderPath.INBOX));
        mails.add(Graphs.mail(9_000, Graphs.START.minusSeconds(60L * 40_000), FolderPath.INBOX));
        try (FakeGraph graph = Graphs.start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            Crawl crawl = Crawl.of(mailbox, Crawl.ALL, Crawl.limit(1_000));

            assertThat(crawl.ids()).doesNotHaveDuplicates().hasSize(4_001);
            assertThat(crawl.providerCount).isEqualTo(4_001);
            assertThat(crawl.walked).hasSizeGreaterThan(mailbox.plan(Crawl.ALL).size());
        }
    }

    /** A job asks for both when it begins, and the tree is the most that they ask the server for. */
    @Test
    void thePlanAndTheEstimateShareATreeThatIsBeingRead() throws Exception {
        AtomicReference<Thread> estimating = new AtomicReference<>();
        AtomicReference<Mailbox> opened = new AtomicReference<>();
        // The token is asked for before a request is sent, here in the middle of the plan's first.
        AccessTokens tokens = () -> {
            if (opened.get() != null && estimating.get() == null) {
                Thread estimate = new Thread(() -> opened.get().estimate(Crawl.ALL));
                estimating.set(estimate);
                estimate.start();
                while (estimate.getState() != Thread.State.WAITING && estimate.getState() != Thread.State.TERMINATED) {
                    Thread.onSpinWait();
                }
            }
            return "any";
        };
        try (FakeGraph graph = Graphs.start(Graphs.minutes(10, FolderPath.INBOX))) {
            DirectMailboxContext context =
                    Graphs.builder(graph, "me").tokens(tokens).build();
            try (Mailbox mailbox = new MicrosoftEmailSource().open(context)) {
                mailbox.plan(Crawl.ALL);
                long alone = context.requests("folders.list");
                opened.set(mailbox);
                mailbox.plan(Crawl.ALL);
                estimating.get().join();

                assertThat(context.requests("folders.list") - alone).isEqualTo(alone);
            }
        }
    }

    @Test
    void theEstimateCountsWithTheFilter() throws Exception {
        List<StoredMail> mails = Graphs.minutes(40, FolderPath.INBOX);
        MailQuery query =
                new MailQuery(Graphs.START.plusSeconds(600), Graphs.START.plusSeconds(1_200), List.of(), false, false);
        try (FakeGraph graph = Graphs.start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            assertThat(mailbox.estimate(query).emails()).isEqualTo(10);
            assertThat(mailbox.estimate(query).kind()).isEqualTo(CountKind.EXACT);
        }
        try (FakeGraph graph = FakeGraph.builder()
                        .mailbox(OWNER, mails)
                        .quirks(GraphQuirks.NONE.withoutExpandAndCount())
                        .start();
                Mailbox mailbox = Graphs.open(graph)) {
            assertThat(mailbox.estimate(query).emails()).isEqualTo(40);
            assertThat(mailbox.estimate(query).kind()).isEqualTo(CountKind.ESTIMATE);
        }
    }

    /** Opens every content, as a job does that includes them; says how many requests all took. */
    private static int requestsOf(FakeGraph graph, MailQuery query) throws Exception {
        DirectMailboxContext context = Graphs.context(graph);
        try (Mailbox mailbox = new MicrosoftEmailSource().open(context)) {
            for (EmailMessage email : Crawl.of(mailbox, query, Crawl.limit(100)).emails()) {
                if (query.rawMime()) {
                    mailbox.open(ContentRef.mime(email.id()), 1 << 30).readAllBytes();
                }
                for (Attachment attachment : query.attachments() ? email.attachments() : List.<Attachment>of()) {
                    mailbox.open(ContentRef.attachment(email.id(), attachment.id()), 1 << 30)
                            .readAllBytes();
                }
            }
        }
        return context.requests() - context.requests("folders.list") - context.requests("folders.get");
    }

    @Test
    void theEstimateCountsTheContentsOfAttachmentsToo() throws Exception {
        List<StoredMail> mails = Graphs.withPictures(1_500);
        MailQuery all = new MailQuery(null, Crawl.TO, List.of("all", "junk"), true, false);
        try (FakeGraph graph = Graphs.start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            for (MailQuery query :
                    List.of(all, all.opening(true, false), all.opening(false, true), all.opening(true, true))) {
                MailEstimate estimate = mailbox.estimate(query);
                assertThat(estimate.calls())
                        .as("attachments %s, MIME %s", query.attachments(), query.rawMime())
                        .isCloseTo(requestsOf(graph, query), Percentage.withPercentage(6));
                assertThat(estimate.units()).isEqualTo(estimate.calls());
                assertThat(estimate.bytes()).isZero();
            }
        }
    }

    @Test
    void aJobHearsTheNumberAloneAndTheContentsCostTwoPagesAFolder() throws Exception {
        MailQuery query = new MailQuery(null, Crawl.TO, List.of("inbox"), false, false).opening(true, false);
        List<StoredMail> mails = new ArrayList<>(Graphs.minutes(30, FolderPath.INBOX));
        for (int i = 0; i < 10; i++) {
            mails.add(Graphs.picture(1_000 + i, Graphs.START.plusSeconds(i), FolderPath.INBOX));
        }
        try (FakeGraph graph = Graphs.start(mails)) {
            DirectMailboxContext context = Graphs.context(graph);
            try (Mailbox mailbox = new MicrosoftEmailSource().open(context)) {
                assertThat(mailbox.count(query).emails()).isEqualTo(40);
                assertThat(context.requests("messages.count")).isEqualTo(1);
                long plain = mailbox.estimate(query.opening(false, false)).calls();
                assertThat(context.requests("messages.count")).isEqualTo(2);
                // All have none by hasAttachments, and some have a picture in the text.
                assertThat(mailbox.estimate(query).calls()).isEqualTo(plain + 10);
                assertThat(context.requests("messages.count")).isEqualTo(2 + 3);
                assertThat(mailbox.estimate(query.openingAtMost(1)).calls()).isEqualTo(plain);
            }
        }
    }

    @Test
    void pagesOfAttachmentsThatAreRefusedOrSayNothingFailNoEstimate() throws Exception {
        List<StoredMail> mails = Graphs.generated(300);
        MailQuery query = new MailQuery(null, Crawl.TO, List.of(), false, false);
        long attached = mails.stream()
                .filter(mail -> mail.folder().role() != FolderRole.DELETED
                        && mail.folder().role() != FolderRole.JUNK)
                .filter(mail -> mail.parsed().attachments().stream().anyMatch(one -> !one.inline()))
                .count();
        try (FakeGraph graph = Graphs.start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            MailEstimate plain = mailbox.estimate(query);
            graph.faults()
                    .always(RequestMatch.path("/messages$").query("$filter", "hasAttachments"), Fault.status(400));
            assertThat(mailbox.estimate(query.opening(true, false))).isEqualTo(plain);

            graph.faults().clear();
            graph.faults()
                    .always(
                            RequestMatch.path("/messages$").query("$filter", "hasAttachments eq false"),
                            Fault.status(504));
            assertThat(mailbox.estimate(query.opening(true, false)).calls())
                    .isGreaterThanOrEqualTo(plain.calls() + attached);
        }
    }

    /** In the engine, and in the test kit's calls, a refusal that is of more than a message ends the batch it was sent in. */
    @Test
    void aFolderThatIsRefusedLeavesNoOtherOneUncounted() throws Exception {
        List<StoredMail> mails = Graphs.generated(300);
        MailQuery query = new MailQuery(null, Crawl.TO, List.of("inbox", "sent"), false, false);
        MailQuery contents = query.opening(true, false);
        RequestMatch sample = RequestMatch.path("/messages$").query("$filter", "hasAttachments");
        try (FakeGraph graph = Graphs.start(mails);
                Mailbox mailbox = Graphs.open(graph)) {
            MailEstimate plain = mailbox.estimate(query);
            graph.faults().first(RequestMatch.path("/messages$"), 1, Fault.status(404));
            assertThat(mailbox.estimate(query).emails()).isStrictlyBetween(0L, plain.emails());

            graph.faults().clear();
            graph.faults().first(sample, 2, Fault.status(400));
            assertThat(mailbox.estimate(contents).calls()).isGreaterThan(plain.calls());
        }
    }

    @Test
    void theSampleOfAnEstimateHasTwentySecondsAndNoMore() throws Exception {
        RequestMatch sample = RequestMatch.path("/messages$").query("$filter", "hasAttachments");
        Instant begin = Instant.parse("2026-01-01T00:00:00Z");
        MailQuery query = new MailQuery(null, Crawl.TO, List.of("inbox", "sent"), false, false);
        try (FakeGraph graph = Graphs.start(Graphs.generated(300));
                Mailbox mailbox = new MicrosoftEmailSource()
                        .open(Graphs.builder(graph, "me")
                                .clock(() -> graph.journal().count(sample) > 0 ? begin.plusSeconds(20) : begin)
                                .build())) {
            MailEstimate plain = mailbox.estimate(query);

            assertThat(mailbox.estimate(query.opening(true, false)).emails()).isEqualTo(plain.emails());

            assertThat(graph.journal().count(sample)).isEqualTo(1);
        }
    }

    @Test
    void theEstimateOfTheRequestsIsAboutWhatTheyAre() throws Exception {
        try (FakeGraph graph = Graphs.start(Graphs.minutes(2_000, FolderPath.INBOX));
                Mailbox mailbox = Graphs.open(graph)) {
            MailQuery query = new MailQuery(null, Crawl.TO, List.of("inbox"), false, true, true);
            MailQuery withMime = query.opening(false, true);
            long estimated = mailbox.estimate(query).calls();
            assertThat(mailbox.estimate(withMime).calls()).isEqualTo(estimated + 2_000);
            long before = graph.journal().total();
            Crawl.of(mailbox, query, Crawl.limit(100));
            long tree = 7;

            assertThat(graph.journal().total() - before - tree).isBetween(estimated - 4, estimated + 4);
        }
    }
}
