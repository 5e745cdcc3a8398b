package dev.backfill.core.plugin;

import dev.backfill.spi.EmailSource;
import dev.backfill.spi.MessageSink;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is to be known about one sort of plug-in.
 *
 * @param name how messages call it
 * @param field the builder's name for it
 * @param type the service
 * @param idOf asks a plug-in for its id
 * @param versionOf asks a plug-in for the contract it was compiled against
 * @param ours our own plug-ins by id
 * @param aliases other names of ids
 */
record PluginKind<T>(
        String name,
        String field,
        Class<T> type,
        Function<T, String> idOf,
        ToIntFunction<T> versionOf,
        Map<String, Ours> ours,
        Map<String, String> aliases) {
    static final PluginKind<EmailSource> SOURCE = new PluginKind<>(
            "mail provider",
            "source",
            EmailSource.class,
            EmailSource::providerId,
            EmailSource::spiVersion,
            Map.of(
                    "microsoft", new Ours("dev.backfill.provider.microsoft", "backfill-provider-microsoft"),
                    "google", new Ours("dev.backfill.provider.gmail", "backfill-provider-gmail")),
            Map.of("gmail", "google"));

    static final PluginKind<MessageSink> SINK = new PluginKind<>(
            "sink",
            "sink",
            MessageSink.class,
            MessageSink::sinkId,
            MessageSink::spiVersion,
            Map.of("pubsub", new Ours("dev.backfill.publisher.pubsub", "backfill-publisher-pubsub")),
            Map.of());

    private static final Pattern ID = Pattern.compile("[a-z0-9-]{1,32}");

    String canonical(String id) {
        return aliases.getOrDefault(id, id);
    }

    /** Says what speaks against a plug-in of this class bearing this id; null for nothing. */
    @Nullable
    String objection(String id, Class<?> pluginClass) {
        if (!ID.matcher(id).matches()) {
            return "its id must be 1 to 32 of a-z, 0-9 and -, was \"" + id + "\"";
        }
        String other = aliases.get(id);
        if (other != null) {
            return "the id \"" + id + "\" is another name of \"" + other + "\"";
        }
        Ours our = ours.get(id);
        if (our != null && !pluginClass.getPackageName().equals(our.packageName())) {
            return "the id \"" + id + "\" is reserved to dev.backfill:" + our.artifact();
        }
        return null;
    }

    /**
     * A plug-in of this project, whose id nobody else may bear.
     *
     * @param packageName where its class lives
     * @param artifact what a host adds to have it
     */
    record Ours(String packageName, String artifact) {}
}
