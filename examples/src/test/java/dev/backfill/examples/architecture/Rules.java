package dev.backfill.examples.architecture;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.core.domain.properties.HasParameterTypes.Predicates.rawParameterTypes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.THROW_GENERIC_EXCEPTIONS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;

/** The rules that hold for more than one module. */
final class Rules {

    static final ArchRule PACKAGES_HAVE_NO_CYCLES = slices().matching("dev.backfill.(**)")
            .should()
            .beFreeOfCycles()
            .because("a package in a cycle can be neither understood nor moved alone");

    static final ArchRule MODEL_USES_ONLY_ITSELF = noClasses()
            .that()
            .resideInAPackage("dev.backfill.model")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.backfill.api", "dev.backfill.spi");

    static final ArchRule HOST_API_DOES_NOT_USE_THE_SPI = noClasses()
            .that()
            .resideInAPackage("dev.backfill.api")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.backfill.spi");

    static final ArchRule ONLY_THROTTLE_USES_RETRY_AND_BUCKETS = noClasses()
            .that()
            .resideOutsideOfPackage("dev.backfill.core.throttle..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.failsafe..", "io.github.bucket4j..")
            .because("attempts are decided and units counted in one place");

    static final ArchRule NOBODY_SLEEPS = noClasses()
            .should()
            .callMethodWhere(called("sleep", Thread.class))
            .orShould()
            .callMethodWhere(called("sleep", TimeUnit.class))
            .as("nobody sleeps")
            .because("a wait that cancel and close cannot end is a defect, and in a test a guess");

    static final ArchRule ONLY_CORE_TIME_READS_A_CLOCK_OR_WAITS = noClasses()
            .that()
            .resideOutsideOfPackage("dev.backfill.core.time..")
            // The store depends on the API alone, and its queue must know how old a heartbeat is, stopped process or
            // not.
            .and()
            .doNotHaveFullyQualifiedName("dev.backfill.store.jdbc.MonotonicTime")
            .should()
            .callMethodWhere(called("currentTimeMillis|nanoTime", System.class))
            .orShould()
            .callMethodWhere(calledWithoutArguments(
                    "now",
                    Instant.class,
                    LocalDate.class,
                    LocalTime.class,
                    LocalDateTime.class,
                    OffsetDateTime.class,
                    ZonedDateTime.class))
            .orShould()
            .callMethodWhere(called("system.*|tick.*", Clock.class))
            .orShould()
            .callMethodWhere(called("park.*", LockSupport.class))
            .as("only dev.backfill.core.time reads a clock or waits, and the durable queue the monotonic one")
            .because("time that a test cannot set cannot be tested");

    static final ArchRule SERVICE_LOADER_IS_GIVEN_A_CLASS_LOADER = noClasses()
            .should()
            .callMethod(ServiceLoader.class, "load", Class.class)
            .orShould()
            .callMethod(ServiceLoader.class, "loadInstalled", Class.class)
            .because("the thread's context class loader is the host's, and may see none of us");

    static final ArchRule NO_STANDARD_STREAMS =
            noClasses().should(ACCESS_STANDARD_STREAMS).because("standard output belongs to the host");

    static final ArchRule NO_JAVA_UTIL_LOGGING = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.util.logging..")
            .because("SLF4J is the one way to log");

    /** What an argument list hides from class files, {@link LogStatements} finds. */
    static final ArchRule NO_ERROR_IS_LOGGED_WHOLE = noClasses()
            .should()
            .callMethodWhere(called("trace|debug|info|warn|error", Logger.class)
                    .and(target(rawParameterTypes(String.class, Throwable.class))))
            .as("no error is logged whole")
            .because("the text of foreign code's errors may hold mail, an address or a token: log ErrorText");

    static final ArchRule NO_GENERIC_EXCEPTIONS = noClasses()
            .should(THROW_GENERIC_EXCEPTIONS)
            .because("a caller can act only on a type that says what failed");

    static final ArchRule NOTHING_IS_LEFT_UNSUPPORTED = noClasses()
            .should()
            .callConstructorWhere(constructed(UnsupportedOperationException.class))
            .as("nothing is left unsupported")
            .because("what a type cannot do does not belong in its interface");

    static final ArchRule NO_LOCK_THAT_CALLERS_CAN_TAKE = methods()
            .should()
            .notHaveModifier(JavaModifier.SYNCHRONIZED)
            .because("a lock that others can take can deadlock: use a private one");

    static final ArchRule NO_PROTECTED_FIELDS = fields().should()
            .notBeProtected()
            .because("no class of ours is extended for its state")
            .allowEmptyShould(true);

    private Rules() {}

    private static DescribedPredicate<JavaCall<?>> called(String nameRegex, Class<?> type) {
        return JavaCall.Predicates.target(owner(same(type))).and(target(nameMatching(nameRegex)));
    }

    private static DescribedPredicate<JavaCall<?>> calledWithoutArguments(String name, Class<?>... types) {
        DescribedPredicate<JavaClass> anyOf = DescribedPredicate.alwaysFalse();
        for (Class<?> type : types) {
            anyOf = anyOf.or(same(type));
        }
        return target(owner(anyOf)).and(target(nameMatching(name))).and(target(rawParameterTypes(new Class<?>[0])));
    }

    private static DescribedPredicate<JavaAccess<?>> constructed(Class<?> type) {
        return JavaAccess.Predicates.target(owner(same(type)));
    }

    private static DescribedPredicate<JavaClass> same(Class<?> type) {
        return JavaClass.Predicates.equivalentTo(type);
    }
}
