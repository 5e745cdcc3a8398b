package dev.backfill.testkit.contract;

import dev.backfill.api.AccountRef;
import dev.backfill.spi.ContentRef;
import dev.backfill.spi.EmailSource;
import dev.backfill.spi.MailQuery;
import dev.backfill.testkit.DirectMailboxContext;
import java.util.Optional;
import java.util.Set;

/**
 * What the contract of a source is run on: a server with two accounts of the same provider whose mail the test knows and
 * nobody changes meanwhile.
 *
 * <p>The first account holds 20 to 200 messages, some of them in the same second, over at least two folders; some more lie
 * deleted. The other account holds at least one message.
 *
 * <p>Not thread-safe: JUnit makes an instance for each test and calls it on one thread.
 */
public interface EmailSourceFixture {
    /**
     * Gives the source under test; a new one or the same, it has no state.
     *
     * @return the source
     */
    EmailSource source();

    /**
     * Makes a context of the first account, with the settings that lead to the test's server and a token of its own.
     *
     * @return a new context without retries
     */
    DirectMailboxContext context();

    /**
     * Makes a context of the other account, with another token.
     *
     * @return a new context without retries
     */
    DirectMailboxContext otherContext();

    /**
     * Gives a query of the usual folders, without pins, whose bounds hold all mail of both accounts.
     *
     * @return the query
     */
    MailQuery query();

    /**
     * Names a folder of the first account, as a request does, that holds some of its messages and not all.
     *
     * @return the folder
     */
    String folder();

    /**
     * Tells by the test's own knowledge what a query covers in the first account.
     *
     * @param query {@link #query()}, or that with the folder of {@link #folder()} or with the deleted mail
     * @return the ids
     */
    Set<String> expected(MailQuery query);

    /**
     * Tells what {@link #query()} covers in the other account.
     *
     * @return the ids
     */
    Set<String> expectedOfOther();

    /**
     * Tells with which tokens the server was asked for an account's mail.
     *
     * @param account the account
     * @return the different tokens, without the word Bearer
     */
    Set<String> tokensSeen(AccountRef account);

    /**
     * Names the content of an attachment of the first account, of two bytes or more.
     *
     * @return the content; empty if the server has none
     */
    Optional<ContentRef> content();

    /**
     * Gives a query with pins.
     *
     * @return {@link #query()} with pins
     */
    default MailQuery queryWithPins() {
        MailQuery plain = query();
        return new MailQuery(plain.from(), plain.to(), plain.folders(), plain.includeDeleted(), true);
    }

    /**
     * Says whether the messages of a window come oldest first. A source may have a better order, for instance thread by thread;
     * whatever it is, it must be found again from a position.
     *
     * @return true unless overridden
     */
    default boolean walksByTime() {
        return true;
    }
}
