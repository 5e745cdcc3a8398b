package dev.backfill.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports of this machine for servers that are told their port and take it later, or give it back and take it again, as a database in a
 * process of its own does. A server that can, asks the kernel for a port instead; one that such a server gave back is any other's
 * before the late one comes, and a test may even find the database of another test there. Thread-safe.
 *
 * <p>These ports lie below those that a kernel gives to whoever names none (from 32768 on Linux, from 49152 elsewhere), and each process
 * begins at another one, so that builds which run tests in several processes do not meet.
 */
public final class LatePorts {
    /** The first port there may be. */
    static final int FIRST = 12_000;

    /** How many there are. */
    static final int COUNT = 20_000;

    /** So many lie between those of two processes that started one after the other; whoever needs more goes on among the next one's. */
    private static final int EACH = 8;

    private static final AtomicInteger TAKEN = new AtomicInteger();

    private LatePorts() {}

    /**
     * Chooses a port that this process has not chosen yet and that nobody listens to.
     *
     * @return the port
     * @throws IllegalStateException if there is none left
     */
    public static int next() {
        for (int i = 0; i < COUNT; i++) {
            int port = at(ProcessHandle.current().pid(), TAKEN.getAndIncrement());
            if (isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("every port from " + FIRST + " on is taken");
    }

    /** The port that a process tries after some others. */
    static int at(long process, int others) {
        return FIRST + (int) Math.floorMod(process * EACH + others, (long) COUNT);
    }

    private static boolean isFree(int port) {
        try (ServerSocket unused = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return unused.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
