package dev.backfill.core.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.BackfillException;
import dev.backfill.api.InvalidRequestException;
import dev.backfill.api.ProviderNotFoundException;
import dev.backfill.core.plugin.PluginFolder.Code;
import dev.backfill.spi.EmailSource;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.MailboxContext;
import dev.backfill.spi.MessagePublisher;
import dev.backfill.spi.MessageSink;
import dev.backfill.spi.Quota;
import dev.backfill.spi.Settings;
import dev.backfill.spi.SinkContext;
import dev.backfill.spi.SpiVersion;
import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PluginCatalogTest {
    @TempDir
    Path folder;

    @Test
    void the_context_class_loader_is_never_asked() throws IOException {
        PluginFolder plugins = new PluginFolder(folder)
                .healthy("fixture.One", "one")
                .service(EmailSource.class, "fixture.One")
                .compile();
        try (URLClassLoader loader = plugins.loader()) {
            PluginCatalog given = ContextLoader.call(
                    ClassLoader.getPlatformClassLoader(),
                    () -> PluginCatalog.builder().classLoader(loader).build());
            PluginCatalog ours =
                    ContextLoader.call(loader, () -> PluginCatalog.builder().build());

            assertThat(given.sources()).containsKey("one");
            assertThat(ours.sources()).doesNotContainKey("one");
        }
    }

    @Test
    void what_is_found_is_sorted_by_id_and_not_by_place() throws IOException {
        PluginFolder plugins = new PluginFolder(folder)
                .healthy("fixture.Z", "zebra")
                .healthy("fixture.A", "ant")
                .service(EmailSource.class, "fixture.Z", "fixture.A")
                .compile();
        try (URLClassLoader loader = plugins.loader()) {
            PluginCatalog catalog = PluginCatalog.builder().classLoader(loader).build();

            assertThat(catalog.sources().keySet()).containsSubsequence("ant", "zebra");
            assertThat(catalog.failures()).isEmpty();
        }
    }

    @Test
    void a_plug_in_is_made_with_its_own_loader_as_context_class_loader() throws IOException {
        String saysLoader = "private final String at = Thread.currentThread().getContextClassLoader()"
                + " == Asker.class.getClassLoader() ? \"own\" : \"foreign\";";
        PluginFolder plugins = new PluginFolder(folder)
                .source(
                        "fixture.Asker",
                        Code.of("fixture.Asker")
                                .members(saysLoader)
                                .idExpression("at")
                                .toString())
                .service(EmailSource.class, "fixture.Asker")
                .compile();
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader loader = plugins.loader()) {
            assertThat(PluginCatalog.builder().classLoader(loader).build().sources())
                    .containsKey("own");
        }
        assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
    }

    @Test
    void what_is_registered_wins_over_what_is_discovered_of_its_class_which_is_not_even_made() throws Exception {
        String counts = "public static int made; public Counted() { made++; }";
        PluginFolder plugins = new PluginFolder(folder)
                .source(
                        "fixture.Counted",
                        Code.of("fixture.Counted").members(counts).id("counted").toString())
                .service(EmailSource.class, "fixture.Counted")
                .compile();
        try (URLClassLoader loader = plugins.loader()) {
            Class<?> type = loader.loadClass("fixture.Counted");
            EmailSource mine = (EmailSource) type.getConstructor().newInstance();

            PluginCatalog catalog =
                    PluginCatalog.builder().classLoader(loader).source(mine).build();

            assertThat(catalog.source("counted")).isSameAs(mine);
            assertThat(type.getField("made").getInt(null)).isEqualTo(1);
        }
    }

    @Test
    void two_discovered_with_one_id_are_both_named_and_hide_nobody() throws IOException {
        PluginFolder plugins = new PluginFolder(folder)
                .healthy("fixture.First", "twice")
                .healthy("fixture.Second", "twice")
                .healthy("fixture.Other", "other")
                .service(EmailSource.class, "fixture.First", "fixture.Second", "fixture.Other")
                .compile();
        try (URLClassLoader loader = plugins.loader()) {
            PluginCatalog catalog = PluginCatalog.builder().classLoader(loader).build();

            assertThat(catalog.source("other").providerId()).isEqualTo("other");
            assertThat(catalog.sources()).doesNotContainKey("twice");
            assertThatThrownBy(() -> catalog.source("twice"))
                    .isInstanceOfSatisfying(
                            BackfillException.class,
                            failure -> assertThat(failure.code()).isEqualTo("PLUGIN_CONFLICT"))
                    .hasMessageContainingAll(
                            "twice",
                            "fixture.First",
                            "fixture.Second",
                            folder.getFileName().toString());
        }
    }

    @Test
    void a_registered_and_a_discovered_one_of_another_class_with_one_id_are_a_conflict() throws IOException {
        PluginFolder plugins = new PluginFolder(folder)
                .healthy("fixture.First", "mine")
                .service(EmailSource.class, "fixture.First")
                .compile();
        try (URLClassLoader loader = plugins.loader()) {
            PluginCatalog catalog = PluginCatalog.builder()
                    .classLoader(loader)
                    .source(new Source("mine", SpiVersion.CURRENT))
                    .build();

            assertThatThrownBy(() -> catalog.source("mine"))
                    .isInstanceOf(BackfillException.class)
                    .hasMessageContainingAll("fixture.First", Source.class.getName());
        }
    }

    @Test
    void without_discovery_there_is_what_is_registered_alone() throws IOException {
        PluginFolder plugins = new PluginFolder(folder)
                .healthy("fixture.One", "one")
                .service(EmailSource.class, "fixture.One")
                .compile();
        try (URLClassLoader loader = plugins.loader()) {
            PluginCatalog catalog = PluginCatalog.builder()
                    .classLoader(loader)
                    .autoDiscovery(false)
                    .source(new Source("mine", SpiVersion.CURRENT))
                    .build();

            assertThat(catalog.sources()).containsOnlyKeys("mine");
            assertThat(catalog.sinks()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Capital, 1, must be 1 to 32 of a-z",
        "'', 1, must be 1 to 32 of a-z",
        "microsoft, 1, reserved to dev.backfill:backfill-provider-microsoft",
        "google, 1, reserved to dev.backfill:backfill-provider-gmail",
        "gmail, 1, another name of \"google\"",
        "fine, 99, version 99"
    })
    void registering_what_cannot_be_used_fails_at_once(String id, int version, String why) {
        PluginCatalogBuilder builder =
                PluginCatalog.builder().autoDiscovery(false).source(new Source(id, version));

        assertThatThrownBy(builder::build)
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(why);
    }

    @Test
    void registering_one_id_twice_fails_at_once() {
        PluginCatalogBuilder builder = PluginCatalog.builder()
                .autoDiscovery(false)
                .source(new Source("same", SpiVersion.CURRENT))
                .source(new Source("same", SpiVersion.CURRENT));

        assertThatThrownBy(builder::build)
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("same");
    }

    @Test
    void our_own_plug_ins_may_bear_our_ids() throws IOException {
        PluginFolder plugins = new PluginFolder(folder)
                .healthy("dev.backfill.provider.gmail.Fake", "google")
                .service(EmailSource.class, "dev.backfill.provider.gmail.Fake")
                .compile();
        try (URLClassLoader loader = plugins.loader()) {
            PluginCatalog catalog = PluginCatalog.builder().classLoader(loader).build();

            assertThat(catalog.source("google")).isSameAs(catalog.source("gmail"));
            assertThat(PluginCatalog.providerId("gmail")).isEqualTo("google");
            assertThat(PluginCatalog.providerId("microsoft")).isEqualTo("microsoft");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "microsoft, dev.backfill:backfill-provider-microsoft",
        "google, dev.backfill:backfill-provider-gmail",
        "gmail, dev.backfill:backfill-provider-gmail",
        "fastmail, add the jar that brings it"
    })
    void a_missing_provider_says_what_is_there_and_what_to_add(String id, String remedy) {
        PluginCatalog catalog = PluginCatalog.builder()
                .autoDiscovery(false)
                .source(new Source("mine", SpiVersion.CURRENT))
                .build();

        assertThatThrownBy(() -> catalog.source(id))
                .isInstanceOf(ProviderNotFoundException.class)
                .hasMessageContainingAll(PluginCatalog.providerId(id), "[mine]", remedy, "META-INF/services");
    }

    @Test
    void a_missing_sink_says_what_to_add() {
        PluginCatalog catalog = PluginCatalog.builder().autoDiscovery(false).build();

        assertThatThrownBy(() -> catalog.sink("pubsub"))
                .isInstanceOf(ProviderNotFoundException.class)
                .hasMessageContaining("dev.backfill:backfill-publisher-pubsub");
        assertThatThrownBy(catalog::onlySink)
                .isInstanceOf(ProviderNotFoundException.class)
                .hasMessageContaining("dev.backfill:backfill-publisher-pubsub");
    }

    @Test
    void a_host_that_names_no_sink_gets_its_own_or_the_only_one() throws IOException {
        MessageSink mine = new Sink("mine");

        assertThat(PluginCatalog.builder()
                        .autoDiscovery(false)
                        .sink(mine)
                        .build()
                        .onlySink())
                .isSameAs(mine);
        PluginCatalog two = PluginCatalog.builder()
                .autoDiscovery(false)
                .sink(mine)
                .sink(new Sink("other"))
                .build();
        assertThatThrownBy(two::onlySink)
                .isInstanceOf(BackfillException.class)
                .hasMessageContainingAll("mine", "other");
        assertThat(two.sink("other").sinkId()).isEqualTo("other");
    }

    @Test
    void a_registered_sink_is_taken_before_discovered_ones_but_shadows_none_of_its_id() throws IOException {
        PluginFolder plugins = new PluginFolder(folder)
                .source("fixture.Found", """
                        package fixture;
                        public class Found implements dev.backfill.spi.MessageSink {
                            public String sinkId() { return "found"; }
                            public int spiVersion() { return dev.backfill.spi.SpiVersion.CURRENT; }
                            public dev.backfill.spi.MessagePublisher open(dev.backfill.spi.SinkContext context) {
                                return null;
                            }
                        }
                        """)
                .service(MessageSink.class, "fixture.Found")
                .compile();
        try (URLClassLoader loader = plugins.loader()) {
            MessageSink mine = new Sink("mine");

            assertThat(PluginCatalog.builder()
                            .classLoader(loader)
                            .sink(mine)
                            .build()
                            .onlySink())
                    .isSameAs(mine);
            PluginCatalog sameId = PluginCatalog.builder()
                    .classLoader(loader)
                    .sink(new Sink("found"))
                    .build();
            assertThatThrownBy(sameId::onlySink)
                    .isInstanceOf(BackfillException.class)
                    .hasMessageContainingAll("fixture.Found", Sink.class.getName());
        }
    }

    @Test
    void a_class_loader_whose_every_answer_is_an_error_is_not_asked_for_ever() {
        PluginDiscovery broken = new PluginDiscovery() {
            @Override
            public <T> Iterator<ServiceLoader.Provider<T>> providers(Class<T> type) {
                return new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        throw new ServiceConfigurationError("no answer");
                    }

                    @Override
                    public ServiceLoader.Provider<T> next() {
                        throw new AssertionError("not asked");
                    }
                };
            }
        };

        PluginCatalog catalog = PluginCatalog.builder().build(broken);

        assertThat(catalog.failures()).hasSize(2 * PluginScan.MAX_FAILURES_IN_ROW);
    }

    private record Source(String providerId, int spiVersion) implements EmailSource {
        @Override
        public List<Quota> quotas(Settings settings) {
            return List.of();
        }

        @Override
        public Mailbox open(MailboxContext context) {
            throw new AssertionError("not opened here");
        }
    }

    private record Sink(String sinkId) implements MessageSink {
        @Override
        public int spiVersion() {
            return SpiVersion.CURRENT;
        }

        @Override
        public MessagePublisher open(SinkContext context) {
            throw new AssertionError("not opened here");
        }
    }
}
