package dev.backfill.core.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.ProviderNotFoundException;
import dev.backfill.core.plugin.PluginFolder.Code;
import dev.backfill.spi.EmailSource;
import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One broken plug-in of each sort, each between two healthy ones. */
class BrokenPluginTest {
    private static final String BROKEN = "fixture.Broken";

    @TempDir
    Path folder;

    /**
     * A way to be broken.
     *
     * @param name how the test is called
     * @param code the class
     * @param deleted a class file that is missing afterwards; empty for none
     * @param reason what the failure must say
     */
    record Fixture(String name, String code, String deleted, String reason) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Fixture> fixtures() {
        Code superclass = broken().heritage("extends Parent implements dev.backfill.spi.EmailSource");
        return Stream.of(
                new Fixture("missing class", broken().toString(), BROKEN, BROKEN),
                new Fixture("missing superclass", superclass + "class Parent {}", "fixture.Parent", "fixture/Parent"),
                fixture("throwing constructor", broken().members("public Broken() { throw new Error(\"s3cret\"); }")),
                fixture(
                        "throwing static initialiser",
                        broken().members("static final int X = Integer.parseInt(\"s3cret\");")),
                fixture("class that is not public", broken().modifiers("")),
                fixture("constructor that is not public", broken().members("private Broken() {}")),
                fixture("constructor with parameters", broken().members("public Broken(int x) {}")),
                fixture("abstract class", broken().modifiers("public abstract")),
                fixture("wrong type", broken().heritage("")),
                fixture("other contract", broken().version("2"), "version 2"),
                fixture("id that is no id", broken().id("No Id"), "1 to 32 of a-z"),
                fixture("id that is null", broken().idExpression("null"), "could not name itself"),
                fixture(
                        "id that throws",
                        broken().idExpression("null + Broken.fail()")
                                .members("static String fail() { throw new IllegalStateException(\"s3cret\"); }"),
                        "IllegalStateException"),
                fixture("missing library", broken().idExpression("fixture.Library.id()"), "fixture/Library"),
                fixture("reserved id", broken().id("microsoft"), "reserved"),
                fixture("alias as id", broken().id("gmail"), "another name"));
    }

    private static Code broken() {
        return Code.of(BROKEN);
    }

    private static Fixture fixture(String name, Code code) {
        return new Fixture(name, code.toString(), "", BROKEN);
    }

    private static Fixture fixture(String name, Code code, String reason) {
        return new Fixture(name, code.toString(), "missing library".equals(name) ? "fixture.Library" : "", reason);
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void it_is_reported_and_hides_nobody(Fixture fixture) throws IOException {
        PluginFolder plugins = new PluginFolder(folder)
                .healthy("fixture.Before", "before")
                .source(BROKEN, fixture.code())
                .source(
                        "fixture.Library",
                        "package fixture; public class Library { public static String id() { return null; } }")
                .healthy("fixture.After", "after")
                .service(EmailSource.class, "fixture.Before", BROKEN, "fixture.After")
                .compile();
        if (!fixture.deleted().isEmpty()) {
            plugins.delete(fixture.deleted());
        }
        try (URLClassLoader loader = plugins.loader()) {
            PluginCatalog catalog = PluginCatalog.builder().classLoader(loader).build();

            assertThat(catalog.sources()).containsKeys("before", "after");
            assertThat(catalog.failures())
                    .singleElement()
                    .satisfies(failure -> assertThat(failure.reason())
                            .contains(fixture.reason())
                            .doesNotContain("s3cret"));
            assertThatThrownBy(() -> catalog.source("broken"))
                    .isInstanceOf(ProviderNotFoundException.class)
                    .hasMessageContainingAll("after", "before", fixture.reason())
                    .hasMessageNotContaining("s3cret");
        }
    }

    @Test
    void a_service_file_with_a_line_that_is_no_name_does_not_hide_the_other_files(@TempDir Path other)
            throws IOException {
        PluginFolder broken = new PluginFolder(folder)
                .healthy("fixture.One", "one")
                .service(EmailSource.class, "fixture.One", "no name!")
                .compile();
        PluginFolder healthy = new PluginFolder(other)
                .healthy("fixture.Two", "two")
                .service(EmailSource.class, "fixture.Two")
                .compile();
        try (URLClassLoader parent = broken.loader();
                URLClassLoader loader = new URLClassLoader(healthy.loader().getURLs(), parent)) {
            PluginCatalog catalog = PluginCatalog.builder().classLoader(loader).build();

            assertThat(catalog.sources()).containsKey("two");
            assertThat(catalog.failures()).hasSize(1);
        }
    }

    @Test
    void a_missing_class_tells_which_versions_are_here() throws IOException {
        PluginFolder plugins = new PluginFolder(folder)
                .source(
                        BROKEN,
                        broken().heritage("extends Parent implements dev.backfill.spi.EmailSource") + "class Parent {}")
                .service(EmailSource.class, BROKEN)
                .compile()
                .delete("fixture.Parent");
        try (URLClassLoader loader = plugins.loader()) {
            PluginCatalog catalog = PluginCatalog.builder().classLoader(loader).build();

            assertThatThrownBy(() -> catalog.source("broken")).hasMessageContainingAll("backfill-api", "backfill-core");
        }
    }
}
