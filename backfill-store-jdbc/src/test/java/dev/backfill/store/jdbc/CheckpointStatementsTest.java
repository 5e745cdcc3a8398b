package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.backfill.api.JobConflictException;
import dev.backfill.spi.Checkpoint;
import dev.backfill.spi.JobLimits;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.Lease;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint is written again and again for as long as a job runs, so that what each asks of the database is counted. */
class CheckpointStatementsTest {
    private static final int LOG_HEADER_BYTES = 32;
    private static final int LOGGED_PAGE_BYTES = 24 + 4096;

    @TempDir
    Path folder;

    private final List<String> said = new ArrayList<>();
    private SqliteFile file;
    private JobStore store;

    @BeforeEach
    void open() {
        Tables tables = new Tables(null, Tables.DEFAULT_PREFIX);
        file = SqliteFile.open(folder.resolve("store.db"), tables);
        store = new JdbcJobStore(new Database(Dialect.SQLITE, listening(file.writer()), file.reader(), tables));
    }

    @AfterEach
    void close() {
        file.close();
    }

    @Test
    void aCheckpointOfARunThatStaysOnItsMailboxReadsAndWritesItsOwnRowAlone() {
        Lease lease = running("j1", "a", "mailbox-1");
        said.clear();

        store.write(lease, Checkpoint.EMPTY, CheckpointStatementsTest::counted);

        assertThat(said).hasSize(2);
        assertThat(said.get(0)).startsWith("select").endsWith("where id = ?");
        assertThat(said.get(1)).startsWith("update").endsWith("where id = ?");
    }

    @Test
    void aRunThatLearnsWhoseMailboxItIsOnIsHeldAgainstTheOthers() {
        running("j1", "a", "mailbox-1");
        Lease other = running("j2", "b", "mailbox-2");

        assertThatExceptionOfType(JobConflictException.class)
                .isThrownBy(() -> store.write(other, Checkpoint.EMPTY, row -> on(row, "mailbox-1")));
    }

    /** SQLite writes each index anew whose column a statement sets, though it be to the same value. */
    @Test
    void aCheckpointWritesTheOnePageOfItsJobAndNoIndex() throws IOException {
        Lease lease = running("j1", "a", "mailbox-1");
        long before = pagesWritten();

        store.write(lease, Checkpoint.EMPTY, CheckpointStatementsTest::counted);

        assertThat(pagesWritten() - before).isEqualTo(1);
    }

    /** An index that is added later must not be served by the statement for progress. */
    @Test
    void noIndexHoldsWhatProgressSets() throws SQLException {
        List<String> indices = new ArrayList<>();
        try (Connection connection = file.reader().getConnection();
                Statement statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery("select sql from sqlite_master where type = 'index' and tbl_name = '"
                                + Tables.DEFAULT_PREFIX + "job' and sql is not null")) {
            while (found.next()) {
                indices.add(found.getString(1));
            }
        }

        assertThat(indices).hasSizeGreaterThan(5);
        for (String column : JobRows.PROGRESS) {
            assertThat(indices).allSatisfy(sql -> assertThat(sql).doesNotContainPattern("\\b" + column + "\\b"));
        }
    }

    /** {@return how many pages the file's log has got; it is taken over into the file after a thousand} */
    private long pagesWritten() throws IOException {
        return (Files.size(folder.resolve("store.db-wal")) - LOG_HEADER_BYTES) / LOGGED_PAGE_BYTES;
    }

    private Lease running(String id, String account, String mailbox) {
        JobRecord job = StoreJobs.job(id, "user", account);
        store.insert(job);
        Lease lease =
                store.claim(job.id(), "owner", Instant.EPOCH, JobLimits.NONE).orElseThrow();
        store.write(lease, Checkpoint.EMPTY, row -> on(row, mailbox));
        return lease;
    }

    private static JobRecord on(JobRecord row, String mailbox) {
        return row.toBuilder().mailboxKey(mailbox).build();
    }

    private static JobRecord counted(JobRecord row) {
        return row.toBuilder().apiCalls(row.apiCalls() + 1).build();
    }

    private DataSource listening(DataSource real) {
        return new DataSourceWrapper(real) {
            @Override
            public Connection getConnection() throws SQLException {
                return listening(super.getConnection());
            }
        };
    }

    private Connection listening(Connection real) {
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (self, method, arguments) -> {
                    if (method.getName().equals("prepareStatement")) {
                        said.add(((String) arguments[0]).toLowerCase(Locale.ROOT));
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }
}
