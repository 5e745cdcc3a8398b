package dev.backfill.examples.quickstart;

import dev.backfill.spi.StoreException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Backfills a Microsoft and a Google mailbox into Pub/Sub and shows what it did: with nothing but this process, or against
 * servers that are already there.
 */
public final class Quickstart {
    /** Names the file that takes the exit code when Maven runs this and is not to take a bad end for a failed build. */
    static final String EXIT_FILE = "QUICKSTART_EXIT_FILE";

    /** The exit code of a JVM that ends at its first OutOfMemoryError, as -XX:+ExitOnOutOfMemoryError makes it. */
    private static final int OUT_OF_MEMORY = 3;

    private Quickstart() {}

    /**
     * Runs the main job and ends the process: 0 when every job completed (and {@code --verify} holds), 1 when not, 2 for a
     * wrong argument. Where the environment names a file in {@code QUICKSTART_EXIT_FILE}, that number is written to it and the
     * process ends with 0.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        // What stands there when this process dies of a full heap, of which nobody in it can tell any more.
        handedOver(OUT_OF_MEMORY, System.getenv());
        int exitCode = run(List.of(args), System.getenv(), out, System.err, Terminal.isThere());
        // The vendors' libraries leave daemon threads behind; nothing is to be waited for any more.
        System.exit(handedOver(exitCode, System.getenv()));
    }

    /** Gives the exit code that is left for the process when the true one could be written to the file that is wanted. */
    static int handedOver(int exitCode, Map<String, String> environment) {
        String file = environment.get(EXIT_FILE);
        if (file == null) {
            return exitCode;
        }
        try {
            Files.writeString(Path.of(file), exitCode + System.lineSeparator());
            return 0;
        } catch (IOException | InvalidPathException cannotWrite) {
            return exitCode;
        }
    }

    /** Shows the engine's log from a level on; null for its errors alone. */
    private static void logAt(@Nullable String level) {
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", level == null ? "error" : level);
        if (level == null) {
            // A database that is away is told of in one line; these two show a stack trace at each of their tries.
            System.setProperty("org.slf4j.simpleLogger.log.com.github.kagkarlsson", "off");
            System.setProperty("org.slf4j.simpleLogger.log.com.zaxxer.hikari", "off");
        }
    }

    static int run(
            List<String> arguments,
            Map<String, String> environment,
            PrintStream out,
            PrintStream err,
            boolean terminal) {
        try {
            Options options = OptionParser.parse(arguments);
            if (options == null) {
                out.println(OptionParser.USAGE);
                return 0;
            }
            logAt(options.verbose() ? Variables.logLevel(environment) : null);
            return new MainJob(options, environment, out, err, terminal).run() ? 0 : UserMistake.FAILED;
        } catch (UserMistake mistake) {
            err.println("quickstart: " + mistake.getMessage());
            return mistake.exitCode();
        } catch (StoreException away) {
            err.println("quickstart: --store: " + away.getMessage()
                    + " When the store answers again, the same command carries on where it was.");
            return UserMistake.FAILED;
        } catch (OutOfMemoryError full) {
            err.println("quickstart: " + HeapRoom.FULL);
            return UserMistake.FAILED;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            err.println("quickstart: interrupted");
            return UserMistake.FAILED;
        }
    }
}
