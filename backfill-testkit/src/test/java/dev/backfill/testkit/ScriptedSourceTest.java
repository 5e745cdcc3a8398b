package dev.backfill.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.backfill.model.FolderRole;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.FaultScript.At;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ScriptedSourceTest {
    private static final Instant TO = Instant.parse("2030-01-01T00:00:00Z");
    private static final MailQuery ALL = new MailQuery(null, TO, List.of(), false, true);
    private static final PageLimit TEN = new PageLimit(10, 1L << 30);

    @Test
    void aPageFailsAsOftenAsTheScriptSays() {
        FaultScript script = FaultScript.builder()
                .fail(At.window(0, 1), 2, Fault.throttled(Duration.ofSeconds(7)))
                .build();
        ManualTime time = new ManualTime();
        ScriptedSource source = source(30, script);
        Mailbox mailbox = source.open(
                DirectMailboxContext.builder("scripted", "me").clock(time).build());
        Partition window = mailbox.plan(ALL).get(1);
        PageEnd first = mailbox.fetch(ALL, window, Position.START, TEN, new PageCollector());
        for (int i = 0; i < 2; i++) {
            assertThat(catchThrowable(() -> mailbox.fetch(ALL, window, first.next(), TEN, new PageCollector())))
                    .isInstanceOfSatisfying(SourceException.class, error -> {
                        assertThat(error.kind()).isEqualTo(SourceException.Kind.THROTTLED);
                        assertThat(error.retryAt()).contains(time.instant().plusSeconds(7));
                    });
        }
        PageCollector third = new PageCollector();
        mailbox.fetch(ALL, window, first.next(), TEN, third);
        assertThat(third.ids()).hasSize(10);
        assertThat(source.log().requests(ScriptedSource.LIST)).isEqualTo(4);
        assertThat(source.log().positions(window.id())).hasSize(4);
    }

    @Test
    void anOperationFailsAsOftenAsTheScriptSays() {
        ScriptedSource source = source(
                5,
                FaultScript.builder()
                        .failOperation(ScriptedSource.PLAN, 1, Fault.of(SourceException.Kind.FAIL_JOB))
                        .build());
        Mailbox mailbox = open(source, 0);
        assertThat(catchThrowable(() -> mailbox.plan(ALL))).isInstanceOf(SourceException.class);
        assertThat(mailbox.plan(ALL)).hasSize(2);
    }

    @Test
    void aMessageFailsUntilItIsMendedAndAnotherIsSkipped() {
        FaultScript script = FaultScript.builder()
                .failMessage("inbox-0000003", 1, "ErrorCorruptData")
                .skipMessage("inbox-0000004", "GONE")
                .build();
        for (boolean singleGets : List.of(false, true)) {
            ScriptedSource.Builder builder =
                    ScriptedSource.builder().mailbox(ScriptedFolder.inbox(8)).faults(script);
            Mailbox mailbox = open((singleGets ? builder.singleGets() : builder).build(), 0);
            List<PageItem> items = Crawl.plan(mailbox, ALL, TEN).items();
            assertThat(items).hasSize(8);
            assertThat(items.get(3)).isInstanceOfSatisfying(PageItem.Failed.class, failed -> {
                assertThat(failed.reason()).isEqualTo("ErrorCorruptData");
                PageCollector replayed = new PageCollector();
                mailbox.replay(ALL, List.of(failed.ref()), replayed);
                assertThat(replayed.items()).singleElement().isInstanceOf(PageItem.Message.class);
            });
            assertThat(items.get(4)).isEqualTo(new PageItem.Skipped("inbox-0000004", "GONE"));
        }
    }

    @Test
    void aGetThatFailsForGoodIsAFailedItemAndOneThatRecoversIsNot() {
        FaultScript script = FaultScript.builder()
                .failGet("inbox-0000001", 2, Fault.of(SourceException.Kind.RETRY))
                .failGet("inbox-0000002", FaultScript.ALWAYS, Fault.of(SourceException.Kind.SKIP_MESSAGE))
                .build();
        ScriptedSource source = ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(4))
                .singleGets()
                .price(ScriptedSource.GET, 5)
                .faults(script)
                .build();
        DirectMailboxContext context =
                DirectMailboxContext.builder("scripted", "me").retries(2).build();
        List<PageItem> items = Crawl.plan(source.open(context), ALL, TEN).items();
        assertThat(items.get(1)).isInstanceOf(PageItem.Message.class);
        assertThat(items.get(2)).isInstanceOf(PageItem.Failed.class);
        assertThat(context.requests(ScriptedSource.GET)).isEqualTo(4 + 2);
        assertThat(context.units()).isEqualTo(6 * 5 + context.requests() - 6);
    }

    @Test
    void aWindowCanCountMoreThanItListsForAWalk() {
        Mailbox mailbox = open(source(5, FaultScript.builder().miscount(0, 2, 1).build()), 0);
        Partition window = mailbox.plan(ALL).get(1);
        assertThat(mailbox.fetch(ALL, window, Position.START, TEN, new PageCollector())
                        .providerCount())
                .isEqualTo(7L);
        assertThat(mailbox.fetch(ALL, window, Position.START, TEN, new PageCollector())
                        .providerCount())
                .isEqualTo(5L);
    }

    @Test
    void aWindowCanHideMessagesForAWalk() {
        Mailbox mailbox = open(source(5, FaultScript.builder().hide(0, 2, 1).build()), 0);
        Partition window = mailbox.plan(ALL).get(1);
        assertThat(Crawl.from(mailbox, ALL, window, Position.START, new PageLimit(2, 1L << 30))
                        .ids())
                .containsExactly("inbox-0000002", "inbox-0000003", "inbox-0000004");
        assertThat(Crawl.from(mailbox, ALL, window, Position.START, TEN).ids()).hasSize(5);
    }

    @Test
    void repeatsAreCountedAndNotWritten() {
        Mailbox mailbox =
                open(source(5, FaultScript.builder().repeat(At.window(-1, 0), 3).build()), 0);
        PageCollector collector = new PageCollector();
        PageEnd end = mailbox.fetch(ALL, mailbox.plan(ALL).get(1), Position.START, TEN, collector);
        assertThat(collector.items()).hasSize(5);
        assertThat(end.entries()).isEqualTo(8);
        assertThat(end.repeats()).isEqualTo(3);
    }

    @Test
    void aRequestWaitsAtAGateUntilTheTestOpensIt() throws InterruptedException {
        Gate gate = Gate.shut();
        ScriptedSource source =
                source(5, FaultScript.builder().block(At.window(0, 0), gate).build());
        Mailbox mailbox = open(source, 0);
        Thread crawl = new Thread(() -> Crawl.plan(mailbox, ALL, TEN));
        crawl.start();
        gate.awaitEntered(1);
        assertThat(source.log().requesting()).isEqualTo(1);
        gate.open();
        crawl.join(30_000);
        assertThat(crawl.isAlive()).isFalse();
        assertThat(source.log().requesting()).isZero();
    }

    @Test
    void closingTheMailboxEndsARequestAtAGate() throws InterruptedException {
        Gate gate = Gate.shut();
        Mailbox mailbox = open(
                source(5, FaultScript.builder().block(At.window(0, 0), gate).build()), 0);
        Throwable[] error = {null};
        Thread crawl = new Thread(() -> error[0] = catchThrowable(() -> Crawl.plan(mailbox, ALL, TEN)));
        crawl.start();
        gate.awaitEntered(1);
        mailbox.close();
        crawl.join(30_000);
        assertThat(error[0]).isInstanceOf(SourceException.class).hasMessageContaining("broken off");
    }

    @Test
    void aGateShutForGoodIsDeafToInterrupts() throws InterruptedException {
        Gate gate = Gate.shutForGood();
        Mailbox mailbox = open(
                source(5, FaultScript.builder().block(At.window(0, 0), gate).build()), 0);
        AtomicReference<Boolean> flag = new AtomicReference<>();
        Thread crawl = new Thread(() -> {
            assertThat(catchThrowable(() -> Crawl.plan(mailbox, ALL, TEN))).isInstanceOf(SourceException.class);
            flag.set(Thread.currentThread().isInterrupted());
        });
        crawl.start();
        gate.awaitEntered(1);
        crawl.interrupt();
        mailbox.close();
        assertThat(gate.inside()).isEqualTo(1);
        gate.open();
        crawl.join(30_000);
        assertThat(flag.get()).isTrue();
    }

    @Test
    void aSplitWindowIsReplacedOnce() {
        Mailbox mailbox = open(source(5, FaultScript.builder().split(0, 2).build()), 0);
        Partition window = mailbox.plan(ALL).get(1);
        List<Partition> parts = mailbox.fetch(ALL, window, Position.START, TEN, new PageCollector())
                .replacedBy();
        assertThat(parts).hasSize(2);
        assertThat(parts.get(0).to()).isEqualTo(TO);
        assertThat(parts.get(1).to()).isEqualTo(parts.get(0).from());
        assertThat(parts.get(1).from()).isNull();
        assertThat(mailbox.fetch(ALL, window, Position.START, TEN, new PageCollector())
                        .replacedBy())
                .isEmpty();
    }

    @Test
    void whatChangesAfterThePinIsAChange() {
        ScriptedSource source = ScriptedSource.builder()
                .mailbox(
                        ScriptedFolder.inbox(5),
                        ScriptedFolder.of("sent", FolderRole.SENT, 2),
                        ScriptedFolder.of("trash", FolderRole.DELETED, 0))
                .build();
        Mailbox mailbox = open(source, 0);
        Crawl history = Crawl.plan(mailbox, ALL, TEN);
        ScriptedAccount account = source.account();
        account.add("inbox", "new", ScriptedFolder.DEFAULT_OLDEST.plusSeconds(90));
        account.update("inbox-0000001");
        account.delete("inbox-0000002");
        account.move("inbox-0000003", "sent");
        account.move("inbox-0000004", "trash");
        account.add("inbox", "later-than-the-job", TO);
        Crawl changes = Crawl.changes(mailbox, ALL, history.tokens(), new PageLimit(2, 1L << 30));
        assertThat(changes.items())
                .extracting(item -> item.getClass().getSimpleName() + " " + PageCollector.id(item))
                .containsExactly(
                        "Message new",
                        "Message inbox-0000001",
                        "Deleted inbox-0000002",
                        "Skipped inbox-0000003",
                        "Deleted inbox-0000004",
                        "Skipped later-than-the-job",
                        "Message inbox-0000003");
        assertThat(Crawl.changes(mailbox, ALL, changes.tokens(), TEN).items()).isEmpty();
        assertThat(account.ids(ALL))
                .containsExactly(
                        "inbox-0000000", "inbox-0000001", "new", "sent-0000000", "sent-0000001", "inbox-0000003")
                .hasSize((int) account.count(ALL));
    }

    @Test
    void aRefusedTokenIsAnAuthError() {
        ScriptedSource source = source(5, FaultScript.NONE);
        source.refuseToken("old");
        AtomicReference<String> token = new AtomicReference<>("old");
        AccessTokens tokens = new AccessTokens() {
            @Override
            public String get() {
                return token.get();
            }

            @Override
            public void invalidate(String refused) {
                token.set("new");
            }
        };
        DirectMailboxContext context =
                DirectMailboxContext.builder("scripted", "me").tokens(tokens).build();
        assertThat(source.open(context).key()).isEqualTo("any");
        assertThat(source.log().tokens(context.account())).containsExactlyInAnyOrder("old", "new");
    }

    @Test
    void theSameSeedMakesTheSameMail() {
        List<PageItem> first = Crawl.plan(open(seeded(7), 0), ALL, TEN).items();
        assertThat(Crawl.plan(open(seeded(7), 0), ALL, TEN).items()).isEqualTo(first);
        assertThat(Crawl.plan(open(seeded(8), 0), ALL, TEN).items()).isNotEqualTo(first);
    }

    private static ScriptedSource seeded(long seed) {
        return ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(5))
                .seed(seed)
                .build();
    }

    @Test
    void aMillionMessagesCostNothingUntilTheyAreAskedFor() {
        ScriptedSource source = ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(1_000_000)
                        .times(ScriptedFolder.DEFAULT_OLDEST, Duration.ofSeconds(60), 1)
                        .bodies(2_048))
                .build();
        Mailbox mailbox = open(source, 0);
        List<Partition> plan = mailbox.plan(ALL);
        assertThat(plan).hasSize(1_001);
        long[] read = new long[2];
        for (int i = 1; i < plan.size(); i += 20) {
            mailbox.fetch(ALL, plan.get(i), Position.START, new PageLimit(1_000, 1L << 40), item -> {
                read[0]++;
                read[1] += ((PageItem.Message) item).email().bodyText().length();
                return PageWriter.Verdict.CONTINUE;
            });
        }
        assertThat(read[0]).isEqualTo(50_000);
        assertThat(read[1]).isEqualTo(50_000 * 2_048L);
    }

    private static ScriptedSource source(int messages, FaultScript script) {
        return ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(messages))
                .faults(script)
                .build();
    }

    private static Mailbox open(ScriptedSource source, int retries) {
        return source.open(
                DirectMailboxContext.builder("scripted", "me").retries(retries).build());
    }
}
