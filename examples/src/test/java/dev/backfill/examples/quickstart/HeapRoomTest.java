package dev.backfill.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HeapRoomTest {
    private static final long GIBIBYTE = 1L << 30;

    @Test
    void moreMessagesThanTheHeapHoldsAreRefusedWithTheirRange() throws UserMistake {
        refused("1 to 32000 where a heap of 1024 MB holds two mailboxes", "--messages", "32001", "--verify");
        refused("1 to 65000 where a heap of 1024 MB holds two mailboxes", "--messages", "65001");
        refused("1 to 131000 where a heap of 1024 MB holds a mailbox", "--provider", "google", "--messages", "131001");
        refused("was 1000000", "--messages", "1000000");
        taken("--messages", "32000", "--verify");
        taken("--graph-url", "https://graph.example.com/v1.0", "--verify");
        taken("--mail", "somewhere", "--verify");
    }

    @Test
    void theMostIsInRangeWhateverTheHeap() {
        assertThat(HeapRoom.messages(1, 2, true)).isEqualTo(1);
        assertThat(HeapRoom.messages(Long.MAX_VALUE, 1, false)).isEqualTo(Options.MAX_MESSAGES);
    }

    @Test
    void aFullHeapIsOneLineAndNoSuccess() {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream full = new PrintStream(new ByteArrayOutputStream()) {
            @Override
            public void println(String line) {
                throw new OutOfMemoryError("planted");
            }
        };

        int exitCode = Quickstart.run(
                List.of("--help"), Map.of(), full, new PrintStream(said, true, StandardCharsets.UTF_8), false);

        assertThat(exitCode).isEqualTo(1);
        assertThat(said.toString(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .contains("heap", "-Xmx");
    }

    private static void refused(String says, String... arguments) throws UserMistake {
        Options options = OptionParser.parse(List.of(arguments));
        assertThat(options).isNotNull();
        assertThatThrownBy(() -> HeapRoom.require(options, GIBIBYTE))
                .isInstanceOf(UserMistake.class)
                .hasMessageContaining("--messages")
                .hasMessageContaining(says);
    }

    private static void taken(String... arguments) throws UserMistake {
        Options options = OptionParser.parse(List.of(arguments));
        assertThat(options).isNotNull();
        assertThatCode(() -> HeapRoom.require(options, GIBIBYTE)).doesNotThrowAnyException();
    }
}
