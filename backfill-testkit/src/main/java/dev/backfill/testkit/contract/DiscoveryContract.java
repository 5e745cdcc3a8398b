package dev.backfill.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Modifier;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/**
 * That a plug-in is found: its class can be made by {@link ServiceLoader} and stands in the service file that its jar brings.
 *
 * <p>Not thread-safe: JUnit makes an instance for each test and calls it on one thread.
 *
 * @param <T> the service
 */
public interface DiscoveryContract<T> {
    /**
     * Names the service, for instance {@code EmailSource.class}.
     *
     * @return the service's interface
     */
    Class<T> service();

    /**
     * Names the class that offers it.
     *
     * @return the plug-in's class
     */
    Class<? extends T> plugin();

    /**
     * ServiceLoader needs a public class with a public constructor without parameters.
     *
     * @throws NoSuchMethodException if it has none
     */
    @Test
    default void thePluginCanBeMade() throws NoSuchMethodException {
        assertThat(Modifier.isPublic(plugin().getModifiers())).isTrue();
        assertThat(Modifier.isPublic(plugin().getConstructor().getModifiers())).isTrue();
    }

    /** The service file names it once. */
    @Test
    default void theServiceFileNamesThePlugin() {
        List<Class<? extends T>> found = ServiceLoader.load(service(), plugin().getClassLoader()).stream()
                .<Class<? extends T>>map(ServiceLoader.Provider::type)
                .filter(plugin()::equals)
                .toList();
        assertThat(found)
                .as("META-INF/services/%s must name %s", service().getName(), plugin().getName())
                .hasSize(1);
    }
}
