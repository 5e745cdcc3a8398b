package dev.backfill.examples.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ArchitectureTest {

    private static final Map<BackfillModule, JavaClasses> CLASSES = new EnumMap<>(BackfillModule.class);

    @BeforeAll
    static void importOnce() {
        for (BackfillModule module : BackfillModule.values()) {
            CLASSES.put(module, imported(module.classes()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theScanFindsTheModulesClasses(BackfillModule module) {
        assertThat(CLASSES.get(module)).hasSizeGreaterThanOrEqualTo(module.leastClasses());
    }

    @ParameterizedTest
    @EnumSource
    void aModuleKeepsToItsPackages(BackfillModule module) {
        module.staysInItsPackages().check(CLASSES.get(module));
    }

    @ParameterizedTest
    @EnumSource
    void aModuleUsesOnlyItsLibraries(BackfillModule module) {
        module.usesOnlyItsLibraries().check(CLASSES.get(module));
    }

    @ParameterizedTest
    @MethodSource
    void aRuleForTheApiHolds(ArchRule rule) {
        rule.check(CLASSES.get(BackfillModule.API));
    }

    static Stream<ArchRule> aRuleForTheApiHolds() {
        return Stream.of(Rules.MODEL_USES_ONLY_ITSELF, Rules.HOST_API_DOES_NOT_USE_THE_SPI);
    }

    @ParameterizedTest
    @MethodSource
    void aRuleForLibrariesHolds(BackfillModule module, ArchRule rule) {
        rule.allowEmptyShould(true).check(CLASSES.get(module));
    }

    static Stream<Arguments> aRuleForLibrariesHolds() {
        return forEach(
                BackfillModule.libraries(),
                Rules.ONLY_CORE_TIME_READS_A_CLOCK_OR_WAITS,
                Rules.ONLY_THROTTLE_USES_RETRY_AND_BUCKETS,
                Rules.NO_STANDARD_STREAMS,
                Rules.NO_ERROR_IS_LOGGED_WHOLE);
    }

    @ParameterizedTest
    @MethodSource
    void aRuleForAllModulesHolds(BackfillModule module, ArchRule rule) {
        rule.allowEmptyShould(true).check(CLASSES.get(module));
    }

    static Stream<Arguments> aRuleForAllModulesHolds() {
        return forEach(
                Stream.of(BackfillModule.values()),
                Rules.PACKAGES_HAVE_NO_CYCLES,
                Rules.NOBODY_SLEEPS,
                Rules.SERVICE_LOADER_IS_GIVEN_A_CLASS_LOADER,
                Rules.NO_JAVA_UTIL_LOGGING,
                Rules.NO_GENERIC_EXCEPTIONS,
                Rules.NOTHING_IS_LEFT_UNSUPPORTED,
                Rules.NO_LOCK_THAT_CALLERS_CAN_TAKE,
                Rules.NO_PROTECTED_FIELDS);
    }

    @Test
    void noTestSleeps() {
        JavaClasses tests = imported(Stream.of(BackfillModule.values())
                .map(BackfillModule::testClasses)
                .filter(Files::isDirectory)
                .toArray(Path[]::new));
        assertThat(tests.contain(ArchitectureTest.class)).isTrue();
        Rules.NOBODY_SLEEPS.check(tests.that(resideOutsideOfPackage("..architecture.planted..")));
    }

    @ParameterizedTest
    @EnumSource
    void publicTypesInInternalPackagesSayThatTheyAreInternal(BackfillModule module) throws IOException {
        assertThat(InternalTypes.withoutDisclaimer(module.sources())).isEmpty();
    }

    private static JavaClasses imported(Path... folders) {
        return new ClassFileImporter().importPaths(folders);
    }

    private static Stream<Arguments> forEach(Stream<BackfillModule> modules, ArchRule... rules) {
        return modules.flatMap(module -> Stream.of(rules).map(rule -> Arguments.of(module, rule)));
    }
}
