package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteDataSource;

class CutDataSourceTest {
    @TempDir
    private Path folder;

    private CutDataSource wire() {
        SQLiteDataSource real = new SQLiteDataSource();
        real.setUrl("jdbc:sqlite:" + folder.resolve("any.db"));
        return new CutDataSource(real);
    }

    /** As a heartbeat that has its connection when its instance dies, and is heard afterwards. */
    @Test
    void isNotSilentBeforeEachConnectionFromBeforeTheCutIsBack() throws SQLException {
        CutDataSource wire = wire();
        Connection first = wire.getConnection();
        Connection second = wire.getConnection();
        first.close();
        wire.cut();
        first.close();
        assertThat(wire.isSilent()).as("one is still out").isFalse();
        second.close();
        assertThat(wire.isSilent()).isTrue();
    }

    @Test
    void isSilentWhateverItRefused() throws SQLException {
        CutDataSource wire = wire();
        wire.getConnection().close();
        assertThat(wire.isSilent()).as("more may come").isFalse();
        wire.cut();
        assertThatThrownBy(wire::getConnection).isInstanceOf(SQLException.class);
        assertThat(wire.isSilent()).isTrue();
    }
}
