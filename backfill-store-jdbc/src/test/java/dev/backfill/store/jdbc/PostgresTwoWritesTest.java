package dev.backfill.store.jdbc;

class PostgresTwoWritesTest extends TwoWritesContract {
    @Override
    MortalEngines engines() {
        return new MortalsOnPostgres();
    }
}
