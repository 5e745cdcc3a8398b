package dev.backfill.examples.quickstart;

import dev.backfill.api.InvalidRequestException;
import dev.backfill.core.EngineConfig;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The environment variables that a run goes by, looked at before anything starts. Stateless. */
final class Variables {
    static final String EMULATOR = "PUBSUB_EMULATOR_HOST";
    static final String PROJECT = "PUBSUB_PROJECT_ID";

    private static final String DEFAULT_PROJECT = "quickstart";
    private static final Pattern HOST_AND_PORT = Pattern.compile("(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+]):([0-9]{1,5})");
    private static final Pattern PROJECT_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.:_-]{0,99}");
    private static final int MAX_PORT = 65_535;

    private Variables() {}

    /** Refuses what any of them must not hold, in one line that names it. */
    static void check(Map<String, String> environment) throws UserMistake {
        try {
            EngineConfig.fromEnvironment(environment::get);
        } catch (InvalidRequestException wrong) {
            throw UserMistake.argument(String.valueOf(wrong.getMessage()));
        }
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
