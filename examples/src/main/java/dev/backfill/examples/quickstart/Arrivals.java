package dev.backfill.examples.quickstart;

import dev.backfill.testkit.mail.Manifest;
import dev.backfill.testkit.mail.ManifestCheck;
import dev.backfill.testkit.mail.ManifestFinding;
import dev.backfill.testkit.pubsub.PublishedMessage;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What came out of the subscription: counted, compared and written down as it comes, never kept. Thread-safe. */
final class Arrivals implements AutoCloseable {
    /** What came of one provider's mail. */
    private static final class Tally {
        private final Set<String> keys = new HashSet<>();
        private final @Nullable ManifestCheck check;
        private long received;

        Tally(@Nullable ManifestCheck check) {
            this.check = check;
        }
    }

    private final Object lock = new Object();
    private final Map<Provider, Tally> tallies = new EnumMap<>(Provider.class);
    private final @Nullable Path outFile;
    // Guarded by lock
    private @Nullable OutputStream out;
    private boolean full;

    Arrivals(Set<Provider> providers, MailServers servers, @Nullable Path outFile) {
        for (Provider provider : providers) {
            BuiltInMailbox mailbox = servers.mailbox(provider);
            Manifest manifest = mailbox == null ? null : mailbox.manifest();
            tallies.put(provider, new Tally(manifest == null ? null : manifest.check()));
        }
        this.outFile = outFile;
    }

    void accept(PublishedMessage message) {
        byte[] data = message.data();
        synchronized (lock) {
            Tally tally = tallies.get(providerOf(message));
            if (tally != null) {
                tally.received++;
                tally.keys.add(String.valueOf(message.dedupeKey()));
                if (tally.check != null) {
                    tally.check.accept(data);
                }
            }
            write(data);
        }
    }

    private static @Nullable Provider providerOf(PublishedMessage message) {
        String id = message.attributes().get("provider");
        for (Provider provider : Provider.values()) {
            if (provider.id().equals(id)) {
                return provider;
            }
        }
        return null;
    }

    private void write(byte[] data) {
        if (outFile == null || full) {
            return;
        }
        try {
            OutputStream stream = opened(outFile);
            stream.write(data);
            stream.write('\n');
        } catch (IOException cannotWrite) {
            full = true;
        }
    }

    /** Opened when it is needed: a run that is refused on the way to its first message leaves no empty file behind. */
    private OutputStream opened(Path file) throws IOException {
        if (out == null) {
            out = new BufferedOutputStream(
                    Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        }
        return out;
    }

    /** Says so when not everything that came could be written down. */
    void requireWritten() throws UserMistake {
        synchronized (lock) {
            if (outFile != null && !full) {
                try {
                    opened(outFile).flush();
                } catch (IOException cannotWrite) {
                    full = true;
                }
            }
            if (full) {
                throw UserMistake.failed("--out: cannot write all that arrived; is the disk full?");
            }
        }
    }

    long received() {
        synchronized (lock) {
            return tallies.values().stream().mapToLong(tally -> tally.received).sum();
        }
    }

    long received(Provider provider) {
        synchronized (lock) {
            Tally tally = tallies.get(provider);
            return tally == null ? 0 : tally.received;
        }
    }

    long distinct(Provider provider) {
        synchronized (lock) {
            Tally tally = tallies.get(provider);
            return tally == null ? 0 : tally.keys.size();
        }
    }

    /** True if what came is compared field by field. */
    boolean isCompared(Provider provider) {
        synchronized (lock) {
            Tally tally = tallies.get(provider);
            return tally != null && tally.check != null;
        }
    }

    /**
     * What is wrong with what came; empty when all is well or nothing is compared.
     *
     * @param outside ids of messages that must not have come
     */
    List<ManifestFinding> findings(Provider provider, Set<String> outside) {
        synchronized (lock) {
            Tally tally = tallies.get(provider);
            return tally == null || tally.check == null ? List.of() : tally.check.finish(outside);
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            try {
                if (out != null) {
                    out.close();
                }
            } catch (IOException cannotWrite) {
                full = true; // said by requireWritten, which flushed before
            }
        }
    }
}
