package dev.backfill.store.jdbc;

import dev.backfill.api.BackfillException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The right to be the only user of a store's file: the operating system's lock on a file beside it, which ends with the process,
 * however that ends. The lock file itself stays: whoever deleted it could take it from under somebody who just locked it.
 * Thread-safe.
 */
final class FileOwnership implements AutoCloseable {
    /** What the lock file's name adds to the store's. */
    static final String SUFFIX = ".lock";

    /**
     * Files held in this process. They are looked up before a channel is opened, because closing any channel to a file gives up
     * the process's lock on it, also one taken through another channel.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;
    private final AtomicBoolean open = new AtomicBoolean(true);

    private FileOwnership(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the right, or throws at once.
     *
     * @param file the store's file, as its real path
     * @return the right, until it is closed
     * @throws BackfillException if somebody else has it, or the lock file cannot be written
     */
    static FileOwnership take(Path file) {
        if (!HELD.add(file)) {
            throw taken(file);
        }
        boolean done = false;
        try {
            FileOwnership ownership = new FileOwnership(file, locked(file));
            done = true;
            return ownership;
        } finally {
            if (!done) {
                HELD.remove(file);
            }
        }
    }

    // The channel is the lock: it stays open as long as that is held
    @SuppressWarnings("resource")
    private static FileChannel locked(Path file) {
        Path lockFile = file.resolveSibling(file.getFileName() + SUFFIX);
        try {
            FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                channel.close();
                throw taken(file);
            }
            return channel;
        } catch (OverlappingFileLockException sameProcess) {
            // Another copy of this class holds it. The channel is left open, since closing it would end that lock.
            throw taken(file);
        } catch (IOException refused) {
            throw new BackfillException(
                    JdbcPersistence.SETUP_CODE,
                    "The store's lock file " + lockFile
                            + " cannot be written. Make its folder writable, or use another.",
                    refused);
        }
    }

    private static BackfillException taken(Path file) {
        return new BackfillException(
                JdbcPersistence.SETUP_CODE,
                "The store " + file + " is open already, here or in another process. Only one may use a file: close the"
                        + " other, or use a PostgreSQL for several.");
    }

    @Override
    public void close() {
        if (!open.compareAndSet(true, false)) {
            return;
        }
        try {
            channel.close();
        } catch (IOException broken) {
            throw new BackfillException(
                    JdbcPersistence.SETUP_CODE, "The lock of the store " + file + " could not be given up.", broken);
        } finally {
            HELD.remove(file);
        }
    }
}
