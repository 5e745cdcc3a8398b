package dev.backfill.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class LatePortsTest {
    /** From here on Linux gives ports to whoever names none. */
    private static final int GIVEN = 32_768;

    @Test
    void noPortIsChosenTwiceNorOneThatTheKernelGives() {
        int first = LatePorts.next();
        int second = LatePorts.next();
        assertThat(first).isBetween(LatePorts.FIRST, GIVEN - 1).isNotEqualTo(second);
        assertThat(second).isBetween(LatePorts.FIRST, GIVEN - 1);
        assertThat(LatePorts.FIRST + LatePorts.COUNT).isLessThan(GIVEN);
    }

    @Test
    void aPortThatSomebodyListensToIsPassedOver() throws IOException {
        int next = LatePorts.next() + 1;
        try (ServerSocket other = new ServerSocket(next, 1, InetAddress.getLoopbackAddress())) {
            assertThat(LatePorts.next()).isNotEqualTo(other.getLocalPort());
        }
    }

    @Test
    void processesThatStartOneAfterTheOtherBeginAtDifferentOnes() {
        assertThat(LatePorts.at(2_499, 7)).isEqualTo(LatePorts.FIRST + LatePorts.COUNT - 1);
        assertThat(LatePorts.at(2_500, 0)).isEqualTo(LatePorts.FIRST);
        assertThat(LatePorts.at(2_501, 0)).isEqualTo(LatePorts.FIRST + 8);
        assertThat(LatePorts.at(4_194_304, Integer.MAX_VALUE)).isBetween(LatePorts.FIRST, GIVEN);
    }
}
