package dev.backfill.store.jdbc;

import dev.backfill.spi.JobStore;
import dev.backfill.spi.ScheduleStore;
import dev.backfill.testkit.contract.ScheduleStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class SqliteScheduleStoreTest implements ScheduleStoreContract {
    @TempDir
    private static Path folder;

    @RegisterExtension
    static final EmptyStore STORE = EmptyStore.inFile(() -> folder);

    @Override
    public JobStore jobs() {
        return STORE.persistence().jobs();
    }

    @Override
    public ScheduleStore schedules() {
        return STORE.persistence().schedules();
    }
}
