package dev.backfill.core.log;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a log may show of an error: names of classes and places in code, never a message. Sources, sinks, stores, listeners and
 * token functions are foreign code, and the text of what they throw may hold mail, an address or a token. The engine logs
 * errors through this class alone. Stateless and thread-safe; throws nothing, whatever an error's own methods do.
 */
public final class ErrorText {
    /** The most errors that are shown, causes and suppressed ones together. */
    static final int MAX_ERRORS = 8;

    /** The most places that are shown of each error. */
    static final int MAX_FRAMES = 40;

    /** The most characters that are shown of a class's name or a place. */
    static final int MAX_NAME = 200;

    private ErrorText() {}

    /**
     * Describes an error on several lines: its class, its stack, its causes and what it suppressed, eight errors at the most and
     * forty places of each.
     *
     * @param error the error
     * @return the text, without any error's message
     */
    public static String withStack(Throwable error) {
        StringBuilder text = new StringBuilder();
        append(text, "", error, MAX_FRAMES, newSet());
        return text.toString();
    }

    /**
     * Describes an error on one line: the classes of it and its causes, eight at the most, each with the place it was thrown at.
     *
     * @param error the error
     * @return the text, without any error's message
     */
    public static String brief(Throwable error) {
        StringBuilder text = new StringBuilder();
        Set<Throwable> seen = newSet();
        for (Throwable next = error; next != null && seen.size() < MAX_ERRORS && seen.add(next); next = causeOf(next)) {
            text.append(text.isEmpty() ? "" : ", caused by ").append(nameOf(next));
            StackTraceElement[] stack = stackOf(next);
            if (stack.length > 0) {
                text.append(" at ").append(placeOf(stack[0]));
            }
        }
        return text.toString();
    }

    private static Set<Throwable> newSet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    private static void append(StringBuilder text, String before, Throwable error, int frames, Set<Throwable> seen) {
        if (seen.size() == MAX_ERRORS || !seen.add(error)) {
            return;
        }
        text.append(before).append(nameOf(error));
        StackTraceElement[] stack = stackOf(error);
        for (int i = 0; i < Math.min(frames, stack.length); i++) {
            text.append("\n\tat ").append(placeOf(stack[i]));
        }
        if (stack.length > frames) {
            text.append("\n\t... ").append(stack.length - frames).append(" more");
        }
        for (Throwable suppressed : error.getSuppressed()) {
            append(text, "\nSuppressed: ", suppressed, frames, seen);
        }
        Throwable cause = causeOf(error);
        if (cause != null) {
            append(text, "\nCaused by: ", cause, frames, seen);
        }
    }

    private static String nameOf(Throwable error) {
        return cut(error.getClass().getName());
    }

    /** Without the name of the file, which says nothing more. */
    private static String placeOf(StackTraceElement frame) {
        return cut(frame.getClassName() + "." + frame.getMethodName() + ":" + frame.getLineNumber());
    }

    /** One line whatever a name holds: a generated class may have any. */
    private static String cut(String name) {
        StringBuilder shown = new StringBuilder();
        name.codePoints()
                .limit(MAX_NAME)
                .map(c -> Character.isISOControl(c) ? '?' : c)
                .forEach(shown::appendCodePoint);
        return shown.toString();
    }

    /** Classes of errors may overwrite it. */
    private static @Nullable Throwable causeOf(Throwable error) {
        try {
            return error.getCause();
        } catch (RuntimeException | LinkageError | StackOverflowError broken) {
            return null;
        }
    }

    /** Classes of errors may overwrite it. */
    private static StackTraceElement[] stackOf(Throwable error) {
        try {
            StackTraceElement[] stack = error.getStackTrace();
            return stack == null ? new StackTraceElement[0] : stack;
        } catch (RuntimeException | LinkageError | StackOverflowError broken) {
            return new StackTraceElement[0];
        }
    }
}
