package dev.backfill.core.plugin;

import static java.util.Objects.requireNonNull;

import dev.backfill.api.BackfillException;
import dev.backfill.api.ProviderNotFoundException;
import dev.backfill.spi.EmailSource;
import dev.backfill.spi.MessageSink;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * The mail providers and sinks of one engine by id. What could not be loaded, and ids that two plug-ins claim, are kept and
 * told when they are asked for, so that they never hide the healthy ones. Immutable and thread-safe.
 */
public final class PluginCatalog {
    private final PluginRegistry<EmailSource> sources;
    private final PluginRegistry<MessageSink> sinks;

    PluginCatalog(PluginRegistry<EmailSource> sources, PluginRegistry<MessageSink> sinks) {
        this.sources = sources;
        this.sinks = sinks;
    }

    /** {@return a builder that discovers plug-ins with the class loader of this library} */
    public static PluginCatalogBuilder builder() {
        return new PluginCatalogBuilder();
    }

    /**
     * Gives the id under which a provider is known, for instance {@code google} for {@code gmail}.
     *
     * @param id an id or an alias, as a request holds it
     * @return the id; the text itself when it is no alias
     */
    public static String providerId(String id) {
        return PluginKind.SOURCE.canonical(requireNonNull(id, "id"));
    }

    /**
     * Gives a mail provider.
     *
     * @param id its id or alias
     * @return the provider
     * @throws ProviderNotFoundException if there is none; it says which there are, what to add, and what could not be loaded
     * @throws BackfillException with code {@code PLUGIN_CONFLICT} if several have the id; it names their classes and places
     */
    public EmailSource source(String id) {
        return sources.require(requireNonNull(id, "id"));
    }

    /**
     * Gives a sink.
     *
     * @param id its id
     * @return the sink
     * @throws ProviderNotFoundException if there is none; it says which there are, what to add, and what could not be loaded
     * @throws BackfillException with code {@code PLUGIN_CONFLICT} if several have the id; it names their classes and places
     */
    public MessageSink sink(String id) {
        return sinks.require(requireNonNull(id, "id"));
    }

    /**
     * Gives the sink for a host that names none: the one it registered, else the only one found.
     *
     * @return the sink
     * @throws ProviderNotFoundException if there is none
     * @throws BackfillException with code {@code PLUGIN_CONFLICT} if there are several to choose from
     */
    public MessageSink onlySink() {
        return sinks.only();
    }

    /** {@return the healthy mail providers by id, those with a doubtful id left out} */
    public SortedMap<String, EmailSource> sources() {
        return sources.healthy();
    }

    /** {@return the healthy sinks by id, those with a doubtful id left out} */
    public SortedMap<String, MessageSink> sinks() {
        return sinks.healthy();
    }

    /** {@return what could not be used, providers before sinks, in the order it was met} */
    public List<PluginFailure> failures() {
        List<PluginFailure> all = new ArrayList<>(sources.failures());
        all.addAll(sinks.failures());
        return List.copyOf(all);
    }
}
