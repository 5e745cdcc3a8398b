package dev.backfill.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.backfill.testkit.ManualTime;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is taken as long as room is left. */
class WalkRoomTest {
    private static final int MANY = 1_000;

    private final ManualTime time = new ManualTime();

    private WalkRoom room(int cores, DoubleSupplier load) {
        return new WalkRoom(cores, load, time);
    }

    /** Takes what is left, and gives how many that was. */
    private static int takeAll(WalkRoom room) {
        int taken = 0;
        while (taken < MANY && room.isLeft()) {
            room.change(1);
            taken++;
        }
        return taken;
    }

    @Test
    void onABusyMachineTwentyACoreHaveRoom() {
        assertThat(takeAll(room(1, () -> 1))).isEqualTo(20);
        assertThat(takeAll(room(3, () -> WalkRoom.BUSY))).isEqualTo(60);
    }

    @Test
    void whatEndsMakesRoomForOthers() {
        WalkRoom room = room(2, () -> 1);
        takeAll(room);

        room.change(-3);

        assertThat(takeAll(room)).isEqualTo(3);
    }

    @Test
    void ofAMachineThatIsNotBusyTwiceAsManyHaveRoomAtEachLook() {
        WalkRoom room = room(2, () -> 0.79);

        assertThat(takeAll(room))
                .as("without a question, and by the first look")
                .isEqualTo(40 + 40);
        time.advance(WalkRoom.BETWEEN_LOOKS.minusMillis(1));
        assertThat(takeAll(room)).as("before the second look").isZero();
        time.advance(Duration.ofMillis(1));
        assertThat(takeAll(room)).as("by the second look").isEqualTo(80);
    }

    @Test
    void whoFollowsOneThatEndedNeedsNoLook() {
        WalkRoom room = room(1, () -> 0);
        takeAll(room);

        for (int i = 0; i < 10; i++) {
            room.change(-1);
            assertThat(takeAll(room)).isEqualTo(1);
        }
    }

    @Test
    void aMachineThatGetsBusyHasNoRoomForWhoFollowsEither() {
        AtomicInteger load = new AtomicInteger();
        WalkRoom room = room(1, load::get);
        takeAll(room);
        load.set(1);
        room.change(-1);
        assertThat(room.isLeft()).as("by the look before").isTrue();

        time.advance(WalkRoom.BETWEEN_LOOKS);

        assertThat(room.isLeft()).isFalse();
    }

    @Test
    void theMachineIsNotAskedWhereFewWindowsAreWalkedNorMoreOftenThanItIsToBe() {
        AtomicInteger asked = new AtomicInteger();
        WalkRoom room = room(1, () -> {
            asked.incrementAndGet();
            return 1;
        });

        room.change(19);
        assertThat(room.isLeft()).isTrue();
        assertThat(asked).hasValue(0);
        room.change(1);
        for (int i = 0; i < 10; i++) {
            assertThat(room.isLeft()).isFalse();
        }
        assertThat(asked).hasValue(1);
        time.advance(WalkRoom.BETWEEN_LOOKS);
        assertThat(room.isLeft()).isFalse();
        assertThat(asked).hasValue(2);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, Double.NaN})
    void aLoadThatIsNotKnownIsTakenForIdle(double unknown) {
        assertThat(takeAll(room(1, () -> unknown))).isEqualTo(20 + 20);
    }

    @Test
    void soIsOneThatFails() {
        DoubleSupplier failing = () -> {
            throw new IllegalStateException("no load");
        };
        DoubleSupplier missing = () -> {
            throw new NoClassDefFoundError("no bean");
        };

        assertThat(takeAll(room(1, failing))).isEqualTo(20 + 20);
        assertThat(takeAll(room(1, missing))).isEqualTo(20 + 20);
    }

    @Test
    void fourWindowsACoreAreReadAheadWithoutAQuestion() {
        WalkRoom room = room(2, () -> {
            throw new AssertionError("asked");
        });

        room.change(8);

        assertThat(room.mayReadAhead()).isTrue();
    }

    @Test
    void moreAreReadAheadOnlyWhileTheMachineIsNotBusy() {
        AtomicInteger load = new AtomicInteger(1);
        WalkRoom room = room(1, load::get);
        room.change(5);
        assertThat(room.mayReadAhead()).isFalse();

        load.set(0);
        assertThat(room.mayReadAhead()).as("by the look before").isFalse();
        time.advance(WalkRoom.BETWEEN_LOOKS);

        assertThat(room.mayReadAhead()).isTrue();
    }

    @Test
    void aLookForOneQuestionAnswersTheOther() {
        AtomicInteger asked = new AtomicInteger();
        WalkRoom room = room(1, () -> {
            asked.incrementAndGet();
            return 1;
        });
        room.change(20);

        assertThat(room.isLeft()).isFalse();
        assertThat(room.mayReadAhead()).isFalse();

        assertThat(asked).hasValue(1);
    }

    @Test
    void aMachineHasACore() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> room(0, () -> 0))
                .withMessage("cores must be 1 or more, was 0");
    }
}
