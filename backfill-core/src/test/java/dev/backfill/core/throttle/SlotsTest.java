package dev.backfill.core.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SlotsTest {
    @Test
    void complaintsAboutTheSameBurstCountOnce() {
        Slots slots = new Slots(16, 16, 3);
        long sent = slots.epoch();

        slots.tooMany(sent);
        slots.tooMany(sent);
        slots.tooMany(sent);
        assertThat(slots.limit()).isEqualTo(8);

        slots.tooMany(slots.epoch());
        assertThat(slots.limit()).isEqualTo(4);
    }

    @Test
    void oneAlwaysRemains() {
        Slots slots = new Slots(3, 3, 3);
        for (int i = 0; i < 5; i++) {
            slots.tooMany(slots.epoch());
        }
        assertThat(slots.limit()).isEqualTo(1);
        assertThat(slots.hasRoom()).isTrue();
    }

    @Test
    void aRunOfSuccessesAddsOneUpToTheQuotaAndAComplaintBreaksIt() {
        Slots slots = new Slots(4, 4, 3);
        slots.tooMany(slots.epoch());
        slots.succeeded();
        slots.succeeded();
        slots.tooMany(slots.epoch() - 1);
        slots.succeeded();
        slots.succeeded();
        assertThat(slots.limit()).isEqualTo(2);

        for (int i = 0; i < 100; i++) {
            slots.succeeded();
        }
        assertThat(slots.limit()).isEqualTo(4);
    }

    @Test
    void whoIsInFlightWhenTheLimitFallsIsCountedUntilItReturns() {
        Slots slots = new Slots(2, 2, 3);
        slots.take();
        slots.take();
        slots.tooMany(slots.epoch());

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
            slots.succeeded();
        }
        assertThat(slots.limit()).isEqualTo(2);

        slots.take();
        for (int i = 0; i < 3; i++) {
            slots.succeeded();
        }
        assertThat(slots.limit()).isEqualTo(3);
        for (int i = 0; i < 100; i++) {
            slots.succeeded();
        }
        assertThat(slots.limit()).isEqualTo(3);

        slots.take();
        slots.tooMany(slots.epoch());
        assertThat(slots.limit()).isEqualTo(1);
    }
}
