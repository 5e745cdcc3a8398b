package dev.backfill.examples.architecture;

import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * One module: where its classes are, which packages are its own, and which it may use. The numbers are a floor under
 * what is found, so that a scan of the wrong place fails rather than passes.
 */
enum BackfillModule {
    API("backfill-api", 100, List.of("dev.backfill.api", "dev.backfill.spi", "dev.backfill.model"), List.of()),
    CORE(
            "backfill-core",
            150,
            List.of("dev.backfill.core.."),
            List.of(
                    "dev.failsafe..",
                    "io.github.bucket4j..",
                    "io.micrometer.core..",
                    "org.slf4j..",
                    "com.fasterxml.jackson.core..",
                    // The JDK's own, in its exported module jdk.management: the machine's load (ADR 38).
                    "com.sun.management..")),
    MICROSOFT(
            "backfill-provider-microsoft",
            35,
            List.of("dev.backfill.provider.microsoft.."),
            List.of(
                    "com.microsoft.graph..",
                    "com.microsoft.kiota..",
                    "okhttp3..",
                    "okio..",
                    "com.azure..",
                    "com.fasterxml.jackson.core..",
                    "org.slf4j..")),
    GMAIL(
            "backfill-provider-gmail",
            45,
            List.of("dev.backfill.provider.gmail.."),
            List.of(
                    "com.google.api.services.gmail..",
                    "com.google.api.client..",
                    "org.apache.http..",
                    "com.google.auth..",
                    "com.fasterxml.jackson.core..",
                    // The transport of the vendor's library, see docs/adr/0012
                    "org.apache.http..",
                    "org.apache.james.mime4j..",
                    "org.slf4j..")),
    PUBSUB(
            "backfill-publisher-pubsub",
            15,
            List.of("dev.backfill.publisher.pubsub.."),
            List.of(
                    "com.google.cloud.pubsub..",
                    "com.google.pubsub..",
                    "com.google.api.core..",
                    "com.google.api.gax..",
                    "com.google.auth..",
                    "com.google.protobuf..",
                    "io.grpc..",
                    "org.slf4j..")),
    STORE_JDBC(
            "backfill-store-jdbc",
            20,
            List.of("dev.backfill.store.jdbc.."),
            List.of(
                    "com.github.kagkarlsson.scheduler..",
                    "org.flywaydb.core..",
                    // The pool, the driver of the file and JSON text, see docs/adr/0016
                    "com.zaxxer.hikari..",
                    "org.sqlite..",
                    "com.fasterxml.jackson.core..",
                    "org.slf4j..")),
    TESTKIT(
            "backfill-testkit",
            200,
            List.of("dev.backfill.testkit.."),
            List.of(
                    "com.fasterxml.jackson.core..",
                    "com.google.pubsub..",
                    "com.google.protobuf..",
                    "com.sun.net.httpserver..",
                    "io.grpc..",
                    "org.apache.james.mime4j..",
                    "org.junit.jupiter.api..",
                    "org.assertj.core..")),
    /** The only place where everything meets: free in what it uses. */
    EXAMPLES("examples", 15, List.of("dev.backfill.examples.."), List.of("..")),
    ;

    /** What every module may use: the platform, nullness annotations, and our API. */
    private static final List<String> COMMON = List.of(
            "",
            "java..",
            "javax..",
            "org.jspecify.annotations",
            "dev.backfill.api",
            "dev.backfill.spi",
            "dev.backfill.model");

    private final String folder;
    private final int leastClasses;
    private final List<String> packages;
    private final List<String> libraries;

    BackfillModule(String folder, int leastClasses, List<String> packages, List<String> libraries) {
        this.folder = folder;
        this.leastClasses = leastClasses;
        this.packages = packages;
        this.libraries = libraries;
    }

    /** The modules that end in a host's application. */
    static Stream<BackfillModule> libraries() {
        return Stream.of(API, CORE, MICROSOFT, GMAIL, PUBSUB, STORE_JDBC);
    }

    int leastClasses() {
        return leastClasses;
    }

    /** Where the compiler put the module's classes. */
    Path classes() {
        return path("target/classes");
    }

    /** Where the compiler put the module's tests; there may be none. */
    Path testClasses() {
        return path("target/test-classes");
    }

    Path sources() {
        return path("src/main/java");
    }

    ArchRule staysInItsPackages() {
        return ArchRuleDefinition.classes()
                .should()
                .resideInAnyPackage(packages.toArray(String[]::new))
                .as(folder + " has no classes outside " + packages)
                .because("a package in two jars cannot be loaded as modules")
                .allowEmptyShould(true);
    }

    ArchRule usesOnlyItsLibraries() {
        String[] allowed = Stream.of(COMMON, packages, libraries)
                .flatMap(List::stream)
                .distinct()
                .toArray(String[]::new);
        return ArchRuleDefinition.classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed)
                .as(folder + " uses only the API and " + libraries)
                .because("nothing may come to depend on a provider, a sink or the engine unseen")
                .allowEmptyShould(true);
    }

    @Override
    public String toString() {
        return folder;
    }

    private Path path(String inside) {
        Path root = Path.of(System.getProperty("backfill.root", ".."));
        return root.resolve(folder).resolve(inside);
    }
}
