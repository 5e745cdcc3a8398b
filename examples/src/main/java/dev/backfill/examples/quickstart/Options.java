package dev.backfill.examples.quickstart;

import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param providers which providers are crawled
 * @param mail a folder or file of real mail; null for generated mail
 * @param messages generated messages a mailbox
 * @param seed of the generated mail
 * @param verify true to compare every published field with a manifest
 * @param json where the summary goes as JSON; null for nowhere
 * @param out where the published events go, a line each; null for nowhere
 * @param graphUrl a Graph that is already there; null for the built-in one
 * @param gmailUrl a Gmail that is already there; null for the built-in one
 * @param tokenFile where the token for a server that is already there stands; null for none
 * @param folders the folders wanted; empty for the default
 * @param from the first received time; null for no bound
 * @param to the end of received time; null for no bound
 * @param includeDeleted true to read deleted mail too
 * @param gmailQuota new, legacy or off
 * @param dailyShare the share of Gmail's day that the job may spend; null for all of it
 * @param store where the jobs are kept, a file or {@code jdbc:postgresql:...}; null for in this process
 * @param estimate true to say what the jobs would read and cost, and run none
 * @param verbose true to show the engine's log
 */
record Options(
        Set<Provider> providers,
        @Nullable Path mail,
        int messages,
        long seed,
        boolean verify,
        @Nullable Path json,
        @Nullable Path out,
        @Nullable URI graphUrl,
        @Nullable URI gmailUrl,
        @Nullable Path tokenFile,
        List<String> folders,
        @Nullable Instant from,
        @Nullable Instant to,
        boolean includeDeleted,
        String gmailQuota,
        @Nullable Double dailyShare,
        @Nullable String store,
        boolean estimate,
        boolean verbose) {
    /** The generated messages a mailbox unless the command line says otherwise. */
    static final int DEFAULT_MESSAGES = 5_000;

    /** The most generated messages a mailbox, whatever the heap; what fits is {@link HeapRoom}'s to say. */
    static final int MAX_MESSAGES = 1_000_000;

    /** The seed unless the command line says otherwise. */
    static final long DEFAULT_SEED = 1;

    /** The file that keeps the jobs; null when a database or this process does. */
    @Nullable
    Path storeFile() {
        return store == null || store.startsWith(JobsPlace.DATABASE) ? null : Path.of(store);
    }

    @Nullable
    URI urlOf(Provider provider) {
        return provider == Provider.MICROSOFT ? graphUrl : gmailUrl;
    }

    /** Tells the mail that is crawled from other mail, as 8 hexadecimal digits that are the same in every process. */
    String mailMark() {
        String named = mail == null
                ? messages + " " + seed
                : mail.toAbsolutePath().normalize().toString();
        return String.format("%08x", (named + " " + graphUrl + " " + gmailUrl).hashCode());
    }

    /** The engine's words, which name a folder by its place in the request alone, with the folder as it was typed. */
    String named(String message) {
        String named = message;
        for (int i = 0; i < folders.size(); i++) {
            String place = "folders[" + i + "] of the request";
            named = named.replace(place, "--folders " + folders.get(i));
        }
        return named;
    }
}
