package dev.backfill.examples.quickstart;

import java.io.Console;
import java.lang.reflect.Method;

/** Tells a person's terminal from a file or a pipe. */
final class Terminal {
    private Terminal() {}

    /** {@return whether input and output are a terminal} */
    @SuppressWarnings("SystemConsoleNull") // null says no; since JDK 22 the other answer needs a second question
    static boolean isThere() {
        Console console = System.console();
        return console != null && isTerminal(console);
    }

    /** Asks {@code Console.isTerminal()}, which JDK 22 brought together with consoles that are none. */
    private static boolean isTerminal(Console console) {
        try {
            Method isTerminal = Console.class.getMethod("isTerminal");
            return (boolean) isTerminal.invoke(console);
        } catch (NoSuchMethodException olderJdk) {
            return true;
        } catch (ReflectiveOperationException unknown) {
            return false;
        }
    }
}
