package dev.backfill.examples.changes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobId;
import dev.backfill.api.JobNote;
import dev.backfill.api.JobState;
import dev.backfill.api.Mode;
import dev.backfill.api.UserId;
import dev.backfill.api.UserJobs;
import dev.backfill.core.Backfill;
import dev.backfill.core.EngineConfig;
import dev.backfill.provider.microsoft.MicrosoftEmailSource;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.http.RequestMatch;
import dev.backfill.testkit.mail.FolderPath;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A Microsoft mailbox that changes while it is backfilled and while later runs read its changes: what the events say is in the end
 * exactly what is in the mailbox. {@code -Dchanges.seeds} says how many courses of events are tried, 4 by default.
 */
class ChangingMailboxTest {
    private static final int MAILS = 150;

    private final QuickClock clock = new QuickClock();
    private final RecordingSink sink = new RecordingSink().keepPayloads();
    private final Map<String, CompletableFuture<BackfillJob>> ends = new ConcurrentHashMap<>();
    private final Semaphore halts = new Semaphore(0);
    private RestlessMailbox mailbox;
    private BackfillManager manager;
    private boolean foldersMove;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, Integer.getInteger("changes.seeds", 4));
    }

    private void start(long seed) throws Exception {
        mailbox = new RestlessMailbox(seed, clock, MAILS);
        manager = Backfill.builder()
                .autoDiscovery(false)
                .environment(name -> null)
                .source(new MicrosoftEmailSource())
                .sink(sink)
                .time(clock)
                .accessTokens(account -> () -> "any")
                .settings(
                        "microsoft",
                        Map.of("base-url", mailbox.graph().baseUrl().toString()))
                .config(EngineConfig.builder()
                        .instanceName("test")
                        .defaultBatchSize(10)
                        .defaultRateLimit(1_000)
                        // With the one changes are read in the middle of the walk as well, with the other they hardly
                        // are.
                        .catchUpInterval(seed % 2 == 0 ? Duration.ofMinutes(1) : Duration.ofDays(1))
                        .build())
                .listener(event -> {
                    if (event.job().state() == JobState.PAUSED
                            || event.job().state().isTerminal()) {
                        halts.release();
                    }
                    if (event.job().state().isTerminal()) {
                        end(event.job()).complete(event.job());
                    }
                })
                .build();
    }

    private CompletableFuture<BackfillJob> end(BackfillJob job) {
        return ends.computeIfAbsent(job.id().value(), unused -> new CompletableFuture<>());
    }

    @AfterEach
    void stop() {
        if (manager != null) {
            manager.close();
        }
        if (mailbox != null) {
            mailbox.close();
        }
        clock.close();
    }

    private void foldersMove() {
        mailbox.foldersMove();
        foldersMove = true;
    }

    private BackfillJob run(Mode mode) throws Exception {
        BackfillJob ended = completed(mode);
        // Where a folder leaves while all is read, less is listed than was there before, and the job says so.
        assertThat(ended.notes())
                .extracting(JobNote::code)
                .isSubsetOf(foldersMove && mode == Mode.FULL ? List.of("FEWER_THAN_ESTIMATED") : List.of());
        assertThat(ended.deletionsUnknownSince()).isNull();
        return ended;
    }

    private BackfillJob completed(Mode mode) throws Exception {
        BackfillJob job = manager.forUser(UserId.of("ann"))
                .start(BackfillRequest.builder("microsoft", AccountRef.ME)
                        .mode(mode)
                        .build());
        BackfillJob ended = end(job).get(60, TimeUnit.SECONDS);
        assertThat(ended.state()).as(String.valueOf(ended.failureMessage())).isEqualTo(JobState.COMPLETED);
        return ended;
    }

    private EventReader consumer() {
        return new EventReader().read(sink.payloads());
    }

    private void assertExact() {
        assertThat(consumer().there()).isEqualTo(mailbox.expected());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aBackfillHearsBeforeItEndsOfAllThatHappenedBehindItsBack(long seed) throws Exception {
        start(seed);
        mailbox.restless(40, 3);
        run(Mode.FULL);

        assertThat(mailbox.quiet())
                .as("all happened while the folders were read")
                .isZero();
        assertExact();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aBackfillAndTheRunsAfterItEndWithExactlyTheMailboxesState(long seed) throws Exception {
        start(seed);
        mailbox.restless(Integer.MAX_VALUE, 2);
        run(Mode.FULL);
        mailbox.quiet();
        mailbox.happen(30);
        run(Mode.INCREMENTAL);
        assertExact();

        mailbox.restless(60, 0.7);
        run(Mode.INCREMENTAL);
        mailbox.quiet();
        run(Mode.INCREMENTAL);
        assertExact();
    }

    /** Between two readings of one job too: once its mail was told as deleted it is told anew. */
    @ParameterizedTest
    @MethodSource("seeds")
    void foldersThatAreThrownAwayAndComeBackAllTheWhileAreThereInTheEnd(long seed) throws Exception {
        start(seed);
        foldersMove();
        mailbox.restless(Integer.MAX_VALUE, 2);
        run(Mode.FULL);
        for (int i = 0; i < 3; i++) {
            mailbox.restless(60, 0.7);
            run(Mode.INCREMENTAL);
            mailbox.quiet();
            mailbox.happen(10);
        }
        run(Mode.INCREMENTAL);
        assertThat(withoutPlaces(consumer().there())).isEqualTo(withoutPlaces(mailbox.expected()));
    }

    /** What they told before they ended the next one knows: folders that they told as gone, and mail that was new to them. */
    @ParameterizedTest
    @MethodSource("seeds")
    void runsThatAreBrokenOffAreNotForgotten(long seed) throws Exception {
        start(seed);
        foldersMove();
        Random random = new Random(seed);
        if (seed % 3 == 0) {
            mailbox.restless(60, 0.7);
            brokenOff(Mode.FULL, 5 + random.nextInt(40));
        } else {
            run(Mode.FULL);
        }
        for (int i = 0; i < 8; i++) {
            mailbox.restless(60, 0.7);
            brokenOff(Mode.INCREMENTAL, 2 + random.nextInt(25));
            mailbox.quiet();
            mailbox.happen(8);
        }
        BackfillJob last = completed(Mode.INCREMENTAL);
        assertThat(last.notes()).extracting(JobNote::code).isSubsetOf("CONTINUES");
        assertThat(withoutPlaces(consumer().there())).isEqualTo(withoutPlaces(mailbox.expected()));
    }

    /** Runs one that is cancelled in the middle, unless it ends before. */
    private void brokenOff(Mode mode, int requests) throws Exception {
        UserJobs jobs = manager.forUser(UserId.of("ann"));
        CompletableFuture<BackfillJob> started = new CompletableFuture<>();
        mailbox.afterRequests(requests, () -> jobs.cancel(started.join().id()));
        BackfillJob job = jobs.start(
                BackfillRequest.builder("microsoft", AccountRef.ME).mode(mode).build());
        started.complete(job);
        end(job).get(60, TimeUnit.SECONDS);
    }

    /** What a run knows alone while its mailbox is open is lost each time: a folder that it told as gone in the middle of its windows. */
    @ParameterizedTest
    @MethodSource("seeds")
    void runsThatArePausedAgainAndAgainEndWithExactlyTheMailboxesState(long seed) throws Exception {
        start(seed);
        foldersMove();
        Random random = new Random(seed);
        mailbox.restless(Integer.MAX_VALUE, 2);
        pausedAgainAndAgain(Mode.FULL, random);
        for (int i = 0; i < 3; i++) {
            mailbox.restless(60, 0.7);
            pausedAgainAndAgain(Mode.INCREMENTAL, random);
            mailbox.quiet();
            mailbox.happen(10);
        }
        run(Mode.INCREMENTAL);
        assertThat(withoutPlaces(consumer().there())).isEqualTo(withoutPlaces(mailbox.expected()));
    }

    private void pausedAgainAndAgain(Mode mode, Random random) throws Exception {
        UserJobs jobs = manager.forUser(UserId.of("ann"));
        CompletableFuture<BackfillJob> started = new CompletableFuture<>();
        Runnable pause = () -> jobs.pause(started.join().id());
        mailbox.afterRequests(5 + random.nextInt(25), pause);
        started.complete(jobs.start(
                BackfillRequest.builder("microsoft", AccountRef.ME).mode(mode).build()));
        JobId id = started.join().id();
        for (JobState state = jobs.status(id).state();
                !state.isTerminal();
                state = jobs.status(id).state()) {
            if (state == JobState.PAUSED) {
                mailbox.afterRequests(5 + random.nextInt(25), pause);
                jobs.resume(id);
            } else {
                assertThat(halts.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
            }
        }
        assertThat(jobs.status(id).state()).isEqualTo(JobState.COMPLETED);
    }

    /** Readers know the keys of the first time: what changed since they hear of by its changes. */
    @ParameterizedTest
    @MethodSource("seeds")
    void everythingReadAnewEndsWithExactlyTheMailboxesStateToo(long seed) throws Exception {
        start(seed);
        foldersMove();
        run(Mode.FULL);
        for (int i = 0; i < 3; i++) {
            mailbox.happen(25);
            mailbox.restless(60, 0.7);
            run(Mode.FULL);
            mailbox.quiet();
            run(Mode.INCREMENTAL);
            assertThat(withoutPlaces(consumer().there())).isEqualTo(withoutPlaces(mailbox.expected()));
        }
    }

    /** A folder's place is told as it was when its messages were read: that it moved is no change of theirs. */
    private static Map<String, String> withoutPlaces(Map<String, String> shown) {
        Map<String, String> names = new HashMap<>(shown);
        names.replaceAll((id, path) -> path.replaceAll("^[^\\[]*/", ""));
        return names;
    }

    /** Nothing happens to its messages: neither their times nor their revisions tell that they are back. */
    @ParameterizedTest
    @MethodSource("seeds")
    void aFolderThatIsThrownAwayAndComesBackIsThereWithAllThatIsInIt(long seed) throws Exception {
        FolderPath north = FolderPath.of("Work", "North");
        start(seed);
        run(Mode.FULL);
        mailbox.happen(15);
        run(Mode.INCREMENTAL);
        for (int i = 0; i < 2; i++) {
            mailbox.throwAway(north);
            run(Mode.INCREMENTAL);
            assertExact();
            if (i == 0) {
                mailbox.happen(15);
            }
            mailbox.bringBack();
            run(Mode.INCREMENTAL);
            assertExact();
        }
        mailbox.happen(15);
        run(Mode.INCREMENTAL);
        assertExact();
    }

    /** The creates of such a run have the keys of the first ones and are older than the deletions told in between. */
    @Test
    void aFolderThatCameBackIsThereWhereEverythingIsReadAnew() throws Exception {
        start(1);
        run(Mode.FULL);
        mailbox.throwAway(FolderPath.of("Work", "North"));
        run(Mode.INCREMENTAL);
        int before = consumer().doubled();
        mailbox.bringBack();
        run(Mode.FULL);
        assertExact();
        assertThat(consumer().doubled() - before)
                .as("what was there all the while comes under the keys that are known")
                .isGreaterThan(mailbox.expected().size() / 2);

        mailbox.throwAway(FolderPath.of("Work", "North"));
        run(Mode.INCREMENTAL);
        assertExact();
    }

    @Test
    void aRunOverAnUnchangedMailboxCostsTwoRequestsAndOneForEachFolderAndPublishesNothing() throws Exception {
        start(1);
        run(Mode.FULL);
        long folders = 7;
        for (int i = 0; i < 2; i++) {
            int published = sink.payloads().size();
            mailbox.graph().journal().clear();
            BackfillJob second = run(Mode.INCREMENTAL);

            assertThat(sink.payloads()).hasSize(published);
            assertThat(second.progress().listed()).isZero();
            assertThat(mailbox.graph().journal().total()).isEqualTo(2 + folders);
        }
    }

    @Test
    void mailThatMovedBetweenTwoFoldersIsToldOnceAndCountedOnce() throws Exception {
        start(1);
        run(Mode.FULL);
        int published = sink.payloads().size();
        String id = mailbox.ordinary(FolderPath.INBOX);
        mailbox.there().move(id, FolderPath.of("Work"), clock.tick());
        BackfillJob job = run(Mode.INCREMENTAL);

        assertThat(job.progress().published()).isEqualTo(1);
        assertThat(sink.payloads()).hasSize(published + 1);
        assertThat(consumer().doubled()).isZero();
    }

    /** The folder alone whose token died is read again, and only what went from it is not heard of. */
    @Test
    void whereAFoldersTokenDiedItAloneIsReadAgainAsUpdatesAndTheResultNamesIt() throws Exception {
        start(3);
        BackfillJob full = run(Mode.FULL);
        FolderPath work = FolderPath.of("Work");
        String workId = mailbox.there().folderId(work);
        mailbox.happen(40);
        Set<String> before = mailbox.expected().keySet();
        String unheard = mailbox.purgeOne(work);
        assertThat(before).contains(unheard);
        mailbox.there().forgetChanges(work);
        mailbox.graph().journal().clear();
        int published = sink.payloads().size();

        BackfillJob lost = completed(Mode.INCREMENTAL);

        assertThat(lost.notes()).containsExactly(new JobNote("READ_WHOLE", workId, "MARK_LOST"));
        assertThat(lost.deletionsUnknownSince()).isEqualTo(full.startedAt());
        assertThat(mailbox.graph().journal().entries(RequestMatch.path("/mailFolders/[^/]+/messages$")).stream()
                        .map(entry -> entry.path().replaceAll(".*/mailFolders/([^/]+)/messages$", "$1")))
                .isNotEmpty()
                .containsOnly(workId);
        List<OutboundMessage> told =
                sink.payloads().subList(published, sink.payloads().size());
        Map<String, String> now = mailbox.expected();
        Set<String> inWork = now.entrySet().stream()
                .filter(entry -> entry.getValue().startsWith("Work ["))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        assertThat(inWork).isNotEmpty();
        assertThat(told)
                .filteredOn(message -> inWork.contains(message.attributes().get("message_id")))
                .isNotEmpty()
                .extracting(message -> message.attributes().get("operation"))
                .containsOnly("update");
        assertThat(told)
                .extracting(message -> message.attributes().get("message_id"))
                .containsAll(inWork);
        assertThat(missed()).containsKey(unheard);

        mailbox.happen(20);
        run(Mode.INCREMENTAL);
        assertThat(missed()).containsKey(unheard);
    }

    /** What the events say is there and is not: it went from the folder whose token died, and all else is as it is. */
    private Map<String, String> missed() {
        Map<String, String> read = consumer().there();
        assertThat(read).containsAllEntriesOf(mailbox.expected());
        Map<String, String> missed = new HashMap<>(read);
        missed.keySet().removeAll(mailbox.expected().keySet());
        assertThat(missed.values()).allMatch(shown -> shown.startsWith("Work ["));
        return missed;
    }
}
