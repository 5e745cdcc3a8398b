package dev.backfill.examples.quickstart;

import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.graph.FakeGraph;
import dev.backfill.testkit.graph.GraphMailbox;
import dev.backfill.testkit.mail.MailFileException;
import dev.backfill.testkit.mail.MailFiles;
import dev.backfill.testkit.mail.Profile;
import dev.backfill.testkit.mail.StoredMail;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The servers that are crawled: built-in ones with generated or real mail, or ones that are already there. */
final class MailServers implements AutoCloseable {
    private static final String OWNER = "owner@example.com";

    private final Map<Provider, Map<String, String>> settings = new HashMap<>();
    private final Map<Provider, BuiltInMailbox> mailboxes = new HashMap<>();
    private final List<AutoCloseable> running = new ArrayList<>();
    private final Options options;
    private final MailScope scope;

    private MailServers(Options options) {
        this.options = options;
        this.scope = new MailScope(options);
    }

    /**
     * Reads the mail that the command line names, before anything else is opened or made.
     *
     * @return null when the mail is generated or lies elsewhere
     */
    static @Nullable List<StoredMail> readMail(Options options) throws UserMistake {
        if (options.mail() == null) {
            return null;
        }
        try {
            return MailFiles.load(options.mail());
        } catch (MailFileException unusable) {
            throw UserMistake.failed("--mail: " + unusable.getMessage());
        }
    }

    /**
     * Starts the built-in servers.
     *
     * @param realMail what fills them; null for generated mail
     */
    static MailServers start(Options options, @Nullable List<StoredMail> realMail) throws UserMistake {
        MailServers servers = new MailServers(options);
        List<StoredMail> mails = realMail != null
                ? realMail
                : needsMail(options) ? MailScope.generate(options.seed(), options.messages()) : List.of();
        try {
            for (Provider provider : options.providers()) {
                servers.start(provider, mails);
            }
        } catch (IOException cannotListen) {
            servers.close();
            throw UserMistake.failed("cannot listen on 127.0.0.1: " + cannotListen.getMessage());
        }
        return servers;
    }

    private static boolean needsMail(Options options) {
        return options.providers().stream().anyMatch(provider -> options.urlOf(provider) == null);
    }

    private void start(Provider provider, List<StoredMail> mails) throws IOException {
        if (provider == Provider.MICROSOFT) {
            String url = options.graphUrl() == null
                    ? startGraph(mails)
                    : options.graphUrl().toString();
            settings.put(provider, Map.of("base-url", url));
        } else {
            String url = options.gmailUrl() == null
                    ? startGmail(mails)
                    : options.gmailUrl().toString();
            settings.put(provider, Map.of("root-url", url, "quota", options.gmailQuota()));
        }
    }

    private String startGraph(List<StoredMail> mails) throws IOException {
        FakeGraph graph = FakeGraph.builder().mailbox(OWNER, mails).start();
        running.add(graph);
        GraphMailbox mailbox = graph.mailbox(OWNER);
        mailboxes.put(
                Provider.MICROSOFT,
                BuiltInMailbox.of(
                        mails, scope, Profile.GRAPH, mailbox::messageId, mailbox::conversationId, options.verify()));
        return graph.baseUrl().toString();
    }

    private String startGmail(List<StoredMail> mails) throws IOException {
        FakeGmail gmail = FakeGmail.builder().mailbox(OWNER, mails).start();
        running.add(gmail);
        mailboxes.put(
                Provider.GOOGLE,
                BuiltInMailbox.of(
                        mails, scope, Profile.GMAIL, StoredMail::id, StoredMail::threadKey, options.verify()));
        return gmail.rootUrl().toString();
    }

    Map<String, String> settings(Provider provider) {
        return settings.getOrDefault(provider, Map.of());
    }

    /** What a built-in server must give; null for a server whose mail is not known. */
    @Nullable
    BuiltInMailbox mailbox(Provider provider) {
        return mailboxes.get(provider);
    }

    @Override
    public void close() {
        for (AutoCloseable server : running) {
            try {
                server.close();
            } catch (Exception stuck) {
                System.err.println("a built-in server did not stop: " + stuck.getMessage());
            }
        }
    }
}
