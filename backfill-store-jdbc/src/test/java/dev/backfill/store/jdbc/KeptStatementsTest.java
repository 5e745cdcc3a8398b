package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteDataSource;

class KeptStatementsTest {
    private static final String INSERT = "insert into t (id, name) values (?, ?)";
    private static final String READ = "select name from t order by id";

    @TempDir
    Path folder;

    private final List<String> compiled = new ArrayList<>();
    private final SQLiteDataSource file = new SQLiteDataSource();
    private Connection connection;

    @BeforeEach
    void open() throws SQLException {
        file.setUrl("jdbc:sqlite:" + folder.resolve("kept.db"));
        file.setJournalMode("WAL");
        file.setBusyTimeout(1);
        connection = KeptStatements.of(counting(file)).getConnection();
        try (Statement statement = connection.createStatement()) {
            statement.execute("create table t (id integer primary key, name text)");
        }
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    @Test
    void aTextIsCompiledOnceHoweverOftenItIsRun() throws SQLException {
        for (int id = 0; id < 5; id++) {
            insert(id, "n" + id);
        }

        assertThat(compiled).containsExactly(INSERT);
        assertThat(names()).containsExactly("n0", "n1", "n2", "n3", "n4");
    }

    @Test
    void nothingThatWasSetBeforeIsSetForTheNext() throws SQLException {
        insert(1, "first");
        try (PreparedStatement next = connection.prepareStatement(INSERT)) {
            next.setInt(1, 2);
            next.executeUpdate();
        }

        assertThat(names()).containsExactly("first", null);
    }

    @Test
    void aBatchThatWasNotRunIsForgotten() throws SQLException {
        try (PreparedStatement given = connection.prepareStatement(INSERT)) {
            given.setInt(1, 1);
            given.addBatch();
        }
        try (PreparedStatement next = connection.prepareStatement(INSERT)) {
            next.setInt(1, 2);
            next.setString(2, "second");
            next.addBatch();
            next.executeBatch();
        }

        assertThat(compiled).hasSize(1);
        assertThat(names()).containsExactly("second");
    }

    @Test
    void aStatementInUseIsNotGivenToAnother() throws SQLException {
        insert(1, "one");
        insert(2, "two");
        try (PreparedStatement outer = connection.prepareStatement(READ);
                ResultSet rows = outer.executeQuery()) {
            assertThat(rows.next()).isTrue();
            assertThat(names()).containsExactly("one", "two");
            assertThat(rows.next()).isTrue();
            assertThat(rows.getString(1)).isEqualTo("two");
        }
    }

    @Test
    void oneThatFailedIsNotKept() throws SQLException {
        insert(1, "one");
        assertThatThrownBy(() -> insert(1, "again")).isInstanceOf(SQLException.class);
        insert(2, "two");

        assertThat(compiled).containsExactly(INSERT, INSERT);
        assertThat(names()).containsExactly("one", "two");
    }

    @Test
    void oneThatWasSetUpForItsUserAloneIsNotKept() throws SQLException {
        insert(1, "one");
        insert(2, "two");
        try (PreparedStatement first = connection.prepareStatement(READ)) {
            first.setMaxRows(1);
            first.executeQuery().close();
        }

        assertThat(names()).containsExactly("one", "two");
    }

    @Test
    void aClosedOneDoesNothingMoreThoughItIsKept() throws SQLException {
        PreparedStatement used = connection.prepareStatement(READ);
        used.close();
        used.close();

        assertThat(used.isClosed()).isTrue();
        assertThatThrownBy(used::executeQuery).isInstanceOf(SQLException.class);
        assertThat(names()).isEmpty();
        assertThat(compiled).containsExactly(READ);
    }

    @Test
    void oneThatIsClosedInTheMiddleOfItsRowsHoldsTheFileNoMore() throws SQLException {
        insert(1, "one");
        insert(2, "two");
        PreparedStatement reading = connection.prepareStatement(READ);
        assertThat(reading.executeQuery().next()).isTrue();
        reading.close();

        insert(3, "three");
        try (Connection other = file.getConnection();
                Statement statement = other.createStatement();
                ResultSet busy = statement.executeQuery("pragma wal_checkpoint(truncate)")) {
            assertThat(busy.getInt(1)).isZero();
        }
    }

    @Test
    void theOneUnusedLongestGoesWhenThereAreTooMany() throws SQLException {
        for (int i = 0; i <= KeptStatements.MOST; i++) {
            connection.prepareStatement("select " + i).close();
        }
        compiled.clear();
        connection.prepareStatement("select " + KeptStatements.MOST).close();
        connection.prepareStatement("select 1").close();
        connection.prepareStatement("select 0").close();

        assertThat(compiled).containsExactly("select 0");
    }

    @Test
    void aChangedTableIsSeenByThoseThatAreKept() throws SQLException {
        insert(1, "one");
        assertThat(names()).containsExactly("one");
        try (Statement statement = connection.createStatement()) {
            statement.execute("alter table t rename column name to other");
            statement.execute("alter table t add column name text default 'new'");
        }

        assertThat(names()).containsExactly("new");
    }

    private void insert(int id, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            statement.setInt(1, id);
            statement.setString(2, name);
            statement.executeUpdate();
        }
    }

    private List<String> names() throws SQLException {
        List<String> names = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(READ);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }

    /** Notes what the driver compiles. */
    private DataSource counting(DataSource real) {
        return new DataSourceWrapper(real) {
            @Override
            public Connection getConnection() throws SQLException {
                Connection opened = real.getConnection();
                return (Connection) Proxy.newProxyInstance(
                        KeptStatementsTest.class.getClassLoader(),
                        new Class<?>[] {Connection.class},
                        (self, method, arguments) -> {
                            if (method.getName().equals("prepareStatement")) {
                                compiled.add((String) arguments[0]);
                            }
                            try {
                                return method.invoke(opened, arguments);
                            } catch (InvocationTargetException thrown) {
                                throw thrown.getCause();
                            }
                        });
            }
        };
    }
}
