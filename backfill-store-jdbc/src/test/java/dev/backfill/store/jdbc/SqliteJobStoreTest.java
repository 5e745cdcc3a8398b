package dev.backfill.store.jdbc;

import dev.backfill.spi.JobStore;
import dev.backfill.testkit.contract.JobStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class SqliteJobStoreTest implements JobStoreContract {
    @TempDir
    private static Path folder;

    @RegisterExtension
    static final EmptyStore STORE = EmptyStore.inFile(() -> folder);

    @Override
    public JobStore store() {
        return STORE.persistence().jobs();
    }
}
