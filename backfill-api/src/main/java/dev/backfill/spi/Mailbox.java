package dev.backfill.spi;

import dev.backfill.model.MailFolder;
import java.io.InputStream;
import java.util.List;
import java.util.Map;

/**
 * One account of a provider, open for reading.
 *
 * <p>Life: (1) {@link EmailSource#open}; (2) {@link #key()}; (3) {@link #plan(MailQuery, Map)} or {@link #planChanges}, unless a plan is
 * stored already; (4) {@link #fetch}, for several partitions at once on different threads, each partition on one thread at a
 * time; (5) {@link #open(ContentRef, long)} in between; (6) {@link #close()}, once or more, from any thread. Thread-safe.
 *
 * <p>A mailbox starts no thread, keeps no state between calls that a {@link Position} would need, never waits or retries by
 * itself, and sends every request through {@link MailboxContext#calls()}. Every method but {@link #close()} blocks for the
 * provider and may throw {@link SourceException}; an interrupt ends a call soon, with the interrupt flag set.
 */
public interface Mailbox extends AutoCloseable {
    /**
     * Gives the provider's canonical id of this mailbox, the same whatever name the account was given, so that two jobs never
     * run on one mailbox at once. Asks the provider each time, for what costs least: the engine also asks in order to learn whether
     * the provider answers at all.
     *
     * @return the key, 1 to 320 characters
     */
    String key();

    /** {@return the folders or labels of the mailbox, parents before children} */
    List<MailFolder> folders();

    /**
     * Says what a query would read and cost, the opening of what {@link MailQuery#attachments()} and {@link MailQuery#rawMime()} name
     * included, as far as a few requests can tell.
     *
     * @param query what would be read
     * @return the number of messages with its kind, the calls and the cost
     */
    MailEstimate estimate(MailQuery query);

    /**
     * Says how many messages a query would read, for a job under way that shows how far it is. A provider whose {@link #estimate} sends
     * requests for the cost's sake overrides it, or each of its jobs would pay for them.
     *
     * @param query what is read
     * @return the number of messages with its kind; nobody looks at the rest
     */
    default MailEstimate count(MailQuery query) {
        return estimate(query);
    }

    /**
     * Cuts a query into partitions, the most useful first. The result is stored and never made again for the job.
     *
     * @param query what to read, with a frozen upper bound
     * @return the partitions in the order they should be walked, a {@link Partition.Kind#PIN} before the windows of its
     *     scope; ids are unique
     */
    List<Partition> plan(MailQuery query);

    /**
     * Plans a whole read by a job that is not the first: what earlier jobs told of a message may be newer than the message's own
     * times, for instance that it was deleted with a folder that is back by now, and would outlast a CREATE. A provider plans what
     * that may concern so that its messages are told as newer than that. One whose deletions a later state of the message always
     * outdates need not override this.
     *
     * @param query what to read, with a frozen upper bound
     * @param pins what the account's last job over the same folders left behind (see {@link #planChanges}), empty if there is none;
     *     pins that the provider cannot read count as none
     * @return the partitions, as {@link #plan(MailQuery)} gives them
     */
    default List<Partition> plan(MailQuery query, Map<String, String> pins) {
        return plan(query);
    }

    /**
     * Cuts the changes since the pins into partitions. A scope of the query that has no pin yet, for instance a new folder, is
     * planned as {@link #plan(MailQuery, Map)} would; the engine leaves that out while another mark of the scope waits to be taken, or
     * where one came since it asked, so that no mark is put behind changes that nobody read.
     *
     * @param query what the job covers; changes outside it are not reported (see {@link MailQuery#coversChange}), a message
     *     that left it is a delete
     * @param pins the token of each scope, as its PIN partition or an earlier CHANGES partition gave it
     * @return the partitions, usually one a scope; empty when there are no pins, or the provider cannot list changes
     */
    List<Partition> planChanges(MailQuery query, Map<String, String> pins);

    /**
     * Hears from where the scopes of a job are read, in a run that goes on with the plan of an earlier one: on another instance or after
     * a crash too the provider then knows what it knew when it planned. Called before the first page is read, on the thread that leads the run:
     * nothing is to be asked for. A job that reads failures again alone has no such pins, and it is not called.
     *
     * @param pins the token of each scope with a pin: where its changes got to, else from where they are read
     */
    default void resumed(Map<String, String> pins) {}

    /**
     * Reads one page of a partition and hands its items to the writer in the partition's order.
     *
     * @param query the query that the plan was made from
     * @param partition what to walk
     * @param position where to begin: {@link Position#START}, or what an earlier page of this partition gave
     * @param limit how many messages and bytes to hand over at the most; at least one message is allowed whatever its size
     * @param writer takes the items; after {@link PageWriter.Verdict#STOP} the page ends with the item just written
     * @return where the next page begins, or that this was the last, with the counts
     */
    PageEnd fetch(MailQuery query, Partition partition, Position position, PageLimit limit, PageWriter writer);

    /**
     * Reads single messages again, each as it is now: a CREATE; SKIPPED if it is gone or does not lie in the query's folders any more.
     * Where the reference is one of a change ({@link FailureRef#isOfChange}) an earlier event may have told of the message: then it is an
     * UPDATE, no older than what that event told, unless the provider knows that none did; and a {@link PageItem.Deleted} instead of the
     * skip.
     *
     * @param query the query of the job that failed on them
     * @param refs what to read, 1 to 1000
     * @param writer takes exactly one item a reference that names a message, in any order; a reference to a stretch of time
     *     gives an item for each message of it
     */
    void replay(MailQuery query, List<FailureRef> refs, PageWriter writer);

    /**
     * Opens the content of an attachment, or the raw message: every provider gives both. Where a provider keeps no MIME it makes
     * one, and two readings of a message may give other bytes.
     *
     * @param ref what to open
     * @param maxBytes the most bytes to give, 1 or more; a longer content is a {@link SourceException} of kind SKIP_MESSAGE
     *     with code {@code TOO_LARGE}
     * @return the bytes, which the provider may hold whole; the caller closes it. One that does says by {@link InputStream#available()} how
     *     many there are, so that they are not held more often than need be
     */
    InputStream open(ContentRef ref, long maxBytes);

    /** Frees what the mailbox holds and ends calls under way, in any thread, as soon as can be; does not throw. */
    @Override
    void close();
}
