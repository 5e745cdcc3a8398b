package dev.backfill.core.plugin;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;

/**
 * One look for plug-ins. A broken plug-in throws out of finding the next one (a superclass that is missing) or out of making
 * it; either way the search goes on behind it. Confined to one thread.
 */
final class PluginScan<T> {
    /** A class loader whose every answer is an error would otherwise be asked for ever. */
    static final int MAX_FAILURES_IN_ROW = 100;

    private final Set<String> unwanted;
    private final List<T> found = new ArrayList<>();
    private final List<PluginFailure> failures = new ArrayList<>();

    private PluginScan(Set<String> unwanted) {
        this.unwanted = unwanted;
    }

    /** Looks for plug-ins; those of the unwanted classes are not made. */
    static <T> PluginScan<T> run(Class<T> type, PluginDiscovery discovery, Set<String> unwanted) {
        PluginScan<T> scan = new PluginScan<>(unwanted);
        try {
            scan.walk(discovery.providers(type));
        } catch (ServiceConfigurationError | LinkageError broken) {
            scan.failures.add(PluginFailure.thrown(broken));
        }
        return scan;
    }

    private void walk(Iterator<ServiceLoader.Provider<T>> providers) {
        boolean more = true;
        int failuresInRow = 0;
        while (more && failuresInRow < MAX_FAILURES_IN_ROW) {
            try {
                more = step(providers);
                failuresInRow = 0;
            } catch (ServiceConfigurationError | LinkageError broken) {
                failuresInRow++;
                failures.add(PluginFailure.thrown(broken));
            }
        }
    }

    private boolean step(Iterator<ServiceLoader.Provider<T>> providers) {
        if (!providers.hasNext()) {
            return false;
        }
        ServiceLoader.Provider<T> provider = providers.next();
        Class<? extends T> pluginClass = provider.type();
        if (!unwanted.contains(pluginClass.getName())) {
            found.add(ContextLoader.call(pluginClass.getClassLoader(), provider));
        }
        return true;
    }

    List<T> found() {
        return found;
    }

    List<PluginFailure> failures() {
        return failures;
    }
}
