package dev.backfill.core.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlotsTest {
    @Test
    void complaintsAboutTheSameBurstCountOnce() {
        Slots slots = new Slots(16, 16, 3);
        Slots.Mark sent = slots.mark();

        slots.tooMany(sent);
        slots.tooMany(sent);
        slots.tooMany(sent);
        assertThat(slots.limit()).isEqualTo(8);

        slots.tooMany(slots.mark());
        assertThat(slots.limit()).isEqualTo(4);
    }

    @Test
    void oneAlwaysRemains() {
        Slots slots = new Slots(3, 3, 3);
        for (int i = 0; i < 5; i++) {
            slots.tooMany(slots.mark());
        }
        assertThat(slots.limit()).isEqualTo(1);
        assertThat(slots.hasRoom()).isTrue();
    }

    @Test
    void aRunOfSuccessesAddsOneUpToTheQuotaAndAComplaintBreaksIt() {
        Slots slots = new Slots(4, 4, 3);
        Slots.Mark before = slots.mark();
        slots.tooMany(before);
        slots.succeeded(slots.mark());
        slots.succeeded(slots.mark());
        slots.tooMany(before);
        slots.succeeded(slots.mark());
        slots.succeeded(slots.mark());
        assertThat(slots.limit()).isEqualTo(2);

        for (int i = 0; i < 100; i++) {
            slots.succeeded(slots.mark());
        }
        assertThat(slots.limit()).isEqualTo(4);
    }

    @Test
    void whoIsInFlightWhenTheLimitFallsIsCountedUntilItReturns() {
        Slots slots = new Slots(2, 2, 3);
        slots.take();
        slots.take();
        slots.tooMany(slots.mark());

        slots.giveBack();
        assertThat(slots.hasRoom()).isFalse();
        slots.giveBack();
        assertThat(slots.hasRoom()).isTrue();
    }

    @Test
    void beyondTheBeginningOnlySuccessesCountWhileAllAreBusy() {
        Slots slots = new Slots(2, 5, 3);
        assertThat(slots.limit()).isEqualTo(2);
        slots.take();
        for (int i = 0; i < 100; i++) {
            slots.succeeded(slots.mark());
        }
        assertThat(slots.limit()).isEqualTo(2);

        slots.take();
        for (int i = 0; i < 3; i++) {
            slots.succeeded(slots.mark());
        }
        assertThat(slots.limit()).isEqualTo(3);
        for (int i = 0; i < 100; i++) {
            slots.succeeded(slots.mark());
        }
        assertThat(slots.limit()).isEqualTo(3);

        slots.take();
        slots.tooMany(slots.mark());
        assertThat(slots.limit()).isEqualTo(1);
    }

    /** Their slots are free before the threads that wait for them have got to it. */
    @Test
    void allThatComeBackAtOnceCountThoughTheirSlotsAreNotTakenAgainAtOnce() {
        Slots slots = new Slots(3, 5, 3);
        List<Slots.Mark> sent = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            sent.add(slots.mark());
            slots.take();
        }
        for (Slots.Mark mark : sent) {
            slots.succeeded(mark);
            slots.giveBack();
        }
        assertThat(slots.limit()).isEqualTo(4);

        // Never were all four busy: what was is over.
        for (int i = 0; i < 20; i++) {
            Slots.Mark mark = slots.mark();
            slots.take();
            slots.succeeded(mark);
            slots.giveBack();
        }
        assertThat(slots.limit()).isEqualTo(4);
    }
}
