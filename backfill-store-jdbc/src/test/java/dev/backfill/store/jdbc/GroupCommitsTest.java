package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.backfill.testkit.Interposed;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writes that come together: one commit, and each by itself all the same. */
class GroupCommitsTest {
    private static final int WRITERS = 8;

    private final AtomicInteger commits = new AtomicInteger();
    private final AtomicInteger commitsToRefuse = new AtomicInteger();
    private final AtomicInteger undoingsToRefuse = new AtomicInteger();
    private final AtomicInteger undoingsToBreak = new AtomicInteger();
    private final AtomicInteger endsToBreak = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private SqliteFile file;
    private GroupCommits writes;

    @BeforeEach
    void open(@TempDir Path folder) throws SQLException {
        file = SqliteFile.open(folder.resolve("jobs.db"), new Tables(null, Tables.DEFAULT_PREFIX));
        writes = new GroupCommits(faulty(file.writer()));
        writes.run(session -> {
            session.execute("create table word (word text primary key)");
            return true;
        });
        commits.set(0);
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        file.close();
    }

    @Test
    void oneCommitStoresAllThatCameMeanwhile() throws Exception {
        List<Future<String>> all = together(List.of());
        for (int i = 0; i <= WRITERS; i++) {
            String word = all.get(i).get();
            assertThat(word).isEqualTo("w" + i);
        }
        assertThat(words()).hasSize(WRITERS + 1);
        assertThat(commits).hasValue(1);
    }

    @Test
    void oneThatFailsIsUndoneAloneAndTheOthersAreStored() throws Exception {
        List<Future<String>> all = together(List.of(0, 3, WRITERS));
        for (int failed : List.of(0, 3, WRITERS)) {
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> all.get(failed).get())
                    .withCauseInstanceOf(IllegalStateException.class);
        }
        for (int stored : List.of(1, 2, 4, 5, 6, 7)) {
            String word = all.get(stored).get();
            assertThat(word).isEqualTo("w" + stored);
        }
        assertThat(words()).containsExactlyInAnyOrder("w1", "w2", "w4", "w5", "w6", "w7");
    }

    @Test
    void noneIsToldThatItIsStoredWhenTheCommitFails() throws Exception {
        commitsToRefuse.set(1);
        List<Future<String>> all = together(List.of());
        for (Future<String> one : all) {
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(one::get)
                    .withCauseInstanceOf(SQLException.class);
        }
        assertThat(words()).isEmpty();
        requireUsable();
    }

    /** As when the disk is full: SQLite has rolled everything back, not only what failed. */
    @Test
    void noneIsToldThatItIsStoredWhenTheWholeTransactionIsUndone() throws Exception {
        undoingsToRefuse.set(1);
        requireFirstIsNotStoredBeside(List.of(1, 2, 3, 4, 5, 6, 7, WRITERS));
    }

    @Test
    void noneIsToldThatItIsStoredWhenAnUndoingBreaksOff() throws Exception {
        undoingsToBreak.set(1);
        requireFirstIsNotStoredBeside(List.of(1, 2, 3, 4, 5, 6, 7, WRITERS));
    }

    private void requireFirstIsNotStoredBeside(List<Integer> failing) throws Exception {
        List<Future<String>> all = together(failing);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> all.get(0).get())
                .withCauseInstanceOf(SQLException.class);
        assertThat(words()).isEmpty();
        requireUsable();
    }

    @Test
    void nobodyWaitsForEverWhenTheConnectionCannotBeGivenBack() throws Exception {
        endsToBreak.set(1);
        List<Future<String>> all = together(List.of());
        int stored = 0;
        for (Future<String> one : all) {
            try {
                one.get();
                stored++;
            } catch (ExecutionException lastOne) {
                assertThat(lastOne).hasCauseInstanceOf(IllegalStateException.class);
            }
        }
        assertThat(stored).isGreaterThanOrEqualTo(WRITERS);
        assertThat(words()).hasSize(WRITERS + 1);
    }

    /** What stood in the way was never stored, so that to be told of it would be wrong. */
    @Test
    void aRefusalForWhatIsNotStoredYetIsNotTold() throws Exception {
        commitsToRefuse.set(1);
        CountDownLatch atWork = new CountDownLatch(1);
        Future<String> first = threads.submit(() -> writes.run(session -> {
            atWork.countDown();
            Until.is("a second to wait", () -> writes.waiting() == 1);
            return insert(session, "one");
        }));
        await(atWork);
        Future<String> second = threads.submit(() -> writes.run(session -> {
            List<String> there = session.query("select word from word", params -> {}, row -> row.text("word"));
            throw new IllegalStateException("taken: " + there);
        }));
        for (Future<String> one : List.of(first, second)) {
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(one::get)
                    .withCauseInstanceOf(SQLException.class);
        }
        requireUsable();
    }

    @Test
    void whatIsNotCommittedYetIsNotToldToBeStored() throws Exception {
        CountDownLatch firstAtWork = new CountDownLatch(1);
        CountDownLatch atWork = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        Future<String> first = threads.submit(() -> writes.run(session -> {
            firstAtWork.countDown();
            String word = insert(session, "first");
            Until.is("a second to wait", () -> writes.waiting() == 1);
            return word;
        }));
        await(firstAtWork);
        Future<String> second = threads.submit(() -> writes.run(session -> {
            atWork.countDown();
            await(mayEnd);
            return insert(session, "second");
        }));
        await(atWork);
        assertThat(first.isDone()).isFalse();
        assertThat(words()).isEmpty();
        mayEnd.countDown();
        assertThat(first.get()).isEqualTo("first");
        assertThat(second.get()).isEqualTo("second");
    }

    /** One write is at work until all others wait for their turn; those whose numbers are given fail behind their insert. */
    private List<Future<String>> together(List<Integer> failing) {
        List<Future<String>> all = new ArrayList<>();
        CountDownLatch atWork = new CountDownLatch(1);
        all.add(threads.submit(() -> writes.run(session -> {
            atWork.countDown();
            Until.is("the others to wait", () -> writes.waiting() == WRITERS);
            return insertOrFail(session, 0, failing);
        })));
        await(atWork);
        for (int i = 1; i <= WRITERS; i++) {
            int number = i;
            all.add(threads.submit(() -> writes.run(session -> insertOrFail(session, number, failing))));
        }
        return all;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static String insertOrFail(Session session, int number, List<Integer> failing) throws SQLException {
        String word = insert(session, "w" + number);
        if (failing.contains(number)) {
            throw new IllegalStateException("the test wants it so");
        }
        return word;
    }

    private void requireUsable() throws SQLException {
        String after = writes.run(session -> insert(session, "after"));
        assertThat(words()).containsExactly(after);
    }

    private static String insert(Session session, String word) throws SQLException {
        session.update("insert into word (word) values (?)", params -> params.text(word));
        return word;
    }

    private List<String> words() throws SQLException {
        try (Connection connection = file.reader().getConnection()) {
            return new Session(connection).query("select word from word", params -> {}, row -> row.text("word"));
        }
    }

    private DataSource faulty(DataSource source) {
        return Interposed.between(DataSource.class, source, (method, arguments, real) -> {
            Object result = real.call(arguments);
            return result instanceof Connection given ? faulty(given) : result;
        });
    }

    private Connection faulty(Connection connection) {
        return Interposed.between(Connection.class, connection, (method, arguments, real) -> {
            if (method.equals("commit")) {
                commits.incrementAndGet();
                refuseOne(commitsToRefuse);
            } else if (method.equals("rollback") && arguments.length > 0) {
                refuseOne(undoingsToRefuse);
                breakOne(undoingsToBreak);
            } else if (method.equals("setAutoCommit") && Boolean.TRUE.equals(arguments[0])) {
                breakOne(endsToBreak);
            }
            return real.call(arguments);
        });
    }

    private static void refuseOne(AtomicInteger left) throws SQLException {
        if (left.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            throw new SQLException("refused by the test");
        }
    }

    private static void breakOne(AtomicInteger left) {
        if (left.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            throw new IllegalStateException("broken by the test");
        }
    }
}
