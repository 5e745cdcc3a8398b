package dev.backfill.examples.crash;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.backfill.spi.OutboundMessage;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.mail.GeneratorOptions;
import dev.backfill.testkit.mail.MailGenerator;
import dev.backfill.testkit.mail.StoredMail;
import dev.backfill.testkit.pubsub.InProcessPubSub;
import dev.backfill.testkit.pubsub.PublishedMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What outlives the workers: a Gmail, a Pub/Sub that remembers all that arrived, and where the store is. */
final class CrashWorld implements AutoCloseable {
    /** Messages a page. */
    static final int BATCH = 10;

    /** How many partitions of a mailbox are walked at once. */
    static final int WALKS = 4;

    /** What README.md says that a kill may double. */
    static final int WINDOW = window(BATCH);

    private static final String TOPIC = "projects/p/topics/emails";
    private static final Pattern SERVICE = Pattern.compile("\"source_service\":\"([^\"]+)\"");

    private final String store;
    private final FakeGmail gmail;
    private final InProcessPubSub pubsub = InProcessPubSub.start();
    private final Custody custody = new Custody();
    private final List<Worker> workers = new ArrayList<>();

    /**
     * Starts the servers.
     *
     * @param store a file, or {@code jdbc:...}
     * @param mailboxes the mail of each address
     * @param changes to the Gmail
     */
    CrashWorld(String store, Map<String, List<StoredMail>> mailboxes, UnaryOperator<FakeGmail.Builder> changes)
            throws IOException {
        this.store = store;
        FakeGmail.Builder builder = FakeGmail.builder();
        mailboxes.forEach(builder::mailbox);
        this.gmail = changes.apply(builder).start();
        pubsub.createTopic(TOPIC);
    }

    /** What a kill may double: partitions at once, pages of each that wait, messages a page. */
    static int window(int batch) {
        return WALKS * 4 * batch;
    }

    /** Makes mail, all of which a backfill takes. */
    static List<StoredMail> mails(long seed, int count) {
        return mails(seed, 2 * count + 50, count, mail -> true);
    }

    /** Makes mail, each message a thread of its own, so that Gmail is asked for each by itself. */
    static List<StoredMail> mailsWithoutThreads(long seed, int count) {
        return mails(seed, 10 * count + 50, count, mail -> mail.threadKey().equals(mail.id()));
    }

    private static List<StoredMail> mails(long seed, int made, int count, Predicate<StoredMail> choice) {
        MailGenerator generator = new MailGenerator(GeneratorOptions.of(seed, made));
        List<StoredMail> mails = IntStream.range(0, generator.count())
                .mapToObj(generator::at)
                .filter(mail ->
                        !Set.of("Deleted", "Junk").contains(mail.folder().top().name()))
                .filter(choice)
                .limit(count)
                .toList();
        if (mails.size() < count) {
            throw new IllegalStateException("the generator made too little mail of the kind that is wanted");
        }
        return mails;
    }

    /**
     * Starts an instance and waits until it is ready.
     *
     * @param more further arguments; of two with one name the last counts
     */
    Worker worker(String instance, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "store=" + store,
                "gmail=" + gmail.rootUrl(),
                "pubsub=" + pubsub.host(),
                "topic=emails",
                "heartbeat=200",
                // With the usual four, JVMs that start side by side on a busy machine would find each other dead.
                "missed=10",
                "batch=" + BATCH));
        arguments.addAll(List.of(more));
        Worker worker = new Worker(instance, arguments, custody);
        workers.add(worker);
        return worker;
    }

    FakeGmail gmail() {
        return gmail;
    }

    InProcessPubSub pubsub() {
        return pubsub;
    }

    Custody custody() {
        return custody;
    }

    /** How many messages arrived, repeated ones counted. */
    long arrived() {
        return pubsub.count(TOPIC);
    }

    /** How many arrivals repeated one before. */
    long doubled() {
        return pubsub.count(TOPIC) - pubsub.distinctKeys(TOPIC);
    }

    /** The different ids of all that arrived. */
    Set<String> ids() {
        return pubsub.messages(TOPIC).stream()
                .map(message -> String.valueOf(message.attributes().get("message_id")))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What arrived, as it was handed to the sink. */
    List<OutboundMessage> messages() {
        return pubsub.messages(TOPIC).stream()
                .map(message -> new OutboundMessage(
                        message.text().getBytes(UTF_8),
                        message.attributes(),
                        String.valueOf(message.attributes().get("dedupe_key")),
                        null))
                .toList();
    }

    /** What arrived, in its order. */
    List<Arrival> arrivals() {
        return pubsub.messages(TOPIC).stream().map(CrashWorld::arrival).toList();
    }

    /**
     * One message that arrived.
     *
     * @param job whose it is
     * @param id the message's id
     * @param instance who published it
     */
    record Arrival(String job, String id, String instance) {}

    private static Arrival arrival(PublishedMessage message) {
        Matcher service = SERVICE.matcher(message.text());
        if (!service.find()) {
            throw new AssertionError("a message does not say who published it");
        }
        return new Arrival(
                String.valueOf(message.attributes().get("job_id")),
                String.valueOf(message.attributes().get("message_id")),
                service.group(1));
    }

    @Override
    public void close() {
        workers.forEach(Worker::close);
        pubsub.close();
        gmail.close();
    }
}
