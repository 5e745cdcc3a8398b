package dev.backfill.publisher.pubsub;

import dev.backfill.spi.Settings;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The sink's settings, read and checked; no class of Google's is needed for that. Immutable and thread-safe. */
record SinkSettings(
        String topic,
        @Nullable String emulatorHost,
        @Nullable String endpoint,
        boolean createTopic,
        @Nullable Path credentialsFile,
        boolean ordering,
        long batchMessages,
        long batchBytes,
        Duration batchDelay,
        Duration totalTimeout,
        int maxAttempts) {

    /** Below Pub/Sub's 10,000,000 bytes by what a request holds beside its messages. */
    static final long MAX_BATCH_BYTES = 9_990_000;

    private static final Set<String> KNOWN = Set.of(
            "project",
            "topic",
            "emulator-host",
            "endpoint",
            "create-topic",
            "credentials-file",
            "ordering",
            "batch-messages",
            "batch-bytes",
            "batch-delay-ms",
            "total-timeout-seconds",
            "max-attempts");
    private static final String PROJECT_RULE = "letters, digits, '-', '.', ':' and '_'";
    private static final String PROJECT = "[A-Za-z0-9][A-Za-z0-9.:_-]{0,99}";
    private static final String TOPIC_RULE =
            "a letter and then 2 to 254 letters, digits or -._~+%, not beginning with goog";
    private static final String TOPIC = "(?!goog)[A-Za-z][A-Za-z0-9._~+%-]{2,254}";
    private static final Pattern FULL_TOPIC = Pattern.compile("projects/" + PROJECT + "/topics/" + TOPIC);
    private static final Pattern HOST_AND_PORT = Pattern.compile("(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+]):([0-9]{1,5})");
    private static final int MAX_PORT = 65_535;

    static SinkSettings read(Settings settings) {
        settings.requireKnown(KNOWN);
        return new SinkSettings(
                readTopic(settings),
                readEmulatorHost(settings),
                readEndpoint(settings),
                settings.flag("create-topic", false),
                readCredentialsFile(settings),
                settings.flag("ordering", false),
                settings.number("batch-messages", PubSubMessageSink.DEFAULT_BATCH_MESSAGES, 1, 1_000),
                settings.number("batch-bytes", PubSubMessageSink.DEFAULT_BATCH_BYTES, 1_000, MAX_BATCH_BYTES),
                Duration.ofMillis(
                        settings.number("batch-delay-ms", PubSubMessageSink.DEFAULT_BATCH_DELAY_MS, 1, 10_000)),
                Duration.ofSeconds(settings.number(
                        "total-timeout-seconds", PubSubMessageSink.DEFAULT_TOTAL_TIMEOUT_SECONDS, 10, 600)),
                (int) settings.number("max-attempts", 0, 0, 100));
    }

    private static String readTopic(Settings settings) {
        String topic = settings.text("topic", PubSubMessageSink.DEFAULT_TOPIC);
        if (topic.startsWith("projects/")) {
            if (!FULL_TOPIC.matcher(topic).matches()) {
                throw settings.invalid(
                        "topic", "must be projects/PROJECT/topics/ID with ID " + TOPIC_RULE + ", was " + topic);
            }
            return topic;
        }
        if (!topic.matches(TOPIC)) {
            throw settings.invalid("topic", "must be " + TOPIC_RULE + ", was " + topic);
        }
        return "projects/" + readProject(settings) + "/topics/" + topic;
    }

    private static String readProject(Settings settings) {
        String set = settings.text("project");
        String project = set == null ? settings.environment("PUBSUB_PROJECT_ID") : set;
        if (project == null) {
            throw settings.invalid(
                    "project",
                    "is missing: set it, or the environment variable PUBSUB_PROJECT_ID, or a full topic name");
        }
        if (!project.matches(PROJECT)) {
            String place = set == null ? " (from PUBSUB_PROJECT_ID)" : "";
            throw settings.invalid("project", "must be 1 to 100 " + PROJECT_RULE + ", was " + project + place);
        }
        return project;
    }

    private static @Nullable String readEmulatorHost(Settings settings) {
        String set = settings.text("emulator-host");
        if (set != null) {
            return hostAndPort(settings, "emulator-host", set, "");
        }
        String variable = settings.environment("PUBSUB_EMULATOR_HOST");
        return variable == null
                ? null
                : hostAndPort(settings, "emulator-host", variable, " (from PUBSUB_EMULATOR_HOST)");
    }

    private static @Nullable String readEndpoint(Settings settings) {
        String endpoint = settings.text("endpoint");
        return endpoint == null ? null : hostAndPort(settings, "endpoint", endpoint, "");
    }

    private static String hostAndPort(Settings settings, String name, String value, String place) {
        Matcher parts = HOST_AND_PORT.matcher(value);
        int port = parts.matches() ? Integer.parseInt(parts.group(1)) : 0;
        if (port < 1 || port > MAX_PORT) {
            throw settings.invalid(
                    name, "must be HOST:PORT without a scheme, with a port of 1 to 65535, was " + value + place);
        }
        return value;
    }

    private static @Nullable Path readCredentialsFile(Settings settings) {
        String file = settings.text("credentials-file");
        if (file == null) {
            return null;
        }
        try {
            Path path = Path.of(file);
            if (Files.isReadable(path) && !Files.isDirectory(path)) {
                return path;
            }
        } catch (InvalidPathException notAPath) {
            throw settings.invalid("credentials-file", "must be a file that can be read, was " + file);
        }
        throw settings.invalid("credentials-file", "must be a file that can be read, was " + file);
    }
}
