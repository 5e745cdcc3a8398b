package dev.backfill.core.plugin;

import static java.util.Objects.requireNonNull;

import dev.backfill.api.InvalidRequestException;
import dev.backfill.spi.EmailSource;
import dev.backfill.spi.MessageSink;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceLoader;

/** Collects where plug-ins come from. Not thread-safe. */
public final class PluginCatalogBuilder {
    private final List<EmailSource> sources = new ArrayList<>();
    private final List<MessageSink> sinks = new ArrayList<>();
    private ClassLoader classLoader = PluginCatalog.class.getClassLoader();
    private boolean autoDiscovery = true;

    PluginCatalogBuilder() {}

    /**
     * Says which class loader finds plug-ins. By default the loader of this library: the context class loader of the calling
     * thread is never asked, since it is another one in every container.
     *
     * @param value the class loader
     * @return this builder
     */
    public PluginCatalogBuilder classLoader(ClassLoader value) {
        this.classLoader = requireNonNull(value, "classLoader");
        return this;
    }

    /**
     * Says whether plug-ins are looked for.
     *
     * @param value false to know only what is registered here; default true
     * @return this builder
     */
    public PluginCatalogBuilder autoDiscovery(boolean value) {
        this.autoDiscovery = value;
        return this;
    }

    /**
     * Registers a mail provider. It takes the place of a discovered one of the same class.
     *
     * @param value the provider
     * @return this builder
     */
    public PluginCatalogBuilder source(EmailSource value) {
        sources.add(requireNonNull(value, "source"));
        return this;
    }

    /**
     * Registers a sink. It takes the place of a discovered one of the same class.
     *
     * @param value the sink
     * @return this builder
     */
    public PluginCatalogBuilder sink(MessageSink value) {
        sinks.add(requireNonNull(value, "sink"));
        return this;
    }

    /**
     * Loads the plug-ins, once, on the calling thread; a plug-in's constructor does no work.
     *
     * @return the catalog
     * @throws InvalidRequestException if a registered plug-in has no valid id, an id reserved to another class, the version of
     *     another contract, or the id of another registered one
     */
    public PluginCatalog build() {
        PluginDiscovery discovery = autoDiscovery ? new ServiceLoaderDiscovery(classLoader) : new NoDiscovery();
        return build(discovery);
    }

    PluginCatalog build(PluginDiscovery discovery) {
        return new PluginCatalog(
                PluginRegistry.fill(PluginKind.SOURCE, sources, discovery),
                PluginRegistry.fill(PluginKind.SINK, sinks, discovery));
    }

    /** Finds what lies on the class path or module path of a class loader. */
    private record ServiceLoaderDiscovery(ClassLoader loader) implements PluginDiscovery {
        @Override
        public <T> Iterator<ServiceLoader.Provider<T>> providers(Class<T> type) {
            return ServiceLoader.load(type, loader).stream().iterator();
        }
    }

    /** Finds nothing. */
    private record NoDiscovery() implements PluginDiscovery {
        @Override
        public <T> Iterator<ServiceLoader.Provider<T>> providers(Class<T> type) {
            return List.<ServiceLoader.Provider<T>>of().iterator();
        }
    }
}
