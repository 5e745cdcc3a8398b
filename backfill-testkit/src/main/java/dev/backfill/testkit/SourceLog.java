package dev.backfill.testkit;

import dev.backfill.api.AccountRef;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a {@link ScriptedSource} was asked, over all its mailboxes. Thread-safe. */
public final class SourceLog {
    private final Monitor monitor = new Monitor();
    private final List<Fetch> fetches = new ArrayList<>();
    private final Map<String, Integer> requests = new HashMap<>();
    private final Map<AccountRef, Set<String>> tokens = new HashMap<>();
    private final List<Map<String, String>> resumed = new ArrayList<>();
    private int opened;
    private int closed;
    private int fetching;
    private int mostFetching;
    private int requesting;
    private int mostRequesting;

    /**
     * One call of fetch.
     *
     * @param account whose mailbox
     * @param partition what was walked
     * @param position from where
     * @param limit how much was allowed
     */
    public record Fetch(AccountRef account, Partition partition, Position position, PageLimit limit) {}

    SourceLog() {}

    void opened() {
        monitor.run(() -> opened++);
    }

    void resumed(Map<String, String> pins) {
        monitor.run(() -> resumed.add(Map.copyOf(pins)));
    }

    void closed() {
        monitor.run(() -> closed++);
    }

    void fetchBegins(Fetch fetch) {
        monitor.run(() -> {
            fetches.add(fetch);
            mostFetching = Math.max(mostFetching, ++fetching);
        });
    }

    void fetchEnds() {
        monitor.run(() -> fetching--);
    }

    void requestBegins(AccountRef account, String operation, String token) {
        monitor.run(() -> {
            requests.merge(operation, 1, Integer::sum);
            tokens.computeIfAbsent(account, key -> new HashSet<>()).add(token);
            mostRequesting = Math.max(mostRequesting, ++requesting);
        });
    }

    void requestEnds() {
        monitor.run(() -> requesting--);
    }

    /** {@return the pins of each run that went on with an earlier one's plan, in order} */
    public List<Map<String, String>> resumed() {
        return monitor.locked(() -> List.copyOf(resumed));
    }

    /** {@return all calls of fetch in the order in which they began} */
    public List<Fetch> fetches() {
        return monitor.locked(() -> List.copyOf(fetches));
    }

    /**
     * Gives the positions asked for in one partition.
     *
     * @param partitionId the partition
     * @return the positions in order
     */
    public List<Position> positions(String partitionId) {
        return monitor.locked(() -> fetches.stream()
                .filter(fetch -> fetch.partition().id().equals(partitionId))
                .map(Fetch::position)
                .toList());
    }

    /**
     * Counts requests, each retry as one.
     *
     * @param operation the operation's name, for instance {@link ScriptedSource#LIST}
     * @return how many
     */
    public int requests(String operation) {
        return monitor.locked(() -> requests.getOrDefault(operation, 0));
    }

    /** {@return how many requests there were in all, each retry as one} */
    public int requests() {
        return monitor.locked(
                () -> requests.values().stream().mapToInt(Integer::intValue).sum());
    }

    /**
     * Gives the tokens with which an account was read.
     *
     * @param account the account
     * @return the different tokens
     */
    public Set<String> tokens(AccountRef account) {
        return monitor.locked(() -> Set.copyOf(tokens.getOrDefault(account, Set.of())));
    }

    /** {@return how many mailboxes are open now} */
    public int open() {
        return monitor.locked(() -> opened - closed);
    }

    /** {@return how many mailboxes were ever opened} */
    public int everOpened() {
        return monitor.locked(() -> opened);
    }

    /** {@return the most calls of fetch that were under way at once} */
    public int mostFetching() {
        return monitor.locked(() -> mostFetching);
    }

    /** {@return the most requests that were under way at once} */
    public int mostRequesting() {
        return monitor.locked(() -> mostRequesting);
    }

    /** {@return how many requests are under way now} */
    public int requesting() {
        return monitor.locked(() -> requesting);
    }

    /**
     * Blocks until so many requests of an operation have begun.
     *
     * @param operation the operation's name
     * @param count how many
     * @throws AssertionError after {@link ManualTime#PATIENCE} of real time, or if interrupted
     */
    public void awaitRequests(String operation, int count) {
        monitor.await(
                () -> requests.getOrDefault(operation, 0) >= count,
                () -> count + " requests " + operation + "; there were " + requests);
    }
}
