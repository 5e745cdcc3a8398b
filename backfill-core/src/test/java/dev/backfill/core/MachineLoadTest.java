package dev.backfill.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

class MachineLoadTest {
    @Test
    void theJvmTellsAShareOrThatItDoesNotKnow() {
        DoubleSupplier load = MachineLoad.ofJvm();

        for (int i = 0; i < 3; i++) {
            assertThat(load.getAsDouble())
                    .satisfiesAnyOf(
                            share -> assertThat(share).isBetween(0.0, 1.0),
                            unknown -> assertThat(unknown).isNaN(),
                            unknown -> assertThat(unknown).isNegative());
        }
    }
}
