package dev.backfill.core.plugin;

import static java.util.stream.Collectors.joining;

import dev.backfill.api.BackfillException;
import dev.backfill.api.InvalidRequestException;
import dev.backfill.api.ProviderNotFoundException;
import dev.backfill.core.log.ErrorText;
import dev.backfill.spi.EmailSource;
import dev.backfill.spi.SpiVersion;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The plug-ins of one kind by id. Immutable once filled. */
final class PluginRegistry<T> {
    private static final Logger LOG = LoggerFactory.getLogger(PluginRegistry.class);

    private final PluginKind<T> kind;
    private final SortedMap<String, List<T>> byId = new TreeMap<>();
    private final Set<String> registeredIds = new LinkedHashSet<>();
    private final List<PluginFailure> failures = new ArrayList<>();

    private PluginRegistry(PluginKind<T> kind) {
        this.kind = kind;
    }

    static <T> PluginRegistry<T> fill(PluginKind<T> kind, List<T> registered, PluginDiscovery discovery) {
        PluginRegistry<T> registry = new PluginRegistry<>(kind);
        Set<String> registeredClasses = new LinkedHashSet<>();
        for (T plugin : registered) {
            registry.register(plugin);
            registeredClasses.add(plugin.getClass().getName());
        }
        PluginScan<T> scan = PluginScan.run(kind.type(), discovery, registeredClasses);
        registry.failures.addAll(scan.failures());
        scan.found().forEach(registry::addDiscovered);
        registry.report();
        return registry;
    }

    private void register(T plugin) {
        String id = kind.idOf().apply(plugin);
        String objection = objection(id, plugin);
        if (objection != null) {
            throw new InvalidRequestException(
                    kind.field(), CodeLocation.describe(plugin.getClass()) + ": " + objection);
        }
        if (!registeredIds.add(id)) {
            throw new InvalidRequestException(
                    kind.field(), "two are registered with the id \"" + id + "\": " + describe(with(id, plugin)));
        }
        byId.put(id, List.of(plugin));
    }

    private void addDiscovered(T plugin) {
        try {
            String id = ContextLoader.call(plugin, () -> kind.idOf().apply(plugin));
            String objection = objection(id, plugin);
            if (objection == null) {
                byId.put(id, with(id, plugin));
            } else {
                failures.add(new PluginFailure(CodeLocation.describe(plugin.getClass()) + ": " + objection, null));
            }
        } catch (RuntimeException | LinkageError broken) {
            // A plug-in that cannot even name itself must not keep the others from work.
            failures.add(new PluginFailure(
                    CodeLocation.describe(plugin.getClass()) + " could not name itself, because of "
                            + PluginFailure.thrown(broken).reason(),
                    broken));
        }
    }

    private @Nullable String objection(String id, T plugin) {
        int version = kind.versionOf().applyAsInt(plugin);
        if (version != SpiVersion.CURRENT) {
            return "it was compiled for version " + version + " of the plug-in contract, this engine has version "
                    + SpiVersion.CURRENT + "; use the versions of dev.backfill:backfill-bom";
        }
        return kind.objection(id, plugin.getClass());
    }

    private List<T> with(String id, T plugin) {
        List<T> plugins = new ArrayList<>(byId.getOrDefault(id, List.of()));
        plugins.add(plugin);
        return List.copyOf(plugins);
    }

    private void report() {
        for (PluginFailure failure : failures) {
            LOG.warn("A {} is left out: {}", kind.name(), failure.reason());
            Throwable cause = failure.cause();
            if (cause != null) {
                LOG.debug("The {} that is left out: {}", kind.name(), ErrorText.withStack(cause));
            }
        }
        byId.forEach((id, plugins) -> {
            if (plugins.size() > 1) {
                LOG.warn("{}", conflict(id, plugins));
            }
        });
    }

    T require(String wanted) {
        String id = kind.canonical(wanted);
        List<T> plugins = byId.get(id);
        if (plugins == null) {
            throw new ProviderNotFoundException(notFound(id));
        }
        if (plugins.size() > 1) {
            throw new BackfillException("PLUGIN_CONFLICT", conflict(id, plugins));
        }
        return plugins.get(0);
    }

    T only() {
        Set<String> candidates = registeredIds.isEmpty() ? byId.keySet() : registeredIds;
        if (candidates.isEmpty()) {
            throw new ProviderNotFoundException(noneAtAll());
        }
        if (candidates.size() > 1) {
            throw new BackfillException(
                    "PLUGIN_CONFLICT", "there are several " + kind.name() + "s, say which: " + candidates);
        }
        return require(candidates.iterator().next());
    }

    SortedMap<String, T> healthy() {
        SortedMap<String, T> healthy = new TreeMap<>();
        byId.forEach((id, plugins) -> {
            if (plugins.size() == 1) {
                healthy.put(id, plugins.get(0));
            }
        });
        return Collections.unmodifiableSortedMap(healthy);
    }

    List<PluginFailure> failures() {
        return failures;
    }

    private String conflict(String id, List<T> plugins) {
        return "several " + kind.name() + "s have the id \"" + id + "\": " + describe(plugins)
                + "; take one of the jars away, or turn discovery off and register one";
    }

    private String describe(List<T> plugins) {
        return plugins.stream()
                .map(plugin -> CodeLocation.describe(plugin.getClass()))
                .collect(joining(" and "));
    }

    private String notFound(String id) {
        PluginKind.Ours our = kind.ours().get(id);
        String remedy = our == null
                ? "add the jar that brings it"
                : "add dev.backfill:" + our.artifact() + ":" + CodeLocation.version(EmailSource.class);
        return "no " + kind.name() + " has the id \"" + id + "\"; there are " + byId.keySet() + "; " + remedy + hints();
    }

    private String noneAtAll() {
        String artifacts = kind.ours().values().stream()
                .map(our -> "dev.backfill:" + our.artifact())
                .sorted()
                .collect(joining(" or "));
        return "there is no " + kind.name() + "; add " + artifacts + hints();
    }

    private String hints() {
        String text = " to the class path (a fat jar must merge the files of META-INF/services), or register it with "
                + kind.field() + "(..) on the builder";
        if (failures.isEmpty()) {
            return text;
        }
        String versions = failures.stream().anyMatch(failure -> failure.cause() instanceof LinkageError)
                ? " (backfill-api here is " + CodeLocation.version(EmailSource.class) + ", backfill-core "
                        + CodeLocation.version(PluginRegistry.class) + ")"
                : "";
        return text + "; could not be used" + versions + ": "
                + failures.stream().map(PluginFailure::reason).collect(joining("; "));
    }
}
