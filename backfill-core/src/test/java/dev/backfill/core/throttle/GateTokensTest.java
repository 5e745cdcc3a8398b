package dev.backfill.core.throttle;

import static dev.backfill.core.throttle.Rig.error;
import static dev.backfill.core.throttle.Rig.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.Waiting;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GateTokensTest {
    private final Rig rig = new Rig();
    private final Host host = new Host();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void aRefusedTokenIsForgottenAndTheRequestSentAgainAtOnceWithAnotherOne() {
        rig.tokens = host;
        MailboxGate gate = rig.open();

        String used = gate.calls()
                .call(Rig.GET, () -> accepting("token-2", gate.tokens().get()));

        assertThat(used).isEqualTo("token-2");
        assertThat(host.refused).containsExactly("token-1");
        assertThat(gate.stats().apiCalls()).isEqualTo(2);
        assertThat(gate.stats().retries()).isZero();
        assertThat(rig.time.pending()).isZero();
    }

    @Test
    void aSecondRefusalEndsTheCall() {
        rig.tokens = host;
        MailboxGate gate = rig.open();

        assertThatThrownBy(() -> gate.calls()
                        .call(Rig.GET, () -> accepting("none", gate.tokens().get())))
                .isInstanceOfSatisfying(
                        SourceException.class, e -> assertThat(e.kind()).isEqualTo(Kind.AUTH));

        assertThat(host.refused).containsExactly("token-1");
    }

    @Test
    void eachRequestNamesTheTokenItUsedItselfAndNotAFreshOne() throws Exception {
        rig.tokens = host;
        MailboxGate gate = rig.open();
        CyclicBarrier bothHaveToken1 = new CyclicBarrier(2);
        CountDownLatch firstIsThrough = new CountDownLatch(1);

        CompletableFuture<String> first = rig.call(gate.calls(), () -> {
            String token = gate.tokens().get();
            meet(bothHaveToken1, token);
            return accepting("token-2", token);
        });
        CompletableFuture<String> second = rig.call(gate.calls(), () -> {
            String token = gate.tokens().get();
            meet(bothHaveToken1, token);
            firstIsThrough.await();
            return accepting("token-2", token);
        });
        assertThat(get(first)).isEqualTo("token-2");
        firstIsThrough.countDown();

        assertThat(get(second)).isEqualTo("token-2");
        assertThat(host.refused).containsExactly("token-1", "token-1");
    }

    private static void meet(CyclicBarrier barrier, String token) throws Exception {
        if (token.equals("token-1")) {
            barrier.await();
        }
    }

    @Test
    void aTokenThatTheSdkFetchedOnAThreadOfItsOwnIsKnownToo() {
        rig.tokens = host;
        MailboxGate gate = rig.open();

        String used = gate.calls().call(Rig.GET, () -> accepting("token-2", get(rig.async(gate.tokens()::get))));

        assertThat(used).isEqualTo("token-2");
        assertThat(host.refused).containsExactly("token-1");
    }

    @Test
    void whateverTheHostThrowsCountsAsAuthAndBlamesNoToken() {
        List<String> refused = new ArrayList<>();
        rig.tokens = new AccessTokens() {
            @Override
            public String get() {
                throw new IllegalStateException("vault of a@example.org is sealed");
            }

            @Override
            public void invalidate(String token) {
                refused.add(token);
            }
        };
        MailboxGate gate = rig.open();

        assertThatThrownBy(() -> gate.calls().call(Rig.GET, () -> gate.tokens().get()))
                .isInstanceOfSatisfying(SourceException.class, e -> {
                    assertThat(e.kind()).isEqualTo(Kind.AUTH);
                    assertThat(e.code()).isEqualTo("TOKEN_UNAVAILABLE");
                })
                .hasMessageNotContaining("example.org");
        assertThat(refused).isEmpty();
    }

    @Test
    void aTokenServiceThatDoesNotAnswerIsATransientError() {
        SourceException planned = error(Kind.RETRY);
        Script script = new Script(planned);
        rig.tokens = () -> {
            try {
                return script.call();
            } catch (SourceException e) {
                throw e;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        };
        MailboxGate gate = rig.open();

        CompletableFuture<String> call =
                rig.call(gate.calls(), () -> gate.tokens().get());
        rig.passes(java.time.Duration.ofMillis(500));

        assertThat(get(call)).isEqualTo("answer");
    }

    @Test
    void aHostThatFailsToForgetATokenDoesNotFailTheCall() {
        rig.tokens = new AccessTokens() {
            @Override
            public String get() {
                return "token";
            }

            @Override
            public void invalidate(String token) {
                throw new IllegalStateException("planned");
            }
        };
        MailboxGate gate = rig.open();
        Script script = new Script(error(Kind.AUTH));

        assertThat(gate.calls().call(Rig.GET, () -> {
                    gate.tokens().get();
                    return script.call();
                }))
                .isEqualTo("answer");
    }

    @Test
    void waitingForATokenIsSaid() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch given = new CountDownLatch(1);
        rig.tokens = () -> {
            asked.countDown();
            await(given);
            return "token";
        };
        MailboxGate gate = rig.open();
        CompletableFuture<String> call =
                rig.call(gate.calls(), () -> gate.tokens().get());
        asked.await();

        assertThat(gate.stats().waiting()).isEqualTo(new Waiting(Waiting.Reason.TOKEN, null));
        given.countDown();

        assertThat(get(call)).isEqualTo("token");
        assertThat(gate.stats().waiting()).isNull();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String accepting(String accepted, String token) {
        if (!token.equals(accepted)) {
            throw error(Kind.AUTH);
        }
        return token;
    }

    /** Gives token-1 until it is refused, then token-2, and so on. */
    private static final class Host implements AccessTokens {
        private final List<String> refused = new ArrayList<>();
        private int number = 1;

        @Override
        public synchronized String get() {
            return "token-" + number;
        }

        @Override
        public synchronized void invalidate(String token) {
            refused.add(token);
            if (token.equals("token-" + number)) {
                number++;
            }
        }
    }
}
