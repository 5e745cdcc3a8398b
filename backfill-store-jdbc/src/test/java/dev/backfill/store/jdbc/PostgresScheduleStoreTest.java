package dev.backfill.store.jdbc;

import dev.backfill.spi.JobStore;
import dev.backfill.spi.ScheduleStore;
import dev.backfill.testkit.contract.ScheduleStoreContract;
import org.junit.jupiter.api.extension.RegisterExtension;

class PostgresScheduleStoreTest implements ScheduleStoreContract {
    @RegisterExtension
    static final EmptyStore STORE = EmptyStore.inPostgres();

    @Override
    public JobStore jobs() {
        return STORE.persistence().jobs();
    }

    @Override
    public ScheduleStore schedules() {
        return STORE.persistence().schedules();
    }
}
