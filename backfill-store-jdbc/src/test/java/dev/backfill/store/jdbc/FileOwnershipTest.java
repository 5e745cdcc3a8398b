package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.backfill.api.BackfillException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileOwnershipTest {
    @TempDir
    Path folder;

    private Process other;

    @AfterEach
    void stop() throws InterruptedException {
        if (other != null) {
            other.destroyForcibly().waitFor();
        }
    }

    @Test
    void aSecondOpenerInTheProcessIsRefusedByName() {
        Path file = folder.resolve("store.db");
        try (JdbcPersistence first = JdbcPersistence.file(file).open()) {
            assertThatExceptionOfType(BackfillException.class)
                    .isThrownBy(() -> JdbcPersistence.file(file).open())
                    .withMessageContaining(file.getFileName().toString())
                    .withMessageContaining("open already");
            first.jobs().insert(StoreJobs.job("j1", "user", "account"));
        }
        JdbcPersistence.file(file).open().close();
    }

    /** Closing any channel to a file gives up a process's lock on it: being refused must not cost the owner its lock. */
    @Test
    void aRefusedOpenerDoesNotCostTheOwnerItsLock() throws IOException {
        Path file = folder.resolve("store.db");
        try (JdbcPersistence first = JdbcPersistence.file(file).open()) {
            assertThat(first.jobs()).isNotNull();
            assertThatExceptionOfType(BackfillException.class)
                    .isThrownBy(() -> JdbcPersistence.file(file).open());
            assertThat(answerOfAnotherProcess(file)).contains("open already");
        }
        assertThat(answerOfAnotherProcess(file)).isEqualTo("opened");
    }

    @Test
    void aLinkLeadsToTheSameFile() throws IOException {
        Path file = folder.resolve("store.db");
        JdbcPersistence.file(file).open().close();
        Path link = Files.createSymbolicLink(folder.resolve("link.db"), file);
        try (JdbcPersistence first = JdbcPersistence.file(link).open()) {
            assertThat(first.jobs()).isNotNull();
            assertThatExceptionOfType(BackfillException.class)
                    .isThrownBy(() -> JdbcPersistence.file(file).open())
                    .withMessageContaining("open already");
        }
    }

    @Test
    void aKilledProcessLeavesItsFileToTheNext() throws IOException, InterruptedException {
        Path file = folder.resolve("store.db");
        assertThat(answerOfAnotherProcess(file)).isEqualTo("opened");
        assertThatExceptionOfType(BackfillException.class)
                .isThrownBy(() -> JdbcPersistence.file(file).open())
                .withMessageContaining("open already");
        other.destroyForcibly().waitFor();
        try (JdbcPersistence mine = JdbcPersistence.file(file).open()) {
            assertThat(mine.jobs()
                            .find(StoreJobs.job("theirs", "user", "account").id()))
                    .isPresent();
        }
    }

    @Test
    void closingTwiceDoesNothingToTheNextOwner() {
        Path file = folder.resolve("store.db");
        JdbcPersistence first = JdbcPersistence.file(file).open();
        first.close();
        try (JdbcPersistence second = JdbcPersistence.file(file).open()) {
            assertThat(second.jobs()).isNotNull();
            first.close();
            assertThatExceptionOfType(BackfillException.class)
                    .isThrownBy(() -> JdbcPersistence.file(file).open());
        }
    }

    private String answerOfAnotherProcess(Path file) throws IOException {
        other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Opener.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader output = other.inputReader(StandardCharsets.UTF_8);
        return output.readLine();
    }

    /** The other process: opens a file, stores a job, says what came of it and stays until it is killed. */
    static final class Opener {
        private Opener() {}

        @SuppressWarnings("SystemOut") // the answer to the test
        public static void main(String[] arguments) throws IOException {
            try {
                JdbcPersistence store =
                        JdbcPersistence.file(Path.of(arguments[0])).open();
                store.jobs().insert(StoreJobs.job("theirs", "user", "account"));
                System.out.println("opened");
            } catch (BackfillException refused) {
                System.out.println(refused.getMessage());
            }
            System.in.read();
        }
    }
}
