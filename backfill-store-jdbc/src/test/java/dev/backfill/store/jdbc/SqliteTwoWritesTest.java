package dev.backfill.store.jdbc;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteTwoWritesTest extends TwoWritesContract {
    @TempDir
    private Path folder;

    @Override
    MortalEngines engines() {
        return new MortalsOnFile(folder);
    }
}
