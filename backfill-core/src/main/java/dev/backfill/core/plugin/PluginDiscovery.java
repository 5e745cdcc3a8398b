package dev.backfill.core.plugin;

import java.util.Iterator;
import java.util.ServiceLoader;

/** Where plug-ins are looked for. */
interface PluginDiscovery {
    /**
     * Looks for plug-ins.
     *
     * @return the plug-ins; both of its methods may throw {@link java.util.ServiceConfigurationError} or {@link LinkageError}
     *     for a broken one and go on with the next
     */
    <T> Iterator<ServiceLoader.Provider<T>> providers(Class<T> type);
}
