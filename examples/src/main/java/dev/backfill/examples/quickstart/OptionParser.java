package dev.backfill.examples.quickstart;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the command line; every mistake is one sentence with the argument, the value and the range. */
final class OptionParser {
    static final String USAGE = """
            Backfills a Microsoft and a Google mailbox into Pub/Sub and shows what it did.

              --messages N            generated messages a mailbox, 1 to 1000000 and no more than fit into the heap,
                                      default 5000
              --seed N                seed of the generated mail, default 1; the same seed gives the same mail
              --mail DIR|FILE         real mail instead: a folder of .eml files, an .eml file or an mbox
              --provider P            microsoft or google; default both
              --estimate              say how many messages, requests and units each job would take, and how long by the
                                      provider's quota; crawl and publish nothing
              --verify                compare every published field; exit 1 if one message is missing, altered or doubled
              --json FILE             write the summary as JSON
              --out FILE              append what arrived, one published event a line
              --folders A,B           inbox, sent, drafts, archive, deleted, junk, all, or names, paths, ids
              --from DATE --to DATE   received from (inclusive) to (exclusive): 2024-01-31 or 2024-01-31T10:00:00Z
              --include-deleted       read deleted mail too
              --graph-url URL         crawl the Graph at URL (ends in /v1.0) instead of the built-in one
              --gmail-url URL         crawl the Gmail at URL (the root) instead of the built-in one
              --token-file FILE       the access token for these, read again after a 401
              --gmail-quota Q         new, legacy or off; default off for the built-in Gmail, new for --gmail-url
              --daily-share S         how much of a day's Gmail units and bytes the job may spend, over 0 to 1; with
                                      --gmail-quota new or legacy
              --store PLACE           keep the jobs in a file, or in jdbc:postgresql://...: killed and given again, the same
                                      command carries on where it was
              --verbose               show the engine's log
              --help                  show this

            Pub/Sub runs inside this process unless PUBSUB_EMULATOR_HOST names an emulator.
            Exit code 0: every job completed (and --verify holds); 1: not so; 2: a wrong argument.""";

    /** Where a token may be sent in the clear. */
    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");

    private final Deque<String> left;
    private final Set<String> given = new HashSet<>();
    private @Nullable Provider provider;
    private @Nullable Path mail;
    private int messages = Options.DEFAULT_MESSAGES;
    private long seed = Options.DEFAULT_SEED;
    private boolean estimate;
    private boolean verify;
    private @Nullable Path json;
    private @Nullable Path out;
    private @Nullable URI graphUrl;
    private @Nullable URI gmailUrl;
    private @Nullable Path tokenFile;
    private List<String> folders = List.of();
    private @Nullable Instant from;
    private @Nullable Instant to;
    private boolean includeDeleted;
    private @Nullable String gmailQuota;
    private @Nullable Double dailyShare;
    private @Nullable String store;
    private boolean verbose;

    private OptionParser(List<String> arguments) {
        this.left = new ArrayDeque<>(arguments);
    }

    /** Null when help was asked for. */
    static @Nullable Options parse(List<String> arguments) throws UserMistake {
        if (arguments.contains("--help") || arguments.contains("-h")) {
            return null;
        }
        OptionParser parser = new OptionParser(arguments);
        while (!parser.left.isEmpty()) {
            parser.read(parser.left.removeFirst());
        }
        return parser.checked();
    }

    private void read(String name) throws UserMistake {
        if (!given.add(name)) {
            throw UserMistake.argument(name + " is given twice");
        }
        switch (name) {
            case "--messages" -> messages = (int) number(name, 1, Options.MAX_MESSAGES);
            case "--seed" -> seed = number(name, Long.MIN_VALUE, Long.MAX_VALUE);
            case "--mail" -> mail = path(name);
            case "--provider" -> provider = provider(name);
            case "--estimate" -> estimate = true;
            case "--verify" -> verify = true;
            case "--json" -> json = path(name);
            case "--out" -> out = path(name);
            case "--folders" -> folders = list(name);
            case "--from" -> from = date(name);
            case "--to" -> to = date(name);
            case "--include-deleted" -> includeDeleted = true;
            case "--graph-url" -> graphUrl = graphUrl(name);
            case "--gmail-url" -> gmailUrl = url(name);
            case "--token-file" -> tokenFile = path(name);
            case "--gmail-quota" -> gmailQuota = quota(name);
            case "--daily-share" -> dailyShare = share(name);
            case "--store" -> store = store(name);
            case "--verbose" -> verbose = true;
            default ->
                throw UserMistake.argument("unknown argument " + name
                        + (name.startsWith("--") && name.contains("=")
                                ? "; between an argument and its value stands a blank: " + name.replaceFirst("=", " ")
                                : "; --help lists those there are"));
        }
    }

    private Options checked() throws UserMistake {
        if (from != null && to != null && !from.isBefore(to)) {
            throw UserMistake.argument("--from must be before --to " + to + ", was " + from);
        }
        if (mail != null && (given.contains("--messages") || given.contains("--seed"))) {
            throw UserMistake.argument("--messages and --seed are for generated mail; leave them out beside --mail");
        }
        if (tokenFile != null && graphUrl == null && gmailUrl == null) {
            throw UserMistake.argument("--token-file belongs to --graph-url or --gmail-url; neither is given");
        }
        Set<Provider> providers = providers();
        requireCrawled(providers, Provider.MICROSOFT, "--graph-url");
        requireCrawled(providers, Provider.GOOGLE, "--gmail-url");
        requireCrawled(providers, Provider.GOOGLE, "--gmail-quota");
        requireCrawled(providers, Provider.GOOGLE, "--daily-share");
        requireBuiltIn(providers);
        requireRun();
        String quota = gmailQuota != null ? gmailQuota : gmailUrl == null ? "off" : "new";
        if (dailyShare != null && quota.equals("off")) {
            throw UserMistake.argument(
                    "--daily-share is a share of what Gmail gives a day, and --gmail-quota is off, which"
                            + " counts nothing; add --gmail-quota new or legacy");
        }
        return new Options(
                providers,
                mail,
                messages,
                seed,
                verify,
                json,
                out,
                graphUrl,
                gmailUrl,
                tokenFile,
                folders,
                from,
                to,
                includeDeleted,
                quota,
                dailyShare,
                store,
                estimate,
                verbose);
    }

    private void requireCrawled(Set<Provider> providers, Provider provider, String argument) throws UserMistake {
        if (given.contains(argument) && !providers.contains(provider)) {
            throw UserMistake.argument(argument + " does nothing here, where "
                    + providers.iterator().next().id() + " alone is crawled; leave it out or change --provider");
        }
    }

    private void requireBuiltIn(Set<Provider> providers) throws UserMistake {
        boolean builtIn = providers.stream().anyMatch(crawled -> urlOf(crawled) == null);
        for (String argument : List.of("--mail", "--messages", "--seed")) {
            if (given.contains(argument) && !builtIn) {
                throw UserMistake.argument(
                        argument + " fills a built-in server, and none runs beside --graph-url or --gmail-url");
            }
        }
    }

    private void requireRun() throws UserMistake {
        for (String argument : List.of("--verify", "--json", "--out", "--store")) {
            if (estimate && given.contains(argument)) {
                throw UserMistake.argument(argument + " does nothing beside --estimate, which runs no job");
            }
        }
    }

    private @Nullable URI urlOf(Provider crawled) {
        return crawled == Provider.MICROSOFT ? graphUrl : gmailUrl;
    }

    /** Naming one server means that one; naming none or both means both. */
    private Set<Provider> providers() {
        if (provider != null) {
            return EnumSet.of(provider);
        }
        if ((graphUrl == null) == (gmailUrl == null)) {
            return EnumSet.allOf(Provider.class);
        }
        return EnumSet.of(graphUrl != null ? Provider.MICROSOFT : Provider.GOOGLE);
    }

    private String value(String name) throws UserMistake {
        String value = left.pollFirst();
        if (value == null || value.isBlank() || value.startsWith("--")) {
            throw UserMistake.argument(name + " needs a value");
        }
        return value;
    }

    private long number(String name, long min, long max) throws UserMistake {
        String value = value(name);
        try {
            long number = Long.parseLong(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            throw UserMistake.argument(name + " must be a whole number, " + min + " to " + max + ", was " + value);
        }
        throw UserMistake.argument(name + " must be " + min + " to " + max + ", was " + value);
    }

    private Path path(String name) throws UserMistake {
        String value = value(name);
        try {
            return Path.of(value);
        } catch (InvalidPathException notAPath) {
            throw UserMistake.argument(name + " must be a file name, was " + value);
        }
    }

    /** An address of a database may hold a password, so that it is not repeated. */
    private String store(String name) throws UserMistake {
        String value = value(name);
        if (value.startsWith(JobsPlace.DATABASE)) {
            return value;
        }
        if (value.startsWith("jdbc:")) {
            throw UserMistake.argument(name + " must be a file name or begin with " + JobsPlace.DATABASE);
        }
        try {
            return Path.of(value).toString();
        } catch (InvalidPathException notAPath) {
            throw UserMistake.argument(
                    name + " must be a file name or begin with " + JobsPlace.DATABASE + ", was " + value);
        }
    }

    private Provider provider(String name) throws UserMistake {
        String value = value(name);
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "microsoft" -> Provider.MICROSOFT;
            case "google", "gmail" -> Provider.GOOGLE;
            default -> throw UserMistake.argument(name + " must be microsoft or google, was " + value);
        };
    }

    private String quota(String name) throws UserMistake {
        String value = value(name);
        if (!Set.of("new", "legacy", "off").contains(value)) {
            throw UserMistake.argument(name + " must be new, legacy or off, was " + value);
        }
        return value;
    }

    private double share(String name) throws UserMistake {
        String value = value(name);
        try {
            double share = Double.parseDouble(value);
            if (share > 0 && share <= 1) {
                return share;
            }
        } catch (NumberFormatException notANumber) {
            // Said below.
        }
        throw UserMistake.argument(name + " must be a number over 0 and at most 1, was " + value);
    }

    private List<String> list(String name) throws UserMistake {
        List<String> items =
                List.of(value(name).split(",")).stream().map(String::strip).toList();
        if (items.isEmpty() || items.stream().anyMatch(String::isEmpty)) {
            throw UserMistake.argument(name + " must be names with commas between them and none of them empty");
        }
        return items;
    }

    private Instant date(String name) throws UserMistake {
        String value = value(name);
        try {
            return value.length() == "2024-01-31".length()
                    ? LocalDate.parse(value).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : Instant.parse(value);
        } catch (DateTimeException notADate) {
            throw UserMistake.argument(
                    name + " must be a date such as 2024-01-31 or 2024-01-31T10:00:00Z, was " + value);
        }
    }

    private URI graphUrl(String name) throws UserMistake {
        URI url = url(name);
        String path = url.getPath().endsWith("/")
                ? url.getPath().substring(0, url.getPath().length() - 1)
                : url.getPath();
        if (!path.endsWith("/v1.0")) {
            throw UserMistake.argument(name + " must end in /v1.0, was " + url);
        }
        return url;
    }

    /** A server that is sent a token: in clear text only on this machine. */
    private URI url(String name) throws UserMistake {
        String value = value(name);
        URI url;
        try {
            url = new URI(value);
        } catch (URISyntaxException notAUrl) {
            throw UserMistake.argument(name + " must be an http or https address, was " + value);
        }
        if (url.getHost() == null || !"http".equals(url.getScheme()) && !"https".equals(url.getScheme())) {
            throw UserMistake.argument(name + " must be an http or https address, was " + value);
        }
        if (url.getRawUserInfo() != null || url.getRawQuery() != null || url.getRawFragment() != null) {
            // Not repeated: what stands there may be a password.
            throw UserMistake.argument(name + " must be an address without user, query and fragment");
        }
        if ("http".equals(url.getScheme()) && !THIS_MACHINE.contains(url.getHost())) {
            throw UserMistake.argument(name + " must be https unless it is on this machine, was " + url);
        }
        return url;
    }
}
