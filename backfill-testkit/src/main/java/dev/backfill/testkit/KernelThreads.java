package dev.backfill.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which threads of this process the kernel of Linux would run if it had a processor for them. Java tells of a thread that was woken
 * that it waits, until it has run: on a busy machine for tens of milliseconds, within which work that was just handed over is seen by
 * nobody. The kernel calls it runnable from the moment it is woken, a thread that carries virtual ones as well. Stateless.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_status.5.html">proc_pid_status(5)</a>
 */
final class KernelThreads {
    private static final Path ALL = Path.of("/proc/self/task");
    private static final Path OWN = Path.of("/proc/thread-self");
    private static final boolean THERE = Files.isReadable(OWN.resolve("status"));

    /**
     * How the names begin of threads that compile, collect garbage and look after the machine: no work of a test is left to them. The
     * one that stops all others ("VM Thread") is not among them: a thread that needs memory sleeps until that one has run.
     */
    private static final List<String> MACHINE = List.of("C1 ", "C2 ", "GC ", "G1 ", "VM Periodic");

    private KernelThreads() {}

    /**
     * True if a thread other than the calling one runs, is to run, or ran while this looked; false where the kernel does not tell.
     * One look is not enough: a thread that was seen asleep may be woken by one that is looked at later and sleeps by then. If
     * nobody went to sleep once more between two looks, nobody ran between them who could have woken anybody.
     */
    static boolean areAtWork() {
        if (!THERE) {
            return false;
        }
        try {
            String own = Files.readSymbolicLink(OWN).getFileName().toString();
            Map<String, String> before = asleep(own);
            return before == null || !before.equals(asleep(own));
        } catch (IOException | DirectoryIteratorException ended) {
            // A thread that ended meanwhile was at work.
            return true;
        }
    }

    /** How often each thread has gone to sleep so far; null if one is awake. */
    private static @Nullable Map<String, String> asleep(String own) throws IOException {
        Map<String, String> sleeps = new HashMap<>();
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(ALL)) {
            for (Path thread : threads) {
                String id = thread.getFileName().toString();
                String status = new String(Files.readAllBytes(thread.resolve("status")), StandardCharsets.ISO_8859_1);
                if (id.equals(own) || MACHINE.stream().anyMatch(field(status, "Name:")::startsWith)) {
                    continue;
                }
                String state = field(status, "State:");
                if (state.startsWith("R") || state.startsWith("D")) {
                    return null;
                }
                sleeps.put(id, field(status, "voluntary_ctxt_switches:"));
            }
        }
        return sleeps;
    }

    /** The value of a line such as {@code State:	S (sleeping)}; empty if there is none. */
    private static String field(String status, String name) {
        int begin = status.startsWith(name) ? 0 : status.indexOf("\n" + name) + 1;
        if (!status.startsWith(name, begin)) {
            return "";
        }
        int end = status.indexOf('\n', begin);
        return status.substring(begin + name.length(), end < 0 ? status.length() : end)
                .trim();
    }
}
