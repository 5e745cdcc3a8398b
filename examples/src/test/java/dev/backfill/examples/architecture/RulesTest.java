package dev.backfill.examples.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rule catches what it is there for: a rule that cannot fail checks nothing. */
class RulesTest {

    private static final String PLANTED = "dev.backfill.examples.architecture.planted.";

    @ParameterizedTest
    @MethodSource
    void aPlantedViolationIsCaught(ArchRule rule, String planted) throws ClassNotFoundException {
        assertThat(violates(rule, planted)).isTrue();
    }

    static Stream<Arguments> aPlantedViolationIsCaught() {
        return Stream.of(
                arguments(Rules.NOBODY_SLEEPS, "SleepsOnThread"),
                arguments(Rules.NOBODY_SLEEPS, "SleepsOnTimeUnit"),
                arguments(Rules.ONLY_CORE_TIME_READS_A_CLOCK_OR_WAITS, "ReadsMillis"),
                arguments(Rules.ONLY_CORE_TIME_READS_A_CLOCK_OR_WAITS, "ReadsNanos"),
                arguments(Rules.ONLY_CORE_TIME_READS_A_CLOCK_OR_WAITS, "ReadsNow"),
                arguments(Rules.ONLY_CORE_TIME_READS_A_CLOCK_OR_WAITS, "ReadsSystemClock"),
                arguments(Rules.ONLY_CORE_TIME_READS_A_CLOCK_OR_WAITS, "Parks"),
                arguments(Rules.SERVICE_LOADER_IS_GIVEN_A_CLASS_LOADER, "LoadsServicesByContext"),
                arguments(Rules.NO_STANDARD_STREAMS, "Prints"),
                arguments(Rules.NO_ERROR_IS_LOGGED_WHOLE, "LogsAnError"),
                arguments(Rules.NO_JAVA_UTIL_LOGGING, "LogsToJavaUtil"),
                arguments(Rules.NO_GENERIC_EXCEPTIONS, "ThrowsGenerically"),
                arguments(Rules.NOTHING_IS_LEFT_UNSUPPORTED, "Unsupported"),
                arguments(Rules.NO_LOCK_THAT_CALLERS_CAN_TAKE, "LocksItself"),
                arguments(Rules.NO_PROTECTED_FIELDS, "ShowsItsField"),
                arguments(Rules.ONLY_THROTTLE_USES_RETRY_AND_BUCKETS, "Retries"),
                arguments(Rules.ONLY_THROTTLE_USES_RETRY_AND_BUCKETS, "Counts"),
                arguments(BackfillModule.API.usesOnlyItsLibraries(), "Retries"),
                arguments(BackfillModule.CORE.usesOnlyItsLibraries(), "UsesAForeignLibrary"),
                arguments(BackfillModule.MICROSOFT.usesOnlyItsLibraries(), "UsesAForeignLibrary"));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "EXAMPLES")
    void aClassInAStrangersPackageIsCaught(BackfillModule module) throws ClassNotFoundException {
        assertThat(violates(module.staysInItsPackages(), "Prints")).isTrue();
    }

    @Test
    void aClockThatWasGivenMayBeRead() throws ClassNotFoundException {
        assertThat(violates(Rules.ONLY_CORE_TIME_READS_A_CLOCK_OR_WAITS, "AsksTheClockItWasGiven"))
                .isFalse();
    }

    @Test
    void aCycleIsCaught() {
        assertThat(Rules.PACKAGES_HAVE_NO_CYCLES
                        .evaluate(new ClassFileImporter().importPackages(PLANTED + "left", PLANTED + "right"))
                        .hasViolation())
                .isTrue();
    }

    @Test
    void aPublicInternalTypeWithoutADisclaimerIsCaught(@TempDir Path sources) throws IOException {
        Path internal = Files.createDirectories(sources.resolve("a/internal"));
        Files.writeString(internal.resolve("Hidden.java"), "/** Helps. */\nfinal class Hidden {}\n");
        Files.writeString(
                internal.resolve("Warned.java"),
                "/**\n * " + InternalTypes.DISCLAIMER.replace(" and", "\n * and")
                        + "\n */\npublic record Warned() {}\n");
        Path bare = Files.writeString(internal.resolve("Bare.java"), "/** Helps. */\npublic final class Bare {}\n");
        Files.writeString(sources.resolve("a/Open.java"), "/** Helps. */\npublic final class Open {}\n");

        assertThat(InternalTypes.withoutDisclaimer(sources)).containsExactly(bare);
    }

    private static boolean violates(ArchRule rule, String planted) throws ClassNotFoundException {
        Class<?> type = Class.forName(PLANTED + "Violations$" + planted);
        return rule.evaluate(new ClassFileImporter().importClasses(type)).hasViolation();
    }
}
