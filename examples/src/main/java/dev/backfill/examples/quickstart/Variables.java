package dev.backfill.examples.quickstart;

import dev.backfill.api.InvalidRequestException;
import dev.backfill.core.EngineConfig;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The environment variables that a run goes by, looked at before anything starts. Stateless. */
final class Variables {
    static final String EMULATOR = "PUBSUB_EMULATOR_HOST";
    static final String PROJECT = "PUBSUB_PROJECT_ID";
    static final String LOG_LEVEL = "LOG_LEVEL";
    static final String SERVICE_PORT = "OFFICE_SERVICE_PORT";

    private static final String DEFAULT_PROJECT = "quickstart";
    private static final Pattern HOST_AND_PORT = Pattern.compile("(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+]):([0-9]{1,5})");
    private static final Pattern PROJECT_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.:_-]{0,99}");
    private static final Pattern PORT_NUMBER = Pattern.compile("[0-9]{1,5}");
    private static final int MAX_PORT = 65_535;

    /** What LOG_LEVEL may be, and what the log of the quickstart calls it. */
    private static final Map<String, String> LEVELS = Map.of(
            "trace",
            "trace",
            "debug",
            "debug",
            "info",
            "info",
            "warn",
            "warn",
            "warning",
            "warn",
            "error",
            "error",
            "critical",
            "error",
            "off",
            "off");

    private Variables() {}

    /** Refuses what any of them must not hold, in one line that names it. */
    static void check(Map<String, String> environment) throws UserMistake {
        try {
            EngineConfig.fromEnvironment(environment::get);
        } catch (InvalidRequestException wrong) {
            throw UserMistake.argument(String.valueOf(wrong.getMessage()));
        }
        logLevel(environment);
        checkPort(environment.getOrDefault(SERVICE_PORT, "").strip());
        String emulator = emulator(environment);
        if (emulator != null) {
            Matcher parts = HOST_AND_PORT.matcher(emulator);
            int port = parts.matches() ? Integer.parseInt(parts.group(1)) : 0;
            if (port < 1 || port > MAX_PORT) {
                throw UserMistake.argument(EMULATOR
                        + " must be HOST:PORT without a scheme, with a port of 1 to 65535, for instance localhost:8085,"
                        + " was " + emulator);
            }
        }
        String project = project(environment);
        if (!PROJECT_ID.matcher(project).matches()) {
            throw UserMistake.argument(
                    PROJECT + " must be 1 to 100 letters, digits, '-', '.', ':' and '_', was " + project);
        }
    }

    /** Nothing listens there, in a quickstart; but a wrong value is told of wherever it is found. */
    private static void checkPort(String value) throws UserMistake {
        if (value.isEmpty()) {
            return;
        }
        int port = PORT_NUMBER.matcher(value).matches() ? Integer.parseInt(value) : 0;
        if (port < 1 || port > MAX_PORT) {
            throw UserMistake.argument(SERVICE_PORT + " must be 1 to 65535, was " + value);
        }
    }

    /** How much of the engine's log {@code --verbose} shows; "info" when the variable is not set, or blank. */
    static String logLevel(Map<String, String> environment) throws UserMistake {
        String value = environment.getOrDefault(LOG_LEVEL, "").strip();
        String level = LEVELS.get(value.isEmpty() ? "info" : value.toLowerCase(Locale.ROOT));
        if (level == null) {
            throw UserMistake.argument(LOG_LEVEL + " must be trace, debug, info, warn, error or off, was " + value);
        }
        return level;
    }

    /** Where an emulator listens; null when the variable is not set, or blank. */
    static @Nullable String emulator(Map<String, String> environment) {
        String value = environment.getOrDefault(EMULATOR, "").strip();
        return value.isEmpty() ? null : value;
    }

    /** The project of the topic. */
    static String project(Map<String, String> environment) {
        String value = environment.getOrDefault(PROJECT, "").strip();
        return value.isEmpty() ? DEFAULT_PROJECT : value;
    }
}
