package dev.backfill.core.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StopTokenTest {
    private final StopToken token = new StopToken();
    private final List<String> called = new ArrayList<>();

    @Test
    void stoppingCallsEachTaskOnceInOrder() {
        token.onStop(() -> called.add("a"));
        token.onStop(() -> called.add("b"));

        token.stop();
        token.stop();

        assertThat(token.isStopped()).isTrue();
        assertThat(called).containsExactly("a", "b");
    }

    @Test
    void aTaskIsCalledAtOnceWhenAlreadyStopped() {
        token.stop();

        token.onStop(() -> called.add("late")).close();

        assertThat(called).containsExactly("late");
    }

    @Test
    void aForgottenTaskIsNotCalled() {
        Runnable twice = () -> called.add("same");
        StopToken.Registration first = token.onStop(twice);
        token.onStop(twice);
        first.close();
        first.close();

        token.stop();

        assertThat(called).containsExactly("same");
    }

    @Test
    void aChildStopsWithItsParentAndNotTheOtherWayRound() {
        StopToken one = token.child();
        StopToken other = token.child();

        one.stop();
        assertThat(token.isStopped()).isFalse();
        assertThat(other.isStopped()).isFalse();

        token.stop();
        assertThat(other.isStopped()).isTrue();
        assertThat(token.child().isStopped()).isTrue();
    }

    @Test
    void aTaskThatThrowsDoesNotKeepTheOthersFromBeingCalled() {
        token.onStop(() -> {
            throw new IllegalStateException("first");
        });
        token.onStop(() -> called.add("second"));

        assertThatThrownBy(token::stop).hasMessage("first");
        assertThat(called).containsExactly("second");
    }
}
