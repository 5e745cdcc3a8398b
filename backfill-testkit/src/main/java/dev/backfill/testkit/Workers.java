package dev.backfill.testkit;

import java.util.Arrays;
import java.util.Objects;
import java.util.Set;

/** Whether threads of this process are at work: by what Java tells of platform threads, and by what Linux tells of all. Stateless. */
final class Workers {
    /** Classes whose native methods return at once. */
    private static final Set<String> QUICK =
            Set.of("java.lang.System", "java.lang.Thread", "java.lang.Object", "java.lang.Class");

    private Workers() {}

    /** True if a thread other than the calling one runs code, or would if it had a processor or a monitor. */
    static boolean areAtWork() {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group.getParent() != null) {
            group = group.getParent();
        }
        Thread[] threads = new Thread[group.activeCount() * 2 + 10];
        group.enumerate(threads);
        return Arrays.stream(threads).filter(Objects::nonNull).anyMatch(Workers::isAtWork) || KernelThreads.areAtWork();
    }

    private static boolean isAtWork(Thread thread) {
        return switch (thread.getState()) {
            case BLOCKED -> true;
            case RUNNABLE -> !thread.equals(Thread.currentThread()) && runsJava(thread.getStackTrace());
            default -> false;
        };
    }

    /**
     * A thread that waits for a socket or a pipe counts as running, in a native method; so do some of the machine's own. The
     * native methods of code at work are those of the language itself, such as the time or the current thread.
     */
    private static boolean runsJava(StackTraceElement[] stack) {
        return stack.length > 0 && (!stack[0].isNativeMethod() || QUICK.contains(stack[0].getClassName()));
    }
}
