package dev.backfill.core.plugin;

import java.security.CodeSource;

/** Says where a class came from, so that a person finds the jar. */
final class CodeLocation {
    private CodeLocation() {}

    static String describe(Class<?> pluginClass) {
        return pluginClass.getName() + " (" + of(pluginClass) + ")";
    }

    private static String of(Class<?> pluginClass) {
        CodeSource source = pluginClass.getProtectionDomain().getCodeSource();
        return source == null || source.getLocation() == null
                ? "place unknown"
                : source.getLocation().toString();
    }

    /** The version in the manifest of the jar that holds a class; "dev" for classes that lie in no jar. */
    static String version(Class<?> anyClass) {
        String version = anyClass.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }
}
