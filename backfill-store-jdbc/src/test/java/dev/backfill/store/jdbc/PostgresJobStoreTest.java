package dev.backfill.store.jdbc;

import dev.backfill.spi.JobStore;
import dev.backfill.testkit.contract.JobStoreContract;
import org.junit.jupiter.api.extension.RegisterExtension;

class PostgresJobStoreTest implements JobStoreContract {
    @RegisterExtension
    static final EmptyStore STORE = EmptyStore.inPostgres();

    @Override
    public JobStore store() {
        return STORE.persistence().jobs();
    }
}
