package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backfill.api.BackfillException;
import dev.backfill.api.InvalidRequestException;
import dev.backfill.testkit.LatePorts;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

class SetupErrorsTest {
    @TempDir
    Path folder;

    @Test
    void aFolderThatIsMissingIsNamed() {
        assertThat(refusal(folder.resolve("missing/store.db")))
                .contains(folder.resolve("missing/store.db").toString())
                .contains("does not exist");
        assertThat(folder.resolve("missing")).doesNotExist();
    }

    @Test
    void aFolderIsNoFile() {
        assertThat(refusal(folder)).contains(folder.toString()).contains("is a folder");
    }

    /** Even for root the kernel makes no file there. */
    @Test
    void aFolderThatCannotBeWrittenIsNamed() {
        Path kernels = Path.of("/proc/store.db");
        assertThat(Files.isDirectory(Path.of("/proc")) ? refusal(kernels) : refusal(folder) + kernels + ".lock")
                .contains("/proc/store.db.lock");
    }

    @Test
    void aFileOfSomethingElseIsNotTouched() throws IOException {
        Path file = folder.resolve("letters.txt");
        byte[] text = "Dear Sir or Madam, ".repeat(500).getBytes(StandardCharsets.UTF_8);
        Files.write(file, text);
        assertThat(refusal(file)).contains(file.toString()).contains("is not a store");
        assertThat(Files.readAllBytes(file)).isEqualTo(text);
    }

    @Test
    void aUserThatTheDatabaseRefusesIsToldSo() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(Postgres.url());
        source.setUser("nobody_here");
        source.setPassword("canary-password");
        assertThatExceptionOfType(BackfillException.class)
                .isThrownBy(() -> JdbcPersistence.dataSource(source).open())
                .withMessageContaining("refused the user or the password")
                .satisfies(refused ->
                        assertThat(String.valueOf(refused) + refused.getCause()).doesNotContain("canary-password"));
    }

    @Test
    void aDatabaseThatCannotBeReachedIsToldSo() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl("jdbc:postgresql://127.0.0.1:" + LatePorts.next() + "/postgres");
        assertThatExceptionOfType(BackfillException.class)
                .isThrownBy(() -> JdbcPersistence.dataSource(source).open())
                .withMessageContaining("cannot be reached");
    }

    @Test
    void aDatabaseThatIsNotKnownIsNamed() {
        assertThatExceptionOfType(BackfillException.class)
                .isThrownBy(() ->
                        JdbcPersistence.dataSource(databaseCalled("Sybase")).open())
                .withMessageContaining("\"Sybase\"");
        assertThatExceptionOfType(BackfillException.class)
                .isThrownBy(() ->
                        JdbcPersistence.dataSource(databaseCalled("SQLite")).open())
                .withMessageContaining("JdbcPersistence.file");
    }

    @Test
    void aFileHasNoSchemas() {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> JdbcPersistence.file(folder.resolve("store.db"))
                        .schema("mail")
                        .open());
    }

    private static String refusal(Path file) {
        BackfillException refused = catchThrowableOfType(
                BackfillException.class, () -> JdbcPersistence.file(file).open());
        assertThat(refused.code()).isEqualTo(JdbcPersistence.SETUP_CODE);
        return refused.getMessage();
    }

    private static DataSource databaseCalled(String name) {
        DatabaseMetaData meta = fake(DatabaseMetaData.class, "getDatabaseProductName", name);
        return fake(DataSource.class, "getConnection", fake(Connection.class, "getMetaData", meta));
    }

    private static <T> T fake(Class<T> type, String method, Object answer) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, called, arguments) -> called.getName().equals(method) ? answer : null));
    }
}
