package dev.backfill.core.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import dev.backfill.spi.EmailSource;
import dev.failsafe.RetryPolicy;
import io.github.bucket4j.Bucket;
import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/** Our modules as modules, as a host on the module path has them. */
class ModulePathTest {
    @TempDir
    Path folder;

    @TempDir
    Path jars;

    @Test
    void a_plug_in_on_the_module_path_is_found() throws Exception {
        Path plugin = plugin().jar(jars.resolve("fixture-plugin.jar"));

        ModuleLayer layer = layer(Set.of("dev.backfill.core", "fixture.plugin"), plugin);

        assertThat(ids(layer, layer.findLoader("dev.backfill.core"))).contains("fixture");
    }

    @Test
    void a_plug_in_on_the_class_path_is_found_by_an_engine_on_the_module_path() throws Exception {
        Path plugin = plugin().jar(jars.resolve("fixture-plugin.jar"));
        ModuleLayer layer = layer(Set.of("dev.backfill.core"));

        try (URLClassLoader classPath =
                new URLClassLoader(new URL[] {plugin.toUri().toURL()}, layer.findLoader("dev.backfill.core"))) {
            assertThat(ids(layer, classPath)).contains("fixture");
        }
    }

    private PluginFolder plugin() throws IOException {
        return new PluginFolder(folder)
                .healthy("fixture.Plugin", "fixture")
                .service(EmailSource.class, "fixture.Plugin")
                .compile();
    }

    private static ModuleLayer layer(Set<String> roots, Path... plugins) {
        Stream<Path> ours = Stream.of(
                        PluginCatalog.class,
                        EmailSource.class,
                        JsonFactory.class,
                        RetryPolicy.class,
                        Bucket.class,
                        Logger.class)
                .map(PluginFolder::place);
        Path[] modulePath = Stream.concat(ours, Stream.of(plugins)).toArray(Path[]::new);
        Configuration configuration =
                ModuleLayer.boot().configuration().resolve(ModuleFinder.of(modulePath), ModuleFinder.of(), roots);
        ModuleLayer.Controller controller = ModuleLayer.defineModulesWithOneLoader(
                configuration, List.of(ModuleLayer.boot()), ClassLoader.getPlatformClassLoader());
        Module core = controller.layer().findModule("dev.backfill.core").orElseThrow();
        controller.addExports(core, PluginCatalog.class.getPackageName(), ModulePathTest.class.getModule());
        return controller.layer();
    }

    /** Builds the catalog of the layer's own classes, which are not this test's. */
    private static Set<Object> ids(ModuleLayer layer, ClassLoader loader) throws ReflectiveOperationException {
        Class<?> type = layer.findLoader("dev.backfill.core").loadClass(PluginCatalog.class.getName());
        assertThat(type.getModule().getName()).isEqualTo("dev.backfill.core");
        Object builder = type.getMethod("builder").invoke(null);
        builder.getClass().getMethod("classLoader", ClassLoader.class).invoke(builder, loader);
        Object catalog = builder.getClass().getMethod("build").invoke(builder);
        assertThat((List<?>) type.getMethod("failures").invoke(catalog)).isEmpty();
        return new HashSet<>(((Map<?, ?>) type.getMethod("sources").invoke(catalog)).keySet());
    }
}
